import ClawKit
import Foundation
import HTTPTypes

/// A platform that people reach through somebody else's proxy: ada's and bob's runtimes, and one of ada's that shows
/// what reaches it.
struct FrontedPlatform: Sendable {
    let platform: RunningPlatform
    /// Where the proxy listens.
    let port: Int
    /// The sessions' cookies, as a browser sends them.
    let ada: String
    let bob: String
    let adaToken: String
    /// What the proxy shows to the access check.
    let proxyKey: String

    /// Hosts below it lead to this machine's loopback (RFC 6761, section 6.3).
    static let domain = "claw.localhost"

    func url(_ runtime: String, _ path: String = "/") -> String {
        "http://\(runtime)-demo.\(Self.domain):\(port)\(path)"
    }
    var home: String { "http://\(Self.domain):\(port)" }
    var directory: URL { platform.directory }
    /// Where the control plane itself listens.
    var controlPlane: String { platform.controlPlane }

    /// Makes it, has `start` start the proxy, and runs `body`.
    /// - Parameters:
    ///   - settings: more sections of `claw.yaml`.
    ///   - prepare: runs as soon as the cluster is there.
    static func run(
        settings: String = "", before prepare: (KubernetesClient) async throws -> Void = { _ in },
        start: (FrontedPlatform) async throws -> Process, _ body: (FrontedPlatform) async throws -> Void
    ) async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let port = try await ModelClients.freePort()
        let file = """
            templates:
              - {name: default, command: [agent-runtime]}
              - {name: mirror, command: ["\(Programs.path("mirror-fixture"))"]}
            server: {publicURL: "http://\(domain):\(port)", domain: \(domain)}\(settings)
            """
        try Data(file.utf8).write(to: directory.appending(path: "claw.yaml"))
        let platform = try await RunningPlatform.start(in: directory)
        defer { kill(platform.pid, SIGKILL) }
        do {
            try await prepare(platform.kubernetes)
            let fronted = try await self.prepare(platform, port)
            let proxy = try await start(fronted)
            defer { kill(proxy.processIdentifier, SIGKILL) }
            try await body(fronted)
        } catch {
            let logs = ["control-plane.log", "proxy.log"].map { name in
                "\(name):\n" + ((try? String(contentsOfFile: platform.file(name), encoding: .utf8)) ?? "").suffix(3000)
            }
            throw Finding(.internalError, "\(error)\n\(logs.joined(separator: "\n"))")
        }
        _ = try await platform.stop()
    }

    private static func prepare(_ platform: RunningPlatform, _ port: Int) async throws -> FrontedPlatform {
        func claw(_ arguments: String...) async throws -> String {
            let outcome = try await ClawEndToEndTests.run(
                Programs.path("claw"), arguments, in: platform.directory,
                environment: ["CLAW_SERVER": platform.controlPlane])
            guard outcome.status == 0 else { throw Finding(.internalError, "\(arguments): \(outcome.errors)") }
            return outcome.output
        }
        _ = try await claw("tenant", "create", "acme")
        _ = try await claw("project", "create", "demo", "--tenant", "acme")
        var tokens: [String: String] = [:]
        for user in ["ada", "bob"] {
            let made = try await claw("user", "create", user, "--project", "demo", "--role", "developer", "-o", "json")
            tokens[user] = try JSONParser.parse(Array(made.utf8))["token"]?.string
            _ = try await claw("runtime", "start", "--user", user, "--wait")
        }
        _ = try await claw(
            "runtime", "start", "--user", "ada", "--name", "mirror", "--template", "mirror", "--project", "demo",
            "--wait")
        return FrontedPlatform(
            platform: platform, port: port, ada: try await signIn(tokens["ada"] ?? "", at: platform),
            bob: try await signIn(tokens["bob"] ?? "", at: platform), adaToken: tokens["ada"] ?? "",
            proxyKey: try await PlatformSettings.proxyKey(in: platform.kubernetes).reveal())
    }

    /// The cookie of a new session.
    private static func signIn(_ token: String, at platform: RunningPlatform) async throws -> String {
        let body: JSON = ["token": .string(token)]
        let answer = try await platform.network.send(
            Request(.post, platform.controlPlane + "/api/v1/sessions", body: .bytes(body.bytes())))
        guard let cookie = answer.headers[.setCookie]?.split(separator: ";").first else {
            throw Finding(.internalError, "no session: \(answer.status)")
        }
        return String(cookie)
    }

    /// Where a runtime's program listens on this machine.
    func listening(_ runtime: String) async throws -> String {
        let pod = try await platform.kubernetes.get(Pod.self, runtime, in: "demo")
        guard let endpoint = pod.endpoint(port: "http") else { throw Finding(.internalError, "no port of \(runtime)") }
        return "\(endpoint.host):\(endpoint.port)"
    }

    // MARK: asking through the proxy

    func get(_ url: String, cookie: String? = nil, asPage: Bool = false, _ headers: HTTPFields = [:]) async throws -> Response {
        var request = Request(.get, url, headers: headers)
        // As browsers send it: one header.
        request.headers[values: .cookie] = cookie.map { [$0] } ?? []
        if asPage { request.headers[.accept] = "text/html" }
        return try await platform.network.send(request)
    }

    func status(_ url: String, cookie: String? = nil, _ headers: HTTPFields = [:]) async throws -> Int {
        let response = try await get(url, cookie: cookie, headers)
        _ = try await response.body.collect(limit: 1 << 20)
        return response.status.code
    }

    /// What reached the runtime that shows it.
    func seen(_ path: String, cookie: String, _ headers: HTTPFields = [:]) async throws -> JSON {
        let response = try await get(url("mirror", path), cookie: cookie, headers)
        let bytes = try await response.body.collect(limit: 1 << 20)
        guard response.status == .ok else {
            throw Finding(.internalError, "\(response.status): \(String(decoding: bytes, as: UTF8.self))")
        }
        return try JSONParser.parse(bytes)
    }
}
