import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Synchronization
import Testing

@Suite("The transport to a cluster", .timeLimit(.minutes(10)))
struct ClusterTransportTests {
    private let time = VirtualTime()

    private final class Rotating: Credentials {
        let token: Mutex<Int>
        let canRenew: Bool
        init(_ first: Int = 1, canRenew: Bool = true) {
            token = Mutex(first)
            self.canRenew = canRenew
        }
        func credential() async throws -> Credential { .bearer(Secret("\(token.withLock { $0 })")) }
        func renew(after refused: Credential) async throws -> Bool {
            if canRenew { token.withLock { $0 += 1 } }
            return canRenew
        }
    }

    private func transport(
        _ script: ScriptedTransport, _ change: (inout ClusterAccess) -> Void
    ) throws -> ClusterTransport {
        var access = ClusterAccess(server: "https://h:6443")
        change(&access)
        return try ClusterTransport(access, time: time) { _ in script }
    }

    private static func accepting(_ token: String) -> ScriptedTransport {
        ScriptedTransport { $0.headers[.authorization] == "Bearer \(token)" ? .json([:]) : .refusal(401, "Unauthorized") }
    }

    @Test("a 401 renews the credential and asks once more, with the same body")
    func unauthorized() async throws {
        let script = Self.accepting("2")
        let transport = try transport(script) { $0.credentials = Rotating() }
        #expect(try await transport.send(Request(.post, "/x", body: .string("body"))).status == .ok)
        #expect(script.requests.map { $0.headers[.authorization] } == ["Bearer 1", "Bearer 2"])
        #expect(script.requests.map(\.body.length) == [4, 4])
    }

    @Test("once, not for ever; and not where nothing new can be had, or the body was a stream")
    func unauthorizedStill() async throws {
        let refusing = Self.accepting("none")
        #expect(try await transport(refusing) { $0.credentials = Rotating() }.send(Request(.get, "/")).status == .unauthorized)
        #expect(refusing.requests.count == 2)
        let fixed = Self.accepting("none")
        let same = try transport(fixed) { $0.credentials = Rotating(canRenew: false) }
        #expect(try await same.send(Request(.get, "/")).status == .unauthorized)
        let body = Body.stream(ByteStream(pulling: { nil }))
        _ = try await transport(fixed) { $0.credentials = Rotating() }.send(Request(.post, "/", body: body))
        #expect(fixed.requests.count == 2)
    }

    @Test("a token that ends in the midst of a watch: its reconnect is refused, renewed, and goes on where it was")
    func watch() async throws {
        let credentials = Rotating()
        let valid = Mutex("1")
        let script = ScriptedTransport { request in
            guard request.headers[.authorization] == "Bearer \(valid.withLock { $0 })" else {
                return .refusal(401, "Unauthorized")
            }
            guard request.query["watch"] == "true" else { return .json(list([configMap("a", version: 1)], version: 5)) }
            if request.query["resourceVersion"] == "5" {
                // While this connection lives, the token ends.
                valid.withLock { $0 = "2" }
                return .stream([line("MODIFIED", configMap("a", version: 6))])
            }
            return .stream([line("MODIFIED", configMap("a", version: 7))], then: .silent)
        }
        let client = KubernetesClient(try transport(script) { $0.credentials = credentials })
        var versions: [String?] = []
        for try await event in client.watch(ConfigMap.self, in: "demo", time: time) {
            switch event {
            case .snapshot(let all): versions.append(all.first?.metadata.resourceVersion)
            case .applied(let object): versions.append(object.metadata.resourceVersion)
            case .deleted: break
            }
            if versions.count == 3 { break }
        }
        #expect(versions == ["1", "6", "7"])
        #expect(script.requests.map { $0.headers[.authorization] ?? "" }.map { $0.suffix(1) } == ["1", "1", "1", "2"])
        #expect(script.requests.last?.query["resourceVersion"] == "6")
    }

    private func line(_ type: String, _ object: JSON) -> [UInt8] {
        (["type": .string(type), "object": object] as JSON).bytes() + [UInt8(ascii: "\n")]
    }

    @Test("other hosts get no credential, nor do requests that bring their own")
    func otherHosts() async throws {
        let script = ScriptedTransport { _ in .json([:]) }
        let transport = try transport(script) {
            $0.token = Secret("t")
            $0.impersonation = Impersonation(user: "ada")
        }
        _ = try await transport.send(Request(.get, "https://elsewhere.example/x"))
        _ = try await transport.send(Request(.get, "/x", headers: [.authorization: "Bearer own"]))
        #expect(script.requests.map { $0.headers[.authorization] } == [nil, "Bearer own"])
        #expect(script.requests[0].headers.count == 0)
    }

