import ClawBase
import Testing

@testable import agent_runtime

@Suite("A runtime's settings")
struct SettingsTests {
    @Test("a whole environment is read; the base URL loses its last slash")
    func whole() throws {
        let settings = try RuntimeSettings(environment(["OPENCLAW_GATEWAY_TOKEN": "t"]))
        #expect((settings.port, settings.baseURL, settings.model) == (18789, "http://gateway.test/v1", "echo"))
        #expect(settings.gatewayToken?.reveal() == "t")
        #expect(try RuntimeSettings(environment()).gatewayToken == nil)
    }

    @Test(
        "what is missing or wrong is named",
        arguments: [
            ("PORT", nil), ("PORT", "x"), ("PORT", "70000"), ("STATE_DIR", nil), ("STATE_DIR", ""),
            ("OPENAI_BASE_URL", nil),
            ("OPENAI_BASE_URL", "gateway"), ("OPENAI_API_KEY", nil), ("MODEL", nil), ("OPENCLAW_GATEWAY_TOKEN", ""),
        ] as [(String, String?)])
    func wrong(_ name: String, _ value: String?) {
        #expect {
            _ = try RuntimeSettings(environment([name: value]))
        } throws: { error in
            guard let finding = error as? Finding else { return false }
            return finding.field == name && finding.message.contains(name) && !finding.message.contains("\n")
        }
    }
}
