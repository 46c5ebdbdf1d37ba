import ClawBase
import ClawDocuments
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("What a Jupyter server gets")
struct JupyterProfileTests {
    private func context(_ config: JSONObject = [:]) -> RuntimeContext {
        var spec = RuntimeTemplateSpec(profile: .jupyter)
        spec.config = config
        var context = Fixture.context
        context.offered = [RuntimeTemplate(name: "notebook", in: "demo", spec: spec)]
        return context
    }

    @Test("its pod keeps the prefix of its addresses, and its token stays in the Secret")
    func pod() throws {
        let cell = try RuntimeCell(Fixture.runtime(template: "notebook"), context())
        let container = try #require(cell.pod.spec?.containers.first)
        #expect(Array(container.command.prefix(2)) == ["jupyter", "server"])
        #expect(container.command.contains("--ServerApp.port=$(PORT)"))
        #expect(container.command.contains("--config=/etc/clawkit/jupyter/jupyter_server_config.py"))
        #expect(cell.pod.annotations[RuntimeCell.prefixAnnotation] == "kept")
        let source = try #require(cell.files?.data["jupyter_server_config.py"])
        #expect(source.contains(#"\"base\":\"/r/demo/ada/\""#))
        #expect(source.contains(#"os.environ["OPENCLAW_GATEWAY_TOKEN"]"#))
        #expect(JupyterProfile().activity?.member == "last_activity")
    }

    @Test("a template may configure it, but not who gets in", arguments: ["token", "password", "identity_provider_class"])
    func taken(name: String) {
        let runtime = Fixture.runtime(template: "notebook")
        #expect(RuntimeKind.admit(runtime, context(["MappingKernelManager": ["cull_idle_timeout": 600]])).isEmpty)
        let findings = RuntimeKind.admit(runtime, context(["ServerApp": .object(JSONObject([(name, .string("x"))]))]))
        #expect(findings.map(\.code) == [.badConfig])
    }
}