    @Test("credentials do not go in clear over a network; on this machine they may, and anonymous requests may")
    func clear() async throws {
        for (server, token, isSent) in [
            ("http://h:80", "t", false), ("http://127.0.0.1.evil.example", "t", false), ("http://127.0.0.1:1", "t", true),
            ("http://localhost:1", "t", true), ("http://[::1]:1", "t", true), ("http://h:80", nil, true), ("https://h", "t", true),
        ] as [(String, String?, Bool)] {
            let script = ScriptedTransport { _ in .json([:]) }
            let transport = try transport(script) {
                $0.server = server
                $0.token = token.map { Secret($0) }
            }
            if isSent {
                _ = try await transport.send(Request(.get, "/"))
            } else {
                await #expect { try await transport.send(Request(.get, "/")) } throws: { ($0 as? Finding)?.code == .credentials }
            }
            #expect(script.requests.count == (isSent ? 1 : 0), "\(server)")
        }
    }

    @Test("who is impersonated stands in headers, groups one by one, extra keys encoded")
    func impersonation() async throws {
        let script = ScriptedTransport { _ in .json([:]) }
        let transport = try transport(script) {
            $0.impersonation = Impersonation(
                user: "ada", uid: "7", groups: ["dev", "ops"], extra: ["example.org/scopes": ["a", "b"]])
        }
        _ = try await transport.send(Request(.get, "/"))
        let fields = script.requests[0].headers.map { "\($0.name.rawName): \($0.value)" }
        #expect(
            fields == [
                "Impersonate-User: ada", "Impersonate-Uid: 7", "Impersonate-Group: dev", "Impersonate-Group: ops",
                "Impersonate-Extra-example.org%2Fscopes: a", "Impersonate-Extra-example.org%2Fscopes: b",
            ])
        #expect(throws: Finding.self) {
            try self.transport(script) { $0.impersonation = Impersonation(user: "a\r\nX: y") }
        }
    }

    @Test("new authorities and certificates mean new connections, and only then; what is under way stays on the old")
    func rotation() async throws {
        try await withScratch { directory in
            let made = Mutex<[CurlTransport.Configuration]>([])
            var access = ClusterAccess(server: "https://h:6443")
            access.certificateAuthorityFile = try directory.write(certificate, to: "ca.crt")
            access.clientCertificate = certificate
            access.clientKey = Secret(privateKey)
            access.clientCertificateFile = try directory.write(certificate, to: "tls.crt")
            access.clientKeyFile = try directory.write(privateKey, to: "tls.key")
            let transport = try ClusterTransport(access, time: time) { configuration in
                made.withLock { $0.append(configuration) }
                return ScriptedTransport { _ in .json([:]) }
            }
            for _ in 0..<3 { _ = try await transport.send(Request(.get, "/")) }
            #expect(made.withLock { $0.count } == 1)
            let renewed = certificate.replacing("MIIB", with: "MIIC")
            try directory.replace(renewed, "ca.crt")
            _ = try await transport.send(Request(.get, "/"))
            #expect(made.withLock { $0.last?.tls.certificateAuthorities } == renewed)
            try directory.replace(renewed, "tls.crt")
            _ = try await transport.send(Request(.get, "/"))
            #expect(made.withLock { $0.last?.tls.identity?.certificate } == renewed)
            #expect(made.withLock { $0.count } == 3)
            // Half a file, or none, is no reason to trust nobody.
            try directory.replace("-----BEGIN CERTIFICATE-----\nMI", "ca.crt")
            _ = try await transport.send(Request(.get, "/"))
            #expect(made.withLock { $0.count } == 3)
        }
    }

    @Test("settings reach the network transport")
    func settings() async throws {
        let made = Mutex<CurlTransport.Configuration?>(nil)
        var access = ClusterAccess(server: "https://h:6443")
        (access.proxy, access.tlsServerName, access.disablesCompression) = (Secret("socks5h://p:1"), "kubernetes", true)
        let transport = try ClusterTransport(access, userAgent: "me", time: time) { configuration in
            made.withLock { $0 = configuration }
            return ScriptedTransport { _ in .json([:]) }
        }
        _ = try await transport.send(Request(.get, "/"))
        let configuration = try #require(made.withLock { $0 })
        #expect(configuration.proxy == "socks5h://p:1" && configuration.tls.serverName == "kubernetes")
        #expect(configuration.tls.verify && !configuration.decodesGzip && configuration.userAgent == "me")
    }
}
