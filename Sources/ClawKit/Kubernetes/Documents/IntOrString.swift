/// A port or amount that is a number or a name (`80`, `"http"`, `"25%"`).
public enum IntOrString: ScalarView, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, CustomStringConvertible {
    case int(Int)
    case string(String)

    public init?(json: JSON) {
        switch json {
        case .integer(let value): self = .int(Int(value))
        case .string(let value): self = .string(value)
        default: return nil
        }
    }

    public init(integerLiteral value: Int) { self = .int(value) }
    public init(stringLiteral value: String) { self = .string(value) }

    public var json: JSON {
        switch self {
        case .int(let value): .integer(Int64(value))
        case .string(let value): .string(value)
        }
    }

    public var description: String {
        switch self {
        case .int(let value): String(value)
        case .string(let value): value
        }
    }

    /// The number itself, or the percentage of a total, as `maxSurge: 25%` of the replicas; nil where it is neither.
    public func scaled(to total: Int, roundingUp: Bool) -> Int? {
        switch self {
        case .int(let value): return value
        case .string(let text):
            guard text.hasSuffix("%"), let percent = Int(text.dropLast()) else { return nil }
            let (product, overflow) = percent.multipliedReportingOverflow(by: total)
            guard !overflow else { return nil }
            let (quotient, remainder) = product.quotientAndRemainder(dividingBy: 100)
            if roundingUp { return remainder > 0 ? quotient + 1 : quotient }
            return remainder < 0 ? quotient - 1 : quotient
        }
    }
}
