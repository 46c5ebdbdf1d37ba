import ClawKit
import Foundation
import HTTPTypes
import Testing

/// The walk of the README, with the built programs, real processes and real sockets.
@Suite("The walk of the README", .serialized)
struct WalkTests {
    @Test("a newcomer's platform: tenant, project, user, runtime, chat, access, recovery, keys, restart")
    func walk() async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        var platform = try await RunningPlatform.start(in: directory)
        do {
            let ada = try await prepare(platform)
            try await chat(platform, ada)
            try await access(platform, ada)
            try await recovery(platform, ada)
            try await stopAndStart(platform, ada)
            try await key(platform)
            platform = try await restart(platform)
            try await afterRestart(platform, ada)
        } catch {
            let log = (try? String(contentsOfFile: platform.file("control-plane.log"), encoding: .utf8)) ?? ""
            Issue.record("the walk failed: \(error)\n\(log.suffix(4000))")
        }
        let children = RunningPlatform.descendants(of: platform.pid)
        #expect(try await platform.stop() == 0)
        try await expectEnded(children)
    }

    // MARK: steps

    /// Steps 1 and 2: tenant, project, user, runtime. Returns the user's token.
    private func prepare(_ platform: RunningPlatform) async throws -> String {
        for command in [["tenant", "create", "acme"], ["project", "create", "demo", "--tenant", "acme"]] {
            let outcome = try await run(
                Programs.path("claw"), command, in: platform.directory, environment: ["CLAW_SERVER": platform.controlPlane])
            try #require(outcome.status == 0, "\(command): \(outcome.errors)")
        }
        let created = try await platform.claw(
            "user", "create", "ada", "--project", "demo", "--role", "owner", "--output", "json")
        try #require(created.status == 0, "\(created.errors)")
        let token = try #require(try JSONParser.parse(Array(created.output.utf8))["token"]?.string)
        let started = try await platform.claw("runtime", "start", "--user", "ada", "--wait")
        try #require(started.status == 0, "\(started.errors)")
        #expect(started.output.contains("Ready"))
        #expect(started.output.contains("/r/demo/ada/"))
        let api = try platform.kubernetes
        #expect(try await api.get(Runtime.self, "ada", in: "demo").status.phase == .ready)
        #expect(try await api.find(Namespace.self, "demo") != nil)
        #expect(try await api.find(PersistentVolumeClaim.self, "ada-state", in: "demo")?.status?.phase == "Bound")
        #expect(try await api.find(KubernetesSecret.self, "ada-runtime", in: "demo") != nil)
        return token
    }

    /// Step 3: a streamed answer through runtime, gateway and upstream.
    private func chat(_ platform: RunningPlatform, _ token: String) async throws {
        let outcome = try await platform.claw("chat", "--user", "ada", "hello")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("echo: hello"))
        #expect(try await conversation(platform, token).contains("hello"))
    }

    private func conversation(_ platform: RunningPlatform, _ token: String) async throws -> String {
        let response = try await platform.get("/r/demo/ada/conversation", token: token)
        try #require(response.status == .ok)
        return String(decoding: try await response.body.collect(limit: 1 << 20), as: UTF8.self)
    }

    /// Step 4: the owner passes, nobody and others do not.
    private func access(_ platform: RunningPlatform, _ ada: String) async throws {
        let created = try await platform.claw(
            "user", "create", "bob", "--project", "demo", "--role", "developer", "--output", "json")
        let bob = try #require(try JSONParser.parse(Array(created.output.utf8))["token"]?.string)
        #expect(try await platform.get("/r/demo/ada/healthz", token: ada).status == .ok)
        #expect(try await platform.get("/r/demo/ada/healthz").status == .unauthorized)
        #expect(try await platform.get("/r/demo/ada/", asPage: true).status.kind == .redirection)
        #expect(try await platform.get("/r/demo/ada/healthz", token: bob).status == .forbidden)
        let stolen = try await platform.claw("runtime", "stop", "--user", "ada", token: bob)
        #expect(stolen.status != 0)
    }

    /// Step 5: kill -9 of the runtime's process.
    private func recovery(_ platform: RunningPlatform, _ token: String) async throws {
        let api = try platform.kubernetes
        let pid = try #require(try await runtimeProcess(api))
        kill(pid, SIGKILL)
        try await eventually("the recovered runtime") {
            let status = try await api.get(Runtime.self, "ada", in: "demo").status
            return status.phase == .ready && status.restarts == 1 ? true : nil
        }
        #expect(try await runtimeProcess(api) != pid)
        #expect(try await conversation(platform, token).contains("hello"))
    }

    /// The pid in the container's id, `process://PID-START`.
    private func runtimeProcess(_ api: KubernetesClient) async throws -> pid_t? {
        let pod = try await api.get(Pod.self, "ada", in: "demo")
        let id = pod.status?.containerStatuses.first?.containerID ?? ""
        return id.split(separator: "/").last?.split(separator: "-").first.flatMap { pid_t($0) }
    }

    /// Step 6: stop and start; the volume stays.
    private func stopAndStart(_ platform: RunningPlatform, _ token: String) async throws {
        let stopped = try await platform.claw("runtime", "stop", "--user", "ada", "--wait")
        #expect(stopped.status == 0, "\(stopped.errors)")
        let api = try platform.kubernetes
        #expect(try await api.find(Pod.self, "ada", in: "demo") == nil)
        let started = try await platform.claw("runtime", "start", "--user", "ada", "--wait")
        #expect(started.status == 0, "\(started.errors)")
        #expect(try await conversation(platform, token).contains("hello"))
    }

    /// Step 8: a key of somebody's own, an answer for it, and what was used.
    private func key(_ platform: RunningPlatform) async throws {
        let made = try await platform.claw("key", "create", "notebook", "--user", "ada", "--cost", "5", "--window", "day")
        let gateway = try #require(platform.gateway)
        let key = try #require(made.output.split(separator: "\n").last.map(String.init))
        let question: JSON = ["model": "echo", "messages": [["role": "user", "content": "Good day."]]]
        let answer = try await platform.network.send(
            Request(
                .post, "\(gateway)/v1/chat/completions", headers: [.authorization: "Bearer \(key)"],
                body: .bytes(question.bytes())))
        let text = String(decoding: try await answer.body.collect(limit: 1 << 20), as: UTF8.self)
        #expect(text.contains("echo: Good day."))
        try await eventually("both requests in the ledger") {
            let usage = try await platform.claw("usage", "--by", "key")
            return usage.output.split(separator: "\n").last?.split(separator: " ").prefix(5) == ["total", "2", "3", "0", "5"]
                ? true : nil
        }
    }

    /// Step 9: everything ends with the platform, and comes back with it.
    private func restart(_ platform: RunningPlatform) async throws -> RunningPlatform {
        let children = RunningPlatform.descendants(of: platform.pid)
        #expect(!children.isEmpty)
        #expect(try await platform.stop() == 0)
        try await expectEnded(children)
        return try await RunningPlatform.start(in: platform.directory)
    }

    private func afterRestart(_ platform: RunningPlatform, _ token: String) async throws {
        let tenants = try await platform.claw("tenant", "list", "--output", "json")
        #expect(tenants.output.contains("acme"))
        let api = try platform.kubernetes
        let text = try await eventually("the runtime after the restart") { () -> String? in
            guard try await api.get(Runtime.self, "ada", in: "demo").status.phase == .ready,
                try await platform.get("/r/demo/ada/conversation", token: token).status == .ok
            else { return nil }
            return try await conversation(platform, token)
        }
        #expect(text.contains("hello"))
    }

    private func expectEnded(_ pids: [pid_t]) async throws {
        for pid in pids {
            try await eventually("the end of process \(pid)") { kill(pid, 0) == 0 ? nil : true }
        }
    }
}
