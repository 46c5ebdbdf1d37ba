import ClawKit
import ClawKitPostgres
import ClawPlatformPostgres
import Foundation
import HTTPTypes
import Logging
import PostgresTesting

/// Several control-plane processes on one PostgreSQL and one cluster, which are this test's own.
struct ControlPlanes {
    let platforms: [RunningPlatform]
    let cluster: RunningCluster
    let database: String
    /// The first administrator's.
    let token: String
    private let server: PostgresServer

    /// Runs `body` with so many, and ends everything afterwards.
    static func run(_ count: Int, _ body: (ControlPlanes) async throws -> Void) async throws {
        let server = try PostgresServer()
        defer { server.end() }
        let root = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: root) }
        let cluster = try await RunningCluster.start(["--simulated-nodes", "3"])
        defer { cluster.kill() }
        let secret = root.appending(path: "store-key")
        try Data(String(repeating: "k", count: 40).utf8).write(to: secret)
        let arguments = [
            "--kubeconfig", cluster.kubeconfig, "--database", server.url("sslmode=disable"),
            "--without", "orchestrator,gateway", "--store-key-file", secret.path(),
        ]
        var platforms: [RunningPlatform] = []
        defer { for platform in platforms { kill(platform.pid, SIGKILL) } }
        for number in 0..<count {
            let directory = root.appending(path: "\(number)")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            platforms.append(try await RunningPlatform.start(in: directory, arguments))
        }
        let token = try String(contentsOfFile: platforms[0].file(".claw/admin-token"), encoding: .utf8)
        try await body(
            ControlPlanes(
                platforms: platforms, cluster: cluster, database: server.url("sslmode=disable"), token: token,
                server: server))
    }

    /// One call at one of them; as the administrator, unless with a session.
    func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, at number: Int, session: String? = nil
    ) async throws -> (status: HTTPResponse.Status, json: JSON, headers: HTTPFields) {
        var request = Request(
            method, platforms[number].controlPlane + path, body: body.map { .bytes($0.bytes()) } ?? .empty)
        if let session {
            request.headers[.cookie] = session
        } else {
            request.headers[.authorization] = "Bearer \(token)"
        }
        let response = try await platforms[number].network.send(request)
        let bytes = try await response.body.collect(limit: 1 << 22)
        return (response.status, (try? JSONParser.parse(bytes)) ?? .null, response.headers)
    }

    /// The cookie of a new session of the administrator's.
    func signIn(at number: Int) async throws -> String? {
        let body: JSON = ["token": .string(token)]
        let answer = try await call(.post, "/api/v1/sessions", body, at: number, session: "none=1")
        return answer.headers[.setCookie]?.split(separator: ";").first.map(String.init)
    }

    /// The operations as the database has them.
    func operations() async throws -> [ClawKit.Operation] {
        let pool = PostgresPool(PostgresPool.Configuration(database, maximum: 1))
        let store = PostgresPlatformStore(pool, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return try await store.list(ClawKit.Operation.self).map(\.record)
    }
}
