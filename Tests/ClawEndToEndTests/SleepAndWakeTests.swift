import ClawKit
import ExampleSupport
import Foundation
import HTTPTypes
import Testing

@Suite("Agents that sleep while nobody uses them")
struct SleepAndWakeTests {
    @Test("an agent nobody uses ends its process; the next word wakes it, is answered, and the conversation is kept")
    func sleepAndWake() async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let platform = try await RunningPlatform.start(in: directory)
        do {
            func claw(_ arguments: [String]) async throws -> String {
                let outcome = try await run(
                    Programs.path("claw"), arguments, in: platform.directory,
                    environment: ["CLAW_SERVER": platform.controlPlane])
                try #require(outcome.status == 0, "\(arguments): \(outcome.errors)")
                return outcome.output
            }
            _ = try await claw(["tenant", "create", "acme"])
            _ = try await claw(["project", "create", "demo", "--tenant", "acme"])
            let created = try await claw(
                ["user", "create", "ada", "--project", "demo", "--role", "owner", "--output", "json"])
            let token = try #require(try JSONParser.parse(Array(created.utf8))["token"]?.string)
            _ = try await claw(["runtime", "start", "--user", "ada", "--wait", "--timeout", "60s"])
            let first = try await platform.claw("chat", "--user", "ada", "hello")
            #expect(first.output.contains("echo: hello"), "\(first.errors)")
            let api = try platform.kubernetes
            _ = try await api.mergePatch(
                Runtime.self, "ada", in: "demo",
                ["spec": ["idle": ["afterSeconds": 1, "signals": ["Requests", "Agent"]]]])
            let asleep = try await eventually("the agent sleeps") {
                let runtime = try await api.get(Runtime.self, "ada", in: "demo")
                return runtime.status.phase == .suspended ? runtime : nil
            }
            #expect(asleep.spec.desiredState == .running && asleep.status.sleep?.reason == .idle)
            #expect(RunningPlatform.descendants(of: platform.pid).isEmpty, "no process while it sleeps")
            _ = try await api.mergePatch(Runtime.self, "ada", in: "demo", ["spec": ["idle": ["afterSeconds": 3600]]])
            let second = try await platform.claw("chat", "--user", "ada", "are you there?")
            #expect(second.output.contains("echo: are you there?"), "\(second.output) \(second.errors)")
            let kept = try await platform.get("/r/demo/ada/conversation", token: token)
            let text = String(decoding: try await kept.body.collect(limit: 1 << 20), as: UTF8.self)
            #expect(text.contains("hello") && text.contains("are you there?"), "\(text)")
        } catch {
            Issue.record(error)
        }
        #expect(try await platform.stop() == 0)
    }
}
