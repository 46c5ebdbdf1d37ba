import ClawKit
import Foundation
import HTTPTypes
import Testing

/// Seven places where a published workspace platform falls short of its own contract, each held here.
@Suite("Gaps of a published workspace platform", .serialized)
struct ClawLoopsGapsTests {
    /// A platform with ada's and bob's runtimes; their login tokens.
    private static func withRuntimes(
        _ body: (inout RunningPlatform, [String: String]) async throws -> Void
    ) async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        var platform = try await RunningPlatform.start(in: directory)
        defer { kill(platform.pid, SIGKILL) }
        for command in [["tenant", "create", "acme"], ["project", "create", "demo", "--tenant", "acme"]] {
            let outcome = try await run(
                Programs.path("claw"), command, in: directory, environment: ["CLAW_SERVER": platform.controlPlane])
            try #require(outcome.status == 0, "\(outcome.errors)")
        }
        var tokens: [String: String] = [:]
        for user in ["ada", "bob"] {
            let made = try await platform.claw(
                "user", "create", user, "--project", "demo", "--role", "developer", "-o", "json")
            tokens[user] = try JSONParser.parse(Array(made.output.utf8))["token"]?.string
            let started = try await platform.claw("runtime", "start", "--user", user, "--wait")
            try #require(started.status == 0, "\(started.errors)")
        }
        try await body(&platform, tokens)
        _ = try await platform.stop()
    }

    private static func check(
        _ platform: RunningPlatform, _ runtime: String, as token: String?
    ) async throws -> Int {
        var request = Request(.get, "\(platform.controlPlane)/api/v1/access/check")
        request.headers[.authorization] = token.map { "Bearer \($0)" }
        request.headers[ProxyWalk.name("X-Forwarded-Host")] = "claw.test"
        request.headers[ProxyWalk.name("X-Forwarded-Uri")] = "/r/demo/\(runtime)/"
        return try await platform.network.send(request).status.code
    }

    private static func secrets(_ platform: RunningPlatform, _ key: String) async throws -> [String] {
        var found: [String] = []
        for user in ["ada", "bob"] {
            let secret = try await platform.kubernetes.get(KubernetesSecret.self, "\(user)-runtime", in: "demo")
            found.append(try #require(secret.data[key]))
        }
        return found
    }

    @Test("1: the gate checks whose the address is, by the forwarded request, not only that somebody is signed in")
    func ownership() async throws {
        try await Self.withRuntimes { platform, tokens in
            for (user, runtime, status) in [
                ("ada", "ada", 200), ("bob", "ada", 403), ("bob", "bob", 200), ("ada", "bob", 403),
            ] {
                let answer = try await Self.check(platform, runtime, as: tokens[user])
                #expect(answer == status, "\(user) → \(runtime)")
            }
            let stranger = try await Self.check(platform, "ada", as: nil)
            #expect(stranger == 401)
        }
    }

    @Test("2: each runtime has a token of its own, and no address shows it")
    func tokens() async throws {
        try await Self.withRuntimes { platform, _ in
            let tokens = try await Self.secrets(platform, "OPENCLAW_GATEWAY_TOKEN")
            #expect(tokens[0] != tokens[1])
            for user in ["ada", "bob"] {
                let url = try #require(try await platform.kubernetes.get(Runtime.self, user, in: "demo").status.url)
                #expect(url == "\(platform.controlPlane)/r/demo/\(user)/")
            }
        }
    }

    @Test("3: a runtime's port is on the loopback only, and shut for whoever comes without its token")
    func ports() async throws {
        try await Self.withRuntimes { platform, tokens in
            let pod = try await platform.kubernetes.get(Pod.self, "ada", in: "demo")
            let endpoint = try #require(pod.endpoint(port: "http"))
            #expect(endpoint.host == "127.0.0.1")
            for header in [nil, "Bearer \(tokens["ada"] ?? "")"] {
                var request = Request(.get, "http://127.0.0.1:\(endpoint.port)/conversation")
                request.headers[.authorization] = header
                #expect(try await platform.network.send(request).status == .unauthorized)
            }
        }
    }

    @Test("4: each runtime has a model key of its own, and keys upstream reach no runtime")
    func modelKeys() async throws {
        try await Self.withRuntimes { platform, _ in
            let keys = try await Self.secrets(platform, "OPENAI_API_KEY")
            #expect(keys[0] != keys[1])
            let grants = try await platform.kubernetes.list(ModelGrantResource.self, in: "demo").items
            for user in ["ada", "bob"] {
                #expect(grants.contains { $0.user == user })
            }
            #expect(Set(grants.map(\.keyHash)).count == grants.count)
        }
    }

    @Test("5: what was asked for is kept: operations are there after a crash")
    func operations() async throws {
        try await Self.withRuntimes { platform, _ in
            func ids() async throws -> [String] {
                let list = try await platform.claw("operation", "list", "-o", "json")
                let json = try JSONParser.parse(Array(list.output.utf8))
                return (json["items"]?.array ?? json.array ?? []).compactMap { $0["id"]?.string }.sorted()
            }
            let before = try await ids()
            #expect(before.count >= 2)
            try await platform.crash()
            platform = try await RunningPlatform.start(in: platform.directory)
            #expect(try await ids() == before)
        }
    }

    @Test("6: to start what runs changes nothing: the same pod, the same process")
    func ensureRunning() async throws {
        try await Self.withRuntimes { platform, _ in
            func process() async throws -> [String?] {
                let pod = try await platform.kubernetes.get(Pod.self, "ada", in: "demo")
                return [pod.uid, pod.status?.containerStatuses.first?.containerID]
            }
            let before = try await process()
            let again = try await platform.claw("runtime", "start", "--user", "ada", "--wait")
            #expect(again.status == 0, "\(again.errors)")
            #expect(try await process() == before)
        }
    }

    @Test("7: there is a way to recover, and nothing that manages runtimes answers who has not signed in")
    func managing() async throws {
        try await Self.withRuntimes { platform, tokens in
            let runtimes = "/api/v1/projects/demo/runtimes"
            for verb in ["start", "stop", "suspend", "resume", "recover", "restart"] {
                for (token, status) in [(nil, 401), (tokens["bob"], 403)] {
                    var request = Request(.post, "\(platform.controlPlane)\(runtimes)/ada/\(verb)")
                    request.headers[.authorization] = token.map { "Bearer \($0)" }
                    #expect(try await platform.network.send(request).status.code == status, "\(verb)")
                }
            }
            #expect(try await platform.get(runtimes).status == .unauthorized)
            let recovered = try await platform.claw("runtime", "recover", "--user", "ada", "--wait", token: tokens["ada"])
            #expect(recovered.status == 0, "\(recovered.errors)")
        }
    }
}
