/// A type of the expression language, as the checker knows it.
public indirect enum ExpressionType: Sendable, Hashable {
    case dyn
    case null
    case bool
    case int
    case uint
    case double
    case string
    case bytes
    case duration
    case timestamp
    case list(ExpressionType)
    case map(ExpressionType, ExpressionType)
    /// A type as a value; nil where it is not known of which type.
    case type(ExpressionType?)
    /// An object with declared fields, by its type's name.
    case object(String)
    /// A library's own type, `optional_type` with its parameter among them.
    case opaque(String, [ExpressionType])
    /// A type not known yet, or any type in a function's signature.
    case parameter(String)
    /// Something was wrong; reported already.
    case error

    static func optional(_ wrapped: ExpressionType) -> ExpressionType { .opaque("optional_type", [wrapped]) }

    var wrappedByOptional: ExpressionType? {
        if case .opaque("optional_type", let parameters) = self { parameters.first } else { nil }
    }

    var isDynOrError: Bool { self == .dyn || self == .error }

    /// The types it is made of.
    var parameters: [ExpressionType] {
        switch self {
        case .list(let element): [element]
        case .map(let key, let value): [key, value]
        case .type(let type?): [type]
        case .opaque(_, let parameters): parameters
        default: []
        }
    }

    func replacingParameters(_ replace: (ExpressionType) -> ExpressionType) -> ExpressionType {
        switch self {
        case .list(let element): .list(replace(element))
        case .map(let key, let value): .map(replace(key), replace(value))
        case .type(let type?): .type(replace(type))
        case .opaque(let name, let parameters): .opaque(name, parameters.map(replace))
        default: self
        }
    }

    /// Whether values have a size known beforehand (cel-go, "isScalar").
    var isScalar: Bool {
        switch self {
        case .bool, .double, .duration, .int, .timestamp, .uint: true
        case .opaque("optional_type", let parameters): parameters.first?.isScalar ?? false
        default: false
        }
    }

    /// The name that `type()` answers.
    public var name: String {
        switch self {
        case .dyn: "dyn"
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .duration: "google.protobuf.Duration"
        case .timestamp: "google.protobuf.Timestamp"
        case .list: "list"
        case .map: "map"
        case .type: "type"
        case .object(let name), .opaque(let name, _), .parameter(let name): name
        case .error: "!error!"
        }
    }
}

extension ExpressionType: CustomStringConvertible {
    /// As error messages show it: `map(string, list(int))`.
    public var description: String {
        switch self {
        case .null: "null"
        case .duration: "duration"
        case .timestamp: "timestamp"
        case .type(let type): type.map { "type(\($0))" } ?? "type"
        default:
            parameters.isEmpty ? name : "\(name)(\(parameters.map(\.description).joined(separator: ", ")))"
        }
    }
}
