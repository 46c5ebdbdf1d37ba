import ClawBase
import ClawCertificates
import ClawCluster
import ClawDocuments
import ClawEnrolment
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Foundation
import HTTPTypes
import Testing

@Suite("Capacity that is trusted by mutual TLS", .timeLimit(.minutes(5)))
struct CapacityTLSTests {
    @Test("enrolled by a request to be signed it beats by its certificate; its token is spent, and nothing else is kept")
    func life() async throws {
        try await CapacityBench.run { bench in
            let token = try await bench.invite(mutualTLS: true)
            let member = try bench.member(token: token)
            let heard = try await member.beat()
            #expect(heard.heartbeat == .seconds(1))
            let capacity = try await bench.capacity()
            #expect(capacity.status.trust == .mutualTLS && capacity.status.lastHeartbeat != nil)
            let identity = try #require(member.identity)
            let signed = try SignedCertificate(certificatePEM: identity.certificate)
            #expect(capacity.status.certificates.map(\.fingerprint) == [signed.fingerprint])
            let files = FileManager.default
            #expect(!files.fileExists(atPath: member.configuration.tokenFile))
            let kept = "\(member.configuration.identityDirectory ?? "")/identity.pem"
            #expect(try files.attributesOfItem(atPath: kept)[.posixPermissions] as? Int == 0o600)
            let shown = await bench.platform.call(.get, "/api/v1/capacity/edge")
            #expect(shown.json["trust"] == "MutualTLS")
            #expect(shown.json["certificate"]?["fingerprint"]?.string == signed.fingerprint)
            // Another process of it finds what was kept, and needs no token.
            var again = member.configuration
            again.programToken = nil
            let address = bench.address
            let successor = CapacityMember(
                again, controlPlane: HandlerTransport(bench.platform.controlPlane.handler),
                connect: { configuration in
                    var configuration = configuration
                    configuration.baseURL = address
                    return CurlTransport(configuration)
                })
            try await eventually("it may beat again") { (try? await successor.beat()) != nil }
            #expect(successor.identity == identity)
        }
    }

