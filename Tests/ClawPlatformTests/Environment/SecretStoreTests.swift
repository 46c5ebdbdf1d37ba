import ClawBase
import ClawCertificates
import ClawDocuments
import ClawHTTPServer
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import HTTPTypes
import Synchronization
import Testing

@Suite("What becomes of stores of secrets")
struct SecretStoreTests {
    private static func makeToken(_ client: KubernetesClient) async throws {
        try await PlatformSettings.makeNamespace(in: client)
        _ = try await client.create(
            KubernetesSecret(
                metadata: ObjectMeta(name: "vault", namespace: PlatformSettings.namespace),
                data: ["token": Base64.encode(Array("root".utf8))], type: "Opaque"))
    }

    private static func store(_ address: String) -> SecretStore {
        SecretStore(name: "main", vault: VaultConnection(address: address, token: (secret: "vault", key: "token")), projects: ["demo"])
    }

    /// Waits until both conditions are for these reasons.
    @discardableResult
    private static func reach(
        _ accepted: SecretStoreController.Reason, _ reachable: SecretStoreController.Reason, _ client: KubernetesClient
    ) async throws -> SecretStore {
        let wanted = [accepted.rawValue, reachable.rawValue]
        return try await client.object(SecretStore.self, "main", in: "") { store in
            store.status.conditions.map(\.reason) == wanted
                && store.status.conditions.allSatisfy { $0.observedGeneration == store.metadata.generation }
        }
    }

    @Test("a server is believed by the authority that its store names, and values come from it then; its own words stay away")
    func authority() async throws {
        let now = SystemTime().now
        let authority = try CertificateAuthority.create(commonName: "Of the vault", now: now)
        let issued = try authority.issueServer(hosts: ["127.0.0.1"], now: now)
        let server = HTTPServer(
            listen: ListenAddress(host: "127.0.0.1", port: 0),
            tls: TLSIdentity(certificateChain: issued.certificatePEM, key: issued.keyPEM), logger: silent)
        let vault = ClosureHandler { request in
            let value: JSON = ["data": ["data": ["key": "kept far away"], "metadata": ["version": 1]]]
            switch request.head.path?.prefix(while: { $0 != "?" }) {
            case "/v1/sys/health": return Response(status: .ok, body: .string(#"{"sealed": false}"#))
            case "/v1/secret/data/app": return Response(status: .ok, body: .bytes(value.bytes()))
            default: return Response(status: .forbidden)
            }
        }
        let transport = CurlTransport()
        try await server.withServer(vault) { address in
            try await withRuntimes(network: transport) { world in
                let client = world.client
                try await Self.makeToken(client)
                _ = try await client.create(Self.store("https://\(address)"))
                let unknown = try await Self.reach(.asExpected, .untrusted, client)
                #expect(unknown.status.conditions[1].message.contains("spec.vault.caCertificate"))
                #expect(!unknown.status.conditions[1].message.contains("127.0.0.1"))

                _ = try await client.mergePatch(
                    SecretStore.self, "main",
                    ["spec": ["vault": ["caCertificate": .string(authority.certificatePEM)]]])
                try await Self.reach(.asExpected, .asExpected, client)
                var set = EnvironmentSet(name: "project", in: "demo")
                set.spec.variables = [EnvironmentVariable("API_KEY", vault: "main", path: "app", key: "key")]
                _ = try await client.create(set)
                try await world.start()
                try await world.reach(.ready)
                let delivered = try await world.secret()?.data["API_KEY"].flatMap { Base64.decode($0) }
                #expect(delivered.map { String(decoding: $0, as: UTF8.self) } == "kept far away")

                _ = try await client.mergePatch(
                    SecretStore.self, "main", ["spec": ["vault": ["caCertificate": "-----BEGIN CERTIFICATE-----\nno"]]])
                let damaged = try await Self.reach(.invalidCertificate, .notChecked, client)
                #expect(damaged.status.conditions.map(\.status) == ["False", "Unknown"])
            }
        }
        await transport.shutdown()
    }

    @Test("a server that is sealed or away is told of, asked again soon, and when it is well nothing is written")
    func health() async throws {
        let asked = Mutex(0)
        let answer = Mutex(HTTPResponse.Status.serviceUnavailable)
        let network = ScriptedTransport { request in
            guard request.path.hasPrefix("/v1/sys/health") else { return .text("hello") }
            asked.withLock { $0 += 1 }
            return Response(status: answer.withLock { $0 }, body: .string(#"{"sealed": true, "cluster_name": "inner"}"#))
        }
        let time = VirtualTime(startingAt: SystemTime().now)
        try await withRuntimes(time: time, network: network) { world in
            let client = world.client
            _ = try await client.create(Self.store("https://vault.test"))
            let missing = try await Self.reach(.tokenMissing, .notChecked, client)
            #expect(missing.status.conditions[0].message.contains("clawkit-system/vault"))
            #expect(asked.withLock { $0 } == 0)
            try await Self.makeToken(client)
            try await world.pass(time, until: "it is found sealed", by: .seconds(10)) {
                let found = try await client.get(SecretStore.self, "main").status.conditions
                return found.last?.reason == "Unreachable" && found.last?.message.contains("is sealed") == true
            }
            #expect(try await client.get(SecretStore.self, "main").status.conditions.allSatisfy { !$0.message.contains("inner") })
            // A standby answers for its leader.
            answer.withLock { $0 = HTTPResponse.Status(code: 473) }
            try await world.pass(time, until: "it is well", by: .seconds(10)) {
                try await client.get(SecretStore.self, "main").status.conditions.map(\.status) == ["True", "True"]
            }
            let (version, before) = (try await client.get(SecretStore.self, "main").resourceVersion, asked.withLock { $0 })
            try await world.pass(time, until: "it was asked thrice more") { asked.withLock { $0 } >= before + 3 }
            #expect(try await client.get(SecretStore.self, "main").resourceVersion == version)
        }
    }

    @Test("certificates are PEM texts, one or several, with whatever stands between them")
    func certificates() throws {
        let one = try CertificateAuthority.create(commonName: "a", now: SystemTime().now).certificatePEM
        #expect(VaultNetwork.areCertificates(one))
        #expect(VaultNetwork.areCertificates("# the first\n\(one)\n# the second\n\(one)"))
        for text in ["", "hello", "-----BEGIN CERTIFICATE-----", one + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"] {
            #expect(!VaultNetwork.areCertificates(text), "\(text)")
        }
    }
}
