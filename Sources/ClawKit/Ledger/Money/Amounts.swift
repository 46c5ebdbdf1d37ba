/// What one call takes of a budget, or what a budget has: each unit by itself, in whole numbers.
public struct Amounts: Sendable, Hashable {
    public var cost: NanoDollars
    public var tokens: Int64
    public var requests: Int64
    /// Calls at the same time: taken for the length of a call and given back whole.
    public var inFlight: Int64

    public init(cost: NanoDollars = .zero, tokens: Int64 = 0, requests: Int64 = 0, inFlight: Int64 = 0) {
        (self.cost, self.tokens, self.requests, self.inFlight) = (cost, tokens, requests, inFlight)
    }

    public static let zero = Amounts()
    public var isZero: Bool { self == .zero }

    public static func + (a: Self, b: Self) -> Self {
        Amounts(
            cost: a.cost + b.cost, tokens: a.tokens.addingSaturated(b.tokens),
            requests: a.requests.addingSaturated(b.requests), inFlight: a.inFlight.addingSaturated(b.inFlight))
    }
    public static func - (a: Self, b: Self) -> Self {
        Amounts(
            cost: a.cost - b.cost, tokens: a.tokens.addingSaturated(-b.tokens),
            requests: a.requests.addingSaturated(-b.requests), inFlight: a.inFlight.addingSaturated(-b.inFlight))
    }
    public static func += (a: inout Self, b: Self) { a = a + b }
    public static func -= (a: inout Self, b: Self) { a = a - b }

    public subscript(_ unit: UsageUnit) -> Int64 {
        get {
            switch unit {
            case .cost: cost.nanos
            case .tokens: tokens
            case .requests: requests
            case .inFlight: inFlight
            }
        }
        set {
            switch unit {
            case .cost: cost.nanos = newValue
            case .tokens: tokens = newValue
            case .requests: requests = newValue
            case .inFlight: inFlight = newValue
            }
        }
    }
}

/// What a budget counts.
public enum UsageUnit: String, Sendable, Hashable, CaseIterable {
    /// Billionths of a US dollar.
    case cost
    case tokens
    case requests
    case inFlight

    /// An amount in words: `$0.45`, `1200 tokens`.
    public func words(_ amount: Int64) -> String {
        switch self {
        case .cost: "$\(NanoDollars(nanos: amount))"
        case .tokens: "\(amount) tokens"
        case .requests: "\(amount) requests"
        case .inFlight: "\(amount) requests at a time"
        }
    }
}
