import ClawLedger
public import ClawDialects

/// What a provider publicly asks for a model, and how long its conversations and answers can be.
public struct ListPrice: Sendable, Hashable {
    public var prices: TokenPrices
    /// Input and output where requests are handed in as a batch, in billionths of a dollar per million tokens.
    public var batchInput: Int64?
    public var batchOutput: Int64?
    /// How many tokens of input, and of an answer, there can be.
    public var contextTokens: Int64?
    public var outputTokens: Int64?
}

/// The bundled list of public prices: OpenAI, Anthropic, Gemini, Azure, Bedrock, Mistral and DeepSeek, as of ``date``.
///
/// A list grows old; a deployment's own prices go before it.
public struct PriceTable: Sendable {
    public static let bundled = PriceTable(text)

    private let text: StaticString

    /// By `provider/model`, such as `openai/gpt-4o`. Looks through the list: nobody reads all of it at the start.
    public subscript(_ name: String) -> ListPrice? {
        guard let slash = name.firstIndex(of: "/") else { return nil }
        let (provider, model) = (Array(name[..<slash].utf8), Array(name[name.index(after: slash)...].utf8))
        guard !model.isEmpty else { return nil }
        return find { owner, names in
            owner.elementsEqual(provider) && names.contains { $0.elementsEqual(model) }
        }
    }

    /// The price of a model where the place tells whose it is: `api.openai.com`, Azure's and Amazon's addresses, … A
    /// server of one's own has none here.
    public subscript(_ dialect: UpstreamDialect, baseURL: String, model: String) -> ListPrice? {
        Self.provider(dialect, baseURL).flatMap { self["\($0)/\(model)"] }
    }

    static func provider(_ dialect: UpstreamDialect, _ baseURL: String) -> String? {
        let rest = baseURL.firstRange(of: "://").map { baseURL[$0.upperBound...] } ?? baseURL[...]
        let host = rest.prefix { $0 != "/" && $0 != ":" }.lowercased()
        switch dialect {
        case .openAI:
            let hosts = ["api.openai.com": "openai", "api.mistral.ai": "mistral", "api.deepseek.com": "deepseek"]
            return hosts[host]
        case .anthropic: return host == "api.anthropic.com" ? "anthropic" : nil
        case .azureOpenAI: return host.hasSuffix(".azure.com") ? "azure" : nil
        case .gemini: return host == "generativelanguage.googleapis.com" ? "gemini" : nil
        case .bedrock: return host.hasSuffix(".amazonaws.com") ? "bedrock" : nil
        case .ollama: return nil
        }
    }

    init(_ text: StaticString) { self.text = text }

    private typealias Bytes = UnsafeBufferPointer<UInt8>

    /// The first row that is wanted.
    private func find(_ isWanted: (_ provider: Slice<Bytes>, _ names: [Slice<Bytes>]) -> Bool) -> ListPrice? {
        text.withUTF8Buffer { bytes in
            var provider = bytes[0..<0]
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                if line.first == UInt8(ascii: "[") {
                    provider = line.dropFirst().dropLast()
                    continue
                }
                guard let bar = line.firstIndex(of: UInt8(ascii: "|")) else { continue }
                let names = line[line.index(after: bar)...].split(separator: UInt8(ascii: " "))
                guard isWanted(provider, names) else { continue }
                return ListPrice(line[..<bar].split(separator: UInt8(ascii: " ")).map(Self.amount))
            }
            return nil
        }
    }

    /// Billionths of what is written; nil for `-`.
    private static func amount(_ digits: Slice<Bytes>) -> Int64? {
        NanoDollars(String(decoding: digits, as: UTF8.self))?.nanos
    }
}

extension ListPrice {
    /// - Parameter row: in the order that Scripts/generate-prices.py writes; missing ones at the end are nil.
    fileprivate init(_ row: [Int64?]) {
        func field(_ index: Int) -> Int64? { index < row.count ? row[index] : nil }
        // Of the numbers that are no money, as many as are written.
        func count(_ index: Int) -> Int64? { field(index).map { $0 / 1_000_000_000 } }
        prices = TokenPrices(
            input: field(0) ?? 0, output: field(1) ?? 0, cacheRead: field(2), cacheWrite: field(3),
            longCacheWrite: field(4), reasoning: field(5), audioInput: field(6), audioOutput: field(7))
        (batchInput, batchOutput) = (field(8), field(9))
        (contextTokens, outputTokens) = (count(10), count(11))
        if let above = count(12) {
            prices.long = LongContextPrices(
                above: above, input: field(13) ?? prices.input, output: field(14) ?? prices.output,
                cacheRead: field(15), cacheWrite: field(16), longCacheWrite: field(17))
        }
    }
}
