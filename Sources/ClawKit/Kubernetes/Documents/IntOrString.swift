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
}
