import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("What holds for enrolled capacity")
struct CapacityRulesTests {
    @Test(
        "endpoints are https, or http on this machine",
        arguments: [
            "https://agents.example.org", "https://agents.example.org:8443", "https://10.1.2.3:8443/",
            "https://[2001:db8::1]:8443", "http://127.0.0.1:8081", "http://localhost:8081", "http://[::1]:8081",
            "https://127.0.0.1:8443",
        ])
    func allowed(endpoint: String) throws {
        let address = try CapacityAddress(endpoint)
        #expect(endpoint.hasPrefix("\(address.scheme)://\(address.authority)"))
    }

    @Test(
        "what would lead the platform to places of its own is refused",
        arguments: [
            "http://agents.example.org", "http://10.1.2.3:80", "https://169.254.169.254", "https://[fe80::1]",
            "https://[fd00:ec2::254]", "https://0.0.0.0", "https://[::]:443", "https://224.0.0.1",
            "https://255.255.255.255",
            "https://metadata.google.internal", "https://metadata", "https://0xA9FEA9FE", "https://2852039166",
            "https://169.254.43518", "https://[::ffff:169.254.169.254]", "https://[::ffff:a9fe:a9fe]",
            "https://user@host", "https://127.0.0.1@host", "https://host/path", "https://host?x", "https://host#x",
            "https://", "https://:443",
            "https://host:0", "https://host:70000", "https://host:", "ftp://host", "host:443", "", "https://ho st",
            "https://host\\@other", "https://[::1", "https://[fe80::1%25eth0]",
        ])
    func refused(endpoint: String) {
        #expect(throws: Finding.self) { _ = try CapacityAddress(endpoint) }
    }

    // MARK: standing

    private static let now = Timestamp(seconds: 1_767_225_600)

    private static func capacity(
        epoch: Int = 1, heard: Duration? = .zero, drain: Bool = false, projects: [String] = ["demo"]
    ) -> RemoteCapacity {
        var capacity = RemoteCapacity(
            name: "edge", labels: ["zone": "a"], spec: .init(endpoint: "https://e", projects: projects))
        capacity.metadata.uid = "u"
        capacity.spec.drain = drain
        capacity.status.epoch = epoch
        capacity.status.lastHeartbeat = heard.map { (now - $0).rfc3339(fractionDigits: 3) }
        return capacity
    }

    @Test("it goes from registered over trusted to available, and is lost when it is silent for too long")
    func standing() {
        func phase(_ capacity: RemoteCapacity, _ allocated: Int = 0) -> CapacityPhase {
            CapacityStanding(capacity, allocated: allocated, now: Self.now).phase
        }
        #expect(phase(Self.capacity(epoch: 0, heard: nil)) == .registered)
        #expect(phase(Self.capacity(heard: nil)) == .trusted)
        #expect(phase(Self.capacity()) == .available)
        #expect(phase(Self.capacity(heard: .seconds(89))) == .available)
        #expect(phase(Self.capacity(heard: .seconds(90))) == .lost)
        #expect(phase(Self.capacity(drain: true), 2) == .draining)
        #expect(phase(Self.capacity(drain: true)) == .drained)
        #expect(phase(Self.capacity(heard: .seconds(91), drain: true), 2) == .lost)
        let standing = CapacityStanding(Self.capacity(heard: .seconds(10)), allocated: 0, now: Self.now)
        #expect(standing.lookAgainAt == Self.now + .seconds(80))
    }

    @Test("it takes runtimes of its projects only, by name or by labels")
    func admission() {
        let (named, labelled) = (RuntimePlacement(capacity: "edge"), RuntimePlacement(matchLabels: ["zone": "a"]))
        #expect(Self.capacity().admits(named, project: "demo"))
        #expect(Self.capacity().admits(labelled, project: "demo"))
        #expect(!Self.capacity().admits(named, project: "other"))
        #expect(Self.capacity(projects: ["*"]).admits(named, project: "other"))
        #expect(!Self.capacity(projects: []).admits(named, project: "demo"))
        #expect(!Self.capacity().admits(RuntimePlacement(capacity: "else"), project: "demo"))
        #expect(!Self.capacity().admits(RuntimePlacement(matchLabels: ["zone": "b"]), project: "demo"))
        #expect(!Self.capacity().admits(RuntimePlacement(matchLabels: [:]), project: "demo"))
    }

    // MARK: heartbeats

    @Test("of an hour's heartbeats one in a third of the time to be lost is written, and every change")
    func beats() throws {
        let beats = CapacityBeats()
        var (capacity, writes) = (Self.capacity(), 0)
        capacity.status.ready = true
        for second in stride(from: 10, through: 3600, by: 10) {
            let now = Self.now + .seconds(second)
            if try beats.hear(capacity, ready: true, at: now) {
                writes += 1
                capacity.status.lastHeartbeat = now.rfc3339(fractionDigits: 3)
            }
            #expect(CapacityStanding(capacity, allocated: 0, now: now).phase == .available)
        }
        #expect(writes == 120)
        let isNews = try beats.hear(capacity, ready: false, at: Self.now + .seconds(3605))
        #expect(isNews)
    }

    @Test("who knocks too often is told to wait, and nothing is written for it")
    func rate() throws {
        let beats = CapacityBeats()
        _ = try beats.hear(Self.capacity(), ready: true, at: Self.now)
        #expect(throws: Finding.self) { _ = try beats.hear(Self.capacity(), ready: true, at: Self.now + .seconds(1)) }
        let isHeard = try beats.hear(Self.capacity(heard: nil), ready: true, at: Self.now + .seconds(3))
        #expect(isHeard)
    }
}
