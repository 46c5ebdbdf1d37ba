import ClawDialects
@testable import ClawGateway
import ClawLedger
import Testing

@Suite("Prices")
struct PriceTableTests {
    private let table = PriceTable.bundled

    @Test("the bundled list knows the well-known models of each provider")
    func known() throws {
        let lines = PriceTable.text.description.split(separator: "\n")
        let providers = ["openai", "anthropic", "gemini", "azure", "bedrock", "mistral", "deepseek"]
        #expect(lines.filter { $0.hasPrefix("[") } == providers.map { "[\($0)]" })
        // Each row can be read, and its last name be found.
        var provider = Substring()
        for line in lines {
            if line.hasPrefix("[") {
                provider = line.dropFirst().dropLast()
            } else {
                let name = line.split(separator: " ").last?.split(separator: "|").last ?? ""
                #expect(table["\(provider)/\(name)"]?.contextTokens ?? 1 > 0, "\(line)")
            }
        }
        let small = try #require(table["openai/gpt-4o-mini"])
        #expect(small.prices == TokenPrices(input: 150_000_000, output: 600_000_000, cacheRead: 75_000_000))
        #expect(small.batchInput == 75_000_000 && small.batchOutput == 300_000_000)
        #expect(small.contextTokens == 128_000 && small.outputTokens == 16384)
        #expect(table["openai/text-embedding-3-small"]?.prices.input == 20_000_000)
        for stranger in ["openai/nothing", "gpt-4o", "openai/", "nobody/gpt-4o", "openai/gpt-4"] {
            #expect((table[stranger] == nil) == (stranger != "openai/gpt-4"))
        }
    }

    @Test("a long input costs more where the provider says so")
    func long() throws {
        let prices = try #require(table["gemini/gemini-2.5-pro"]).prices
        #expect(prices.cost(of: TokenUsage(input: 200_000, output: 1000)).nanos == 250_000_000 + 10_000_000)
        #expect(prices.cost(of: TokenUsage(input: 200_001, output: 1000)).nanos == 500_002_500 + 15_000_000)
        // What is read from the cache counts as input, at its own price.
        #expect(prices.cost(of: TokenUsage(input: 1, cacheRead: 200_000, output: 0)).nanos == 2500 + 50_000_000)
        #expect(prices.dearestInput == 2_500_000_000 && prices.dearestOutput == 15_000_000_000)
    }

    @Test(
        "whose prices a place has is told by its address",
        arguments: [
            (UpstreamDialect.openAI, "https://api.openai.com/v1", "gpt-4o", true),
            (.openAI, "https://api.mistral.ai/v1", "mistral-large-latest", true),
            (.openAI, "https://API.deepseek.com:443/v1", "deepseek-chat", true),
            (.openAI, "http://127.0.0.1:8000/v1", "gpt-4o", false),
            (.anthropic, "https://api.anthropic.com", "claude-sonnet-4-5", true),
            (.azureOpenAI, "https://me.openai.azure.com", "gpt-4o", true),
            (.gemini, "https://generativelanguage.googleapis.com/v1beta", "gemini-2.5-flash", true),
            (.bedrock, "https://bedrock-runtime.us-east-1.amazonaws.com", "anthropic.claude-3-haiku-20240307-v1:0", true),
            (.ollama, "https://api.openai.com", "gpt-4o", false),
        ])
    func places(_ dialect: UpstreamDialect, _ url: String, _ model: String, _ isKnown: Bool) {
        #expect((table[dialect, url, model] != nil) == isKnown)
    }
}
