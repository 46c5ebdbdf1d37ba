import ClawKit
import ExampleSupport
import Foundation
import HTTPTypes
import Testing

@Suite("Agents that are warm before their users come")
struct WarmAgentTests {
    @Test("an agent of a pool is a process of before, learns its user's settings, and keeps the conversation afterwards")
    func warmAgent() async throws {
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
            let api = try platform.kubernetes
            _ = try await api.create(RuntimePool(name: "warm", in: "demo", spec: RuntimePoolSpec(size: 1)))
            let warm = try await eventually("a pod is warm") {
                try await api.list(Pod.self, in: "demo").items.first { pod in
                    pod.status?.conditions.contains { $0.type == "Ready" && $0.status == "True" } ?? false
                }
            }
            _ = try await claw(["runtime", "start", "--user", "ada", "--wait", "--timeout", "60s"])
            let first = try await platform.claw("chat", "--user", "ada", "hello")
            #expect(first.output.contains("echo: hello"), "\(first.errors)")
            let runtime = try await api.get(Runtime.self, "ada", in: "demo")
            #expect(runtime.status.pool == "warm")
            let pod = try await api.get(Pod.self, warm.name, in: "demo")
            #expect(pod.uid == warm.uid && pod.metadata.controllerReference?.uid == runtime.uid)
            #expect(pod.status?.containerStatuses.first?.restartCount == 0, "the very process of before")
            let usage = try await claw(["usage", "--by", "runtime", "--output", "json"])
            #expect(usage.contains("ada"), "the model key is this runtime's: \(usage)")
            // After a rest it is a pod of its own, with the volume that came with the first.
            _ = try await claw(["runtime", "stop", "--user", "ada", "--wait", "--timeout", "60s"])
            _ = try await claw(["runtime", "start", "--user", "ada", "--wait", "--timeout", "60s"])
            let kept = try await platform.get("/r/demo/ada/conversation", token: token)
            let text = String(decoding: try await kept.body.collect(limit: 1 << 20), as: UTF8.self)
            #expect(text.contains("hello"), "\(text)")
        } catch {
            Issue.record(error)
        }
        #expect(try await platform.stop() == 0)
    }
}
