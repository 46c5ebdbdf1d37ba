import ClawBase
import ClawDocuments
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("What a runtime's spec renders to")
struct RuntimeCellTests {
    private func cell(
        _ context: RuntimeContext = Fixture.context, _ more: (inout JSONObject) -> Void = { _ in }
    ) throws -> RuntimeCell {
        try RuntimeCell(Fixture.runtime(more: more), context)
    }

    @Test("the same spec renders to the same documents")
    func deterministic() throws {
        let (a, b) = (try cell(), try cell())
        #expect(a == b)
        #expect(a.pod == b.pod)
        #expect(a.claim == b.claim)
        #expect(a.hash == b.hash)
        // The order in which a document's members were written does not count.
        let turned = Fixture.runtime { spec in
            spec = JSONObject(spec.map { ($0, $1) }.reversed())
        }
        #expect(try RuntimeCell(turned, Fixture.context).hash == a.hash)
    }

    @Test(
        "what the pod depends on changes its hash",
        arguments: [
            { $0["command"] = ["other"] }, { $0["image"] = "registry.test/a:1" }, { $0["template"] = "tools" },
            { $0["models"] = ["gpt"] }, { $0["env"] = [["name": "A", "value": "1"]] }, { $0["user"] = "bob" },
        ] as [@Sendable (inout JSONObject) -> Void])
    func changes(_ change: @Sendable (inout JSONObject) -> Void) throws {
        #expect(try cell(Fixture.context, change).hash != cell().hash)
    }

    @Test(
        "what it does not depend on leaves its hash alone",
        arguments: [
            { $0["volume"] = ["size": "5Gi"] }, { $0["volume"] = ["retention": "Wipe"] },
            { $0["desiredState"] = "Running" }, { $0["models"] = ["echo", "gpt"] }, { $0["template"] = "default" },
        ] as [@Sendable (inout JSONObject) -> Void])
    func same(_ change: @Sendable (inout JSONObject) -> Void) throws {
        #expect(try cell(Fixture.context, change).hash == cell().hash)
    }

    @Test("settings and wishes: the gateway's address, the template and a restart count, the public address does not")
    func settings() throws {
        let hash = try cell().hash
        var context = Fixture.context
        context.gatewayURL = "http://127.0.0.1:1"
        #expect(try cell(context).hash != hash)
        context = Fixture.context
        context.templates[0].port = 1
        #expect(try cell(context).hash != hash)
        context = Fixture.context
        context.publicURL = "https://elsewhere.test"
        context.models.append("more")
        context.templates[1].port = 1
        #expect(try cell(context).hash == hash)
        var restart = Fixture.runtime()
        restart.annotations[Runtime.restartAnnotation] = "now"
        #expect(try RuntimeCell(restart, Fixture.context).hash != hash)
        var recover = Fixture.runtime()
        recover.annotations[Runtime.recoverAnnotation] = "now"
        #expect(try RuntimeCell(recover, Fixture.context).hash == hash)
    }

    @Test("the claim belongs to nobody, whatever its retention; everything else goes with the runtime")
    func ownership() throws {
        #expect(try cell().claim.metadata.ownerReferences.isEmpty)
        #expect(try cell(Fixture.context) { $0["volume"] = ["retention": "Wipe"] }.claim.metadata.ownerReferences.isEmpty)
        #expect(try cell().pod.metadata.controllerReference?.uid == "u1")
        #expect(try cell().grant(keyHash: "").metadata.controllerReference?.uid == "u1")
        #expect(try cell().secret(modelKey: Secret("a"), gatewayToken: Secret("b")).metadata.controllerReference?.uid == "u1")
    }

    @Test("the pod refers to its keys, it does not hold them")
    func keys() throws {
        let container = try #require(try cell().pod.spec?.containers.first)
        for name in [RuntimeCell.modelKey, RuntimeCell.gatewayToken] {
            let variable = try #require(container.env.first { $0.name == name })
            #expect(variable.value == nil)
            #expect(variable.valueFrom?.secretKeyRef?.name == "ada-runtime")
        }
        #expect(container.env.first { $0.name == "OPENAI_BASE_URL" }?.value == "http://10.1.2.3:4000/v1")
        #expect(container.env.first { $0.name == "MODEL" }?.value == "echo")
    }

    @Test("a model of one's own choice wins over the default, and stands once")
    func model() throws {
        let chosen = try cell(Fixture.context) { $0["models"] = ["gpt", "echo"] }
        #expect(chosen.env.filter { $0.name == "MODEL" }.map(\.value) == ["gpt"])
        let own = try cell(Fixture.context) { $0["env"] = [["name": "MODEL", "value": "mine"]] }
        #expect(own.env.filter { $0.name == "MODEL" }.map(\.value) == ["mine"])
    }

    @Test("the environment that the platform sets is reserved", arguments: RuntimeCell.reserved.sorted())
    func reserved(name: String) {
        let runtime = Fixture.runtime { $0["env"] = [["name": .string(name), "value": "x"]] }
        let findings = RuntimeKind.admit(runtime, Fixture.context)
        #expect(findings.map(\.code) == [.reservedVariable])
        #expect(findings.first?.field == "spec.env[\(name)]")
    }

    @Test(
        "sizes that are none are refused", arguments: ["0", "-1Gi", "much", "", "1Gb"])
    func sizes(text: String) {
        let runtime = Fixture.runtime { $0["volume"] = ["size": .string(text)] }
        #expect(RuntimeKind.admit(runtime, Fixture.context).map(\.code) == [.badQuantity])
    }

    @Test("a command of its own needs no template")
    func withoutTemplates() throws {
        var context = Fixture.context
        context.templates = []
        #expect(RuntimeKind.admit(Fixture.runtime(), context).map(\.code) == [.unknownTemplate])
        let cell = try cell(context) { $0["command"] = ["serve"] }
        #expect(cell.command == ["serve"])
        #expect(cell.port == ClawConfiguration.Template.standardPort)
    }

    @Test("unknown models are refused by name")
    func models() {
        let findings = RuntimeKind.admit(Fixture.runtime { $0["models"] = ["echo", "nope"] }, Fixture.context)
        #expect(findings.map(\.code) == [.unknownModel])
        #expect(findings.first?.message.contains("'nope'") == true)
    }
}
