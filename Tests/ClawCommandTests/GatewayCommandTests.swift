import ClawDocuments
import Foundation
import Testing

@testable import claw

@Suite("The gateway's files on the command line")
struct GatewayCommandTests {
    private var bench = Bench { _ in Answer.json([:]) }

    private func file(_ text: String) throws -> String {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).yaml")
        try Data(text.utf8).write(to: url)
        return url.path
    }

    private static let liteLLM = """
        model_list:
          - model_name: gpt
            litellm_params: {model: openai/gpt-4o, api_key: sk-in-the-file, rpm: 5}
        litellm_settings: {alerting: [slack], drop_params: true}
        """

    @Test("a LiteLLM file becomes a claw.yaml on stdout, with what became of each field on stderr")
    func imported() async throws {
        let outcome = await bench.run("gateway", "import", try file(Self.liteLLM))
        #expect(outcome.status == .ok)
        #expect(outcome.out.contains("name: gpt\n") && outcome.out.contains("requestsPerMinute: 5"))
        #expect(outcome.out.contains("key: {env: GPT_KEY}"))
        #expect(outcome.error.contains("taken: model_list[0].litellm_params.rpm ("))
        #expect(outcome.error.contains("ignored: litellm_settings.drop_params ("))
        #expect(outcome.error.contains("unsupported: litellm_settings.alerting ("))
        #expect(!"\(outcome.out)\(outcome.error)".contains("sk-in-the-file"))
        let json = await bench.run("gateway", "import", try file(Self.liteLLM), "--output", "json")
        #expect(json.json?["claw"]?.string == outcome.out)
        #expect(json.json?["report"]?.array?.count == outcome.error.split(separator: "\n").count)
    }

    @Test("what it prints is in order; what is wrong is refused with its place")
    func checked() async throws {
        let printed = await bench.run("gateway", "import", try file(Self.liteLLM)).out
        let good = try file(printed)
        let outcome = await bench.run("gateway", "check", good)
        #expect(outcome.status == .ok)
        #expect(outcome.out == "\(good): in order\n")
        let bad = await bench.run("gateway", "check", try file("models:\n  - nam: x\nserver: 5\n"))
        #expect(bad.status == .refused)
        #expect(bad.error.contains(".yaml:3"))
        let foreign = await bench.run("gateway", "check", try file(Self.liteLLM), "--output", "json")
        #expect(foreign.json?["notes"]?.array?.first?["code"]?.string == "W_NOT_SUPPORTED")
        #expect(await bench.run("gateway", "check", "/nowhere.yaml").status == .refused)
        #expect(await bench.run("gateway").status == .usage)
    }
}