    @Test("who shows no certificate, or somebody else's, is no capacity")
    func strangers() async throws {
        try await CapacityBench.run { bench in
            let edge = try bench.member(token: try await bench.invite())
            let west = try bench.member("west", token: try await bench.invite("west"))
            try await edge.enrol()
            try await west.enrol()
            #expect(try await bench.beat(as: nil).code == "E_BAD_REQUEST")
            // Another capacity's.
            let theirs = try #require(west.identity)
            #expect(try await bench.beat("edge", as: theirs.curl).code == "E_SESSION")
            #expect(try await bench.beat("west", as: theirs.curl).status == .ok)
            // Rightly signed for the right name, and yet not the one that was enrolled.
            let request = try CertificateRequest(commonName: "edge")
            let other = try bench.authority.sign(request.requestPEM, for: try await bench.capacity())
            let unknown = CurlTransport.Identity(certificate: other.certificatePEM, key: request.keyPEM)
            #expect(try await bench.beat(as: unknown).code == "E_SESSION")
            // From another authority of the same name: it does not get as far as to say anything.
            let forged = try CertificateAuthority.create(commonName: "ClawKit capacity", now: SystemTime().now)
                .issueClient(user: "edge", groups: [], now: SystemTime().now)
            let refused = await #expect(throws: TransportError.self) {
                _ = try await bench.beat(as: .init(certificate: forged.certificatePEM, key: forged.keyPEM))
            }
            #expect(refused?.code == .tls)
            // A token for what is trusted by certificate opens nothing.
            let forgery = bench.platform.signer.sign(
                Session(
                    id: try await bench.capacity().uid ?? "", user: "capacity/edge", issuedAt: SystemTime().now,
                    expiresAt: SystemTime().now + .seconds(60), epoch: try await bench.capacity().status.epoch))
            #expect(try await bench.beat(as: nil, ["token": .string(forgery.reveal())]).code == "E_SESSION")
        }
    }

    @Test("a certificate that has expired is refused, by TLS and by the member itself")
    func expired() async throws {
        let time = VirtualTime(startingAt: SystemTime().now - .seconds(30 * 3600))
        try await CapacityBench.run(time: time) { bench in
            let member = try bench.member(token: try await bench.invite())
            try await member.enrol()
            let identity = try #require(member.identity)
            let refused = await #expect(throws: TransportError.self) { _ = try await bench.beat(as: identity.curl) }
            #expect(refused?.code == .tls)
            time.advance(by: .seconds(25 * 3600))
            let told = await #expect(throws: Finding.self) { _ = try await member.beat() }
            #expect(told?.code == .session && told?.message.contains("expired") == true)
        }
    }

    @Test("a certificate that was taken back, or replaced by another enrolment, is refused at once")
    func revoked() async throws {
        try await CapacityBench.run { bench in
            let member = try bench.member(token: try await bench.invite())
            _ = try await member.beat()
            let first = try #require(member.identity)
            let revoked = await bench.platform.call(.post, "/api/v1/capacity/edge/revoke")
            #expect(revoked.json["phase"] == "Revoked" && revoked.json["trust"] == "Revoked")
            try await eventually("the cache has it") {
                bench.platform.caches.cache(RemoteCapacity.self).get("edge")?.status.trust == .revoked
            }
            // Also on the connection that is open.
            let told = await #expect(throws: Finding.self) { _ = try await member.beat() }
            #expect(told?.code == .session)
            #expect(CapacityStanding(try await bench.capacity(), allocated: 0, now: SystemTime().now).phase == .revoked)

            // A heartbeat right after another one is told to wait.
            let second = try bench.member(token: try await bench.invite())
            try await eventually("the second is heard") { (try? await second.beat()) != nil }
            #expect(try await bench.beat(as: first.curl).code == "E_SESSION")
            let third = try bench.member(token: try await bench.invite())
            try await eventually("the third is heard") { (try? await third.beat()) != nil }
            try await eventually("the cache has it") {
                bench.platform.caches.cache(RemoteCapacity.self).get("edge")?.status.epoch == 4
            }
            #expect(try await bench.beat(as: second.identity?.curl).code == "E_SESSION")
        }
    }

    @Test("half-way a certificate is renewed; the one before holds until the new one is used, and no longer")
    func renewal() async throws {
        let time = VirtualTime(startingAt: SystemTime().now - .seconds(20 * 3600))
        try await CapacityBench.run(time: time) { bench in
            let member = try bench.member(token: try await bench.invite())
            _ = try await member.beat()
            let first = try #require(member.identity)
            let early = try CertificateRequest(commonName: "edge")
            time.advance(by: .seconds(10))
            let refused = try await bench.beat(
                as: first.curl, ["certificateRequest": .string(early.requestPEM)])
            #expect(refused.code == "E_THROTTLED")
            time.advance(by: .seconds(13 * 3600))
            _ = try await member.beat()
            let second = try #require(member.identity)
            #expect(second != first)
            #expect(try await bench.capacity().status.certificates.count == 2)
            time.advance(by: .seconds(10))
            #expect(try await bench.beat(as: first.curl).status == .ok, "its answer might have been lost")
            try await eventually("the cache has both") {
                bench.platform.caches.cache(RemoteCapacity.self).get("edge")?.status.certificates.count == 2
            }
            time.advance(by: .seconds(10))
            _ = try await member.beat()
            #expect(try await bench.capacity().status.certificates.count == 1)
            try await eventually("the cache has the new one alone") {
                bench.platform.caches.cache(RemoteCapacity.self).get("edge")?.status.certificates.count == 1
            }
            time.advance(by: .seconds(10))
            #expect(try await bench.beat(as: first.curl).code == "E_SESSION")
            _ = try await member.beat()
        }
    }

    @Test("what was registered for mutual TLS is not enrolled by token, and a refused request spends no token")
    func downgrade() async throws {
        try await CapacityBench.run { bench in
            let token = try await bench.invite(mutualTLS: true)
            func enrol(_ more: JSONObject, _ token: String, _ name: String = "edge") async -> Answer {
                var body: JSONObject = ["enrolmentToken": .string(token)]
                for (name, value) in more { body[name] = value }
                return await bench.platform.call(.post, "/api/v1/capacity/\(name)/enrol", .object(body), as: nil)
            }
            #expect(await enrol([:], token).code == "E_CAPACITY_TRUST")
            #expect(await enrol(["certificateRequest": "nonsense"], token).code == "E_CERTIFICATE_REQUEST")
            // Signed with another key than the one in it.
            let request = try CertificateRequest(commonName: "edge").requestPEM
            var bytes = try #require(
                Base64.decode(request.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()))
            bytes[bytes.count - 1] ^= 1
            let tampered = "-----BEGIN CERTIFICATE REQUEST-----\n\(Base64.encode(bytes))\n-----END CERTIFICATE REQUEST-----\n"
            #expect(await enrol(["certificateRequest": .string(tampered)], token).code == "E_CERTIFICATE_REQUEST")
            #expect(await enrol(["certificateRequest": .string(request)], token).status == .ok)

            let plain = try await bench.invite("plain", endpoint: "http://127.0.0.1:8081")
            #expect(await enrol(["certificateRequest": .string(request)], plain, "plain").code == "E_CAPACITY_TRUST")
            let both = await bench.platform.call(
                .post, "/api/v1/capacity",
                ["name": "both", "endpoint": "http://127.0.0.1:8081", "mutualTLS": true])
            #expect(both.code == "E_CAPACITY_TRUST")
        }
    }

    @Test("the listener for capacity answers nothing else")
    func door() async throws {
        try await CapacityBench.run { bench in
            let tls = CurlTransport.TLS(certificateAuthorities: bench.authority.platformPEM)
            try await withCurlTransport(.init(baseURL: bench.address, tls: tls)) { curl in
                for path in ["/", "/api/v1/me", "/api/v1/capacity", "/api/v1/capacity/edge", "/r/demo/ada/"] {
                    let answer = try await curl.send(Request(.get, path))
                    #expect(answer.status == .notFound)
                }
            }
        }
    }

    @Test("a control plane that does not listen for it says so")
    func closed() async throws {
        try await withPlatform { platform in
            let made = await platform.call(
                .post, "/api/v1/capacity", ["name": "edge", "endpoint": "https://edge.example.org"])
            let request = try CertificateRequest(commonName: "edge").requestPEM
            let enrolled = await platform.call(
                .post, "/api/v1/capacity/edge/enrol",
                ["enrolmentToken": made.json["enrolmentToken"] ?? .null, "certificateRequest": .string(request)], as: nil)
            #expect(enrolled.code == "E_UNSUPPORTED")
        }
    }
}
