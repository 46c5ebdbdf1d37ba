import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import Testing

@testable import ClawPlatform

@Suite("Runtimes within their policy")
struct RuntimePolicyTests {
    private func context(_ rules: JSONObject) throws -> RuntimeContext {
        var context = Fixture.context
        context.policy = .success(
            try LayeredPolicy([Policy(name: "tenant.acme", spec: PolicySpec(document: rules))]))
        return context
    }

    @Test("a runtime beyond it is refused, and one that runs already is stopped with the reason")
    func refused() throws {
        let runtime = Fixture.runtime(.running, .ready)
        let context = try context(["images": ["registries": ["ghcr.io/acme"]]])
        let step = Fixture.next(runtime, Fixture.observed(runtime, pod: Fixture.ready), context)
        #expect(step.phase == .refused && step.actions == [.stopPod])
        #expect(step.error?.code == .policyRefused)
        #expect(step.error?.message.contains("images.registries of tenant.acme") == true)
    }

    @Test("where nobody can tell what holds, nothing is allowed")
    func unknown() {
        var context = Fixture.context
        context.policy = .failure(Finding(.policyUnknown, "There is no rule 'x'."))
        #expect(RuntimeKind.admit(Fixture.runtime(), context).map(\.code) == [.policyUnknown])
    }

    @Test("a runtime that names no models gets those that are allowed, perhaps none")
    func models() throws {
        func models(_ names: JSON) throws -> [String] {
            try RuntimeCell(Fixture.runtime(), try context(["models": ["names": names]])).models
        }
        #expect(try models(["gp*"]) == ["gpt"])
        #expect(try models([]) == [RuntimeCell.noModel])
        #expect(try models(["*"]) == ["echo", "gpt"])
        let asked = Fixture.runtime { $0["models"] = ["echo"] }
        #expect(RuntimeKind.admit(asked, try context(["models": ["names": ["gpt"]]])).map(\.code) == [.policyRefused])
    }

    @Test("its program is told what it may do with tools")
    func tools() throws {
        let rules: JSONObject = ["tools": [["name": "shell", "verdict": "ask"]]]
        let cell = try RuntimeCell(Fixture.runtime(), try context(rules))
        let told = cell.env.first { $0.name == RuntimeCell.toolPolicy }?.value
        #expect(told == #"[{"name":"shell","verdict":"ask"}]"#)
        #expect(try RuntimeCell(Fixture.runtime(), Fixture.context).env.allSatisfy { $0.name != RuntimeCell.toolPolicy })
    }

    @Test("after its running time it is put to sleep, and can be woken again")
    func lifetime() async throws {
        try await withRuntimes { world in
            try await world.start()
            try await world.reach(.ready)
            // The pod began long ago, by its own word.
            _ = try await world.client.edit(Pod.self, "ada", in: "demo", subresource: "status") {
                $0.status?.startTime = "2020-01-01T00:00:00Z"
            }
            let rules: JSONObject = ["lifetime": ["runningSeconds": 3600]]
            _ = try await world.client.create(Policy(name: "platform", spec: PolicySpec(document: rules)))
            let asleep = try await world.reach(.suspended)
            #expect(asleep.spec.desiredState == .running, "the wish stays")
            #expect(asleep.condition("Suspended")?.reason == "RunningTimeOver")
            try await world.wake()
            try await world.reach(.ready)
        }
    }
}
