import ClawBase
import ClawCertificates
import ClawCluster
import ClawEnrolment
import ClawHTTPServer
import ClawKubernetes
@testable import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

@Suite("The platform's way to capacity by mutual TLS", .timeLimit(.minutes(5)))
struct CapacityNetworkTests {
    /// A program that serves with what it was enrolled with, and says who asks.
    private static func serving<Result>(
        as identity: MemberIdentity, _ body: (ListenAddress) async throws -> Result
    ) async throws -> Result {
        let tls = TLSIdentity(
            certificateChain: identity.certificate, key: identity.key, clientAuthorities: identity.authority)
        return try await HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), tls: tls, logger: silent)
            .withServer(ClosureHandler { .text($0.peerCertificate == nil ? "a stranger" : "the platform") }, body)
    }

    private static func send(_ bench: CapacityBench, to capacity: RemoteCapacity) async throws -> String {
        let network = CapacityNetwork(
            HandlerTransport(ClosureHandler { _ in .text("in the clear") }), api: bench.platform.cluster.client,
            time: bench.time)
        return try await network.send(Request(.get, "\(capacity.spec.endpoint)/readyz"), to: capacity).words()
    }

    @Test("the program knows the platform by its certificate, and the platform the program by the enrolled one")
    func both() async throws {
        try await CapacityBench.run { bench in
            let member = try bench.member(token: try await bench.invite())
            try await member.enrol()
            try await Self.serving(as: try #require(member.identity)) { address in
                var capacity = try await bench.capacity()
                capacity.spec.document["endpoint"] = .string("https://\(address)")
                #expect(try await Self.send(bench, to: capacity) == "the platform")
                // Nobody else is taken for it: neither who shows nothing, nor another capacity.
                let tls = CurlTransport.TLS(verify: false)
                let stranger = try await withCurlTransport(.init(tls: tls)) {
                    try await $0.send(Request(.get, "https://\(address)/readyz")).words()
                }
                #expect(stranger == "a stranger")
                let other = try bench.member("west", token: try await bench.invite("west"))
                try await other.enrol()
                let theirs = CurlTransport.TLS(verify: false, identity: other.identity?.curl)
                let refused = await #expect(throws: TransportError.self) {
                    try await withCurlTransport(.init(tls: theirs)) {
                        try await $0.send(Request(.get, "https://\(address)/readyz")).words()
                    }
                }
                #expect(refused?.code == .tls)
            }
        }
    }

    @Test("who answers with another capacity's certificate, or one of an earlier enrolment, is told nothing")
    func impostors() async throws {
        try await CapacityBench.run { bench in
            let member = try bench.member(token: try await bench.invite())
            try await member.enrol()
            let first = try #require(member.identity)
            let west = try bench.member("west", token: try await bench.invite("west"))
            try await west.enrol()
            func refused(_ identity: MemberIdentity, _ capacity: RemoteCapacity) async throws {
                try await Self.serving(as: identity) { address in
                    var capacity = capacity
                    capacity.spec.document["endpoint"] = .string("https://\(address)")
                    let error = await #expect(throws: TransportError.self) {
                        _ = try await Self.send(bench, to: capacity)
                    }
                    #expect(error?.code == .tls)
                }
            }
            try await refused(try #require(west.identity), try await bench.capacity())
            let again = try bench.member(token: try await bench.invite())
            try await again.enrol()
            try await refused(first, try await bench.capacity())
        }
    }

    @Test("nothing is sent to capacity whose trust was taken back, or that is to be reached by mutual TLS and is not")
    func untrusted() async throws {
        try await CapacityBench.run { bench in
            let member = try bench.member(token: try await bench.invite())
            try await member.enrol()
            _ = await bench.platform.call(.post, "/api/v1/capacity/edge/revoke")
            let revoked = try await bench.capacity()
            let told = await #expect(throws: Finding.self) { _ = try await Self.send(bench, to: revoked) }
            #expect(told?.code == .capacityTrust)
            var required = RemoteCapacity(name: "west", spec: .init(endpoint: "https://west"))
            required.spec.mutualTLS = true
            required.status.trust = .token
            let refused = await #expect(throws: Finding.self) { _ = try await Self.send(bench, to: required) }
            #expect(refused?.code == .capacityTrust)
            required.spec.mutualTLS = false
            #expect(try await Self.send(bench, to: required) == "in the clear")
        }
    }
}

extension Response {
    fileprivate func words() async throws -> String {
        String(decoding: try await body.collect(limit: 1 << 16), as: UTF8.self)
    }
}
