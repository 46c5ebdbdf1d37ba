import ClawBase
import ClawCertificates
import ClawCluster
import ClawKubernetes
import Testing

@testable import ClawWebhooks

@Suite("Certificates of webhooks are renewed in time")
struct RotationTests {
    private static let day = Duration.seconds(86400)
    private let lifetimes = WebhookServer.Lifetimes(authority: day * 90, server: day * 9, check: day)

    @Test("what is shown is always signed by somebody who was trusted before")
    func order() async throws {
        try await EmbeddedCluster.withCluster { cluster in
            let certificates = WebhookCertificates(
                secret: ("default", "certs"), hosts: ["hooks.default.svc"], lifetimes: lifetimes)
            let time = VirtualTime(startingAt: Timestamp(seconds: 1_800_000_000))
            var (servers, authorities): (Set<String>, Set<String>) = ([], [])
            for _ in 0..<200 {
                var kept = try await certificates.settled(in: cluster.client, time: time)
                #expect(kept.server.notAfter > time.now)
                try await certificates.trusted(kept, in: cluster.client)
                kept = try await certificates.settled(in: cluster.client, time: time)
                #expect(kept.isTrusted)
                #expect(kept.authority.hasSigned(kept.server))
                #expect(kept.bundle.count <= 2)
                servers.insert(kept.server.certificatePEM)
                authorities.insert(kept.authority.certificatePEM)
                let next = certificates.nextCheck(kept, now: time.now)
                #expect(next > time.now && next <= time.now + Self.day)
                time.advance(by: next - time.now)
            }
            #expect(servers.count > 20)
            #expect(authorities.count >= 3)
        }
    }

    @Test("a new authority signs nothing before it is trusted")
    func patience() throws {
        let certificates = WebhookCertificates(
            secret: ("default", "certs"), hosts: ["hooks.default.svc"], lifetimes: lifetimes)
        let start = Timestamp(seconds: 1_800_000_000)
        var kept = try certificates.due(nil, now: start)
        kept.isTrusted = true
        let later = start + Self.day * 61
        kept.server = try kept.authority.issueServer(hosts: ["hooks.default.svc"], now: later, lifetime: Self.day * 9)
        let first = kept.authority
        let rotated = try certificates.due(kept, now: later)
        #expect(rotated.bundle.count == 2)
        #expect(!rotated.authority.hasSigned(rotated.server))
        #expect(first.hasSigned(rotated.server))
        var told = rotated
        told.isTrusted = true
        let settled = try certificates.due(told, now: later)
        #expect(settled.authority.hasSigned(settled.server))
        // Once the old authority has ended, it is forgotten.
        let end = try certificates.due(settled, now: first.notAfter + .seconds(1))
        #expect(end.bundle.count == 1)
    }
}
