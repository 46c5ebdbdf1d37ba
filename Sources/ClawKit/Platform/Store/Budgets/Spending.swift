public import ClawBase
import ClawDocuments

/// An amount of money and of tokens. Exact.
public struct Spending: Sendable, Hashable, CustomStringConvertible {
    public static let zero = Spending()

    /// In nano-dollars.
    public var cost: Int64
    public var tokens: Int64

    public init(cost: Int64 = 0, tokens: Int64 = 0) { (self.cost, self.tokens) = (cost, tokens) }

    /// What an entry of the ledger comes to.
    /// - Throws: ``Finding`` (`E_INVALID`) beyond 64 bits.
    public init(_ usage: some Sequence<UsageEntry>) throws(Finding) {
        self.init()
        for entry in usage {
            self = try plus(Spending(cost: entry.cost, tokens: entry.tokens.input))
                .plus(Spending(tokens: entry.tokens.output))
        }
    }

    public var isNegative: Bool { cost < 0 || tokens < 0 }

    /// Whether neither part is more than the other's.
    public func isWithin(_ other: Spending) -> Bool { cost <= other.cost && tokens <= other.tokens }

    /// Whether neither part is more than the other's, as far as it is limited at all.
    func isWithin(_ other: Spending, where limits: [SpendingLimit]) -> Bool {
        (cost <= other.cost || limits.allSatisfy { $0.cost == nil })
            && (tokens <= other.tokens || limits.allSatisfy { $0.tokens == nil })
    }

    /// - Throws: ``Finding`` (`E_INVALID`) beyond 64 bits.
    public func plus(_ other: Spending) throws(Finding) -> Spending {
        let (cost, isFar) = cost.addingReportingOverflow(other.cost)
        let (tokens, isFarToo) = tokens.addingReportingOverflow(other.tokens)
        if isFar || isFarToo { throw Self.beyond }
        return Spending(cost: cost, tokens: tokens)
    }

    /// - Throws: ``Finding`` (`E_INVALID`) beyond 64 bits.
    public func minus(_ other: Spending) throws(Finding) -> Spending {
        let (cost, isFar) = cost.subtractingReportingOverflow(other.cost)
        let (tokens, isFarToo) = tokens.subtractingReportingOverflow(other.tokens)
        if isFar || isFarToo { throw Self.beyond }
        return Spending(cost: cost, tokens: tokens)
    }

    private static let beyond = Finding(.invalid, "An amount is beyond 64 bits; give a smaller one.")

    /// `0.001500000 $, 120 tokens`
    public var description: String { "\(Self.dollars(cost)) $, \(tokens) tokens" }

    /// Nano-dollars as dollars, with all digits.
    public static func dollars(_ nanodollars: Int64) -> String {
        let (whole, rest) = nanodollars.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        let digits = String(rest)
        let sign = nanodollars < 0 ? "-" : ""
        return
            "\(sign)\(whole).\(String(repeating: "0", count: 9 - digits.count))\(digits)"
    }

    // MARK: the form in the store

    var json: JSON { ["cost": .integer(cost), "tokens": .integer(tokens)] }

    init(json: JSON?, of kind: RecordKind) throws(Finding) {
        let document = StoredDocument(json ?? .null, of: kind)
        self.init(cost: try document.integer64("cost"), tokens: try document.integer64("tokens"))
    }
}

/// How much may be spent, of money and of tokens. What is nil is not limited.
public struct SpendingLimit: Sendable, Hashable {
    /// In nano-dollars.
    public var cost: Int64?
    public var tokens: Int64?

    public init(cost: Int64? = nil, tokens: Int64? = nil) { (self.cost, self.tokens) = (cost, tokens) }

    public func allows(_ amount: Spending) -> Bool {
        (cost.map { amount.cost <= $0 } ?? true) && (tokens.map { amount.tokens <= $0 } ?? true)
    }

    var json: JSON {
        var object = JSONObject()
        object["cost"] = cost.map(JSON.integer)
        object["tokens"] = tokens.map(JSON.integer)
        return .object(object)
    }

    init(json: JSON?) { self.init(cost: json?["cost"]?.integer, tokens: json?["tokens"]?.integer) }
}
