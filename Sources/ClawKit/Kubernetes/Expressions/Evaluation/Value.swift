public import ClawDocuments

/// A value of the expression language. What comes from a document is read where it lies, when it is asked for.
public enum Value: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case duration(Span)
    case timestamp(Instant)
    case list(ListValue)
    case map(MapValue)
    /// A type as a value.
    case type(ExpressionType)
    indirect case optional(Value?)
    /// A value of a library's own type.
    case opaque(any OpaqueValue)

    /// A length of time in nanoseconds.
    public struct Span: Sendable, Hashable {
        public let nanoseconds: Int64
        public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    }
}

/// A value of a type that a library declares: quantities, addresses, an authorizer.
public protocol OpaqueValue: Sendable {
    var type: ExpressionType { get }
    func isEqual(to other: any OpaqueValue) -> Bool
    /// How large it counts for costs.
    var size: Int { get }
    /// A member of the value; nil where it has none of the name. Lazily computed members charge their cost.
    func member(_ name: String, _ budget: inout Cost) throws(EvaluationError) -> Value?
}

extension OpaqueValue {
    public var size: Int { 1 }
    public func member(_ name: String, _ budget: inout Cost) throws(EvaluationError) -> Value? { nil }
}

extension Value {
    /// A document's value without a schema: whole numbers are integers, objects maps.
    public init(_ json: JSON) { self.init(json, as: nil) }

    /// A document's value as its schema declares it.
    public init(_ json: JSON, as declared: DeclaredType?) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = declared?.type == .double ? .double(Double(value)) : .int(value)
        case .double(let value):
            if declared?.type == .int, let whole = Int64(exactly: value) {
                self = .int(whole)
            } else {
                self = .double(value)
            }
        case .string(let text): self = Value.text(text, as: declared)
        case .array(let elements): self = .list(.json(elements, declared?.element))
        case .object(let object): self = .map(.json(object, declared))
        }
    }

    private static func text(_ text: String, as declared: DeclaredType?) -> Value {
        switch declared?.type {
        case .bytes: Base64.decode(text).map(Value.bytes) ?? .string(text)
        case .duration: Span(text).map(Value.duration) ?? .string(text)
        case .timestamp: (Instant(text) ?? Instant(date: text)).map(Value.timestamp) ?? .string(text)
        default: .string(text)
        }
    }

    public var type: ExpressionType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .duration: .duration
        case .timestamp: .timestamp
        case .list: .list(.dyn)
        case .map(let map): map.declaredType ?? .map(.dyn, .dyn)
        case .type: .type(nil)
        case .optional: .optional(.dyn)
        case .opaque(let value): value.type
        }
    }

    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var int: Int64? { if case .int(let value) = self { value } else { nil } }
    public var isNull: Bool { if case .null = self { true } else { false } }

    /// The value's size as costs count it: code points, bytes, elements; 1 where it has none.
    var size: Int {
        switch self {
        case .string(let text): text.utf8.count < 16 ? text.unicodeScalars.count : text.codePointCount
        case .bytes(let bytes): bytes.count
        case .list(let list): list.count
        case .map(let map): map.count
        case .optional(let value?): value.size
        case .opaque(let value): value.size
        default: 1
        }
    }
}

extension String {
    /// How many code points the text has; its length as the language counts it.
    var codePointCount: Int {
        var text = self
        // Bytes that continue a code point are 10xxxxxx.
        return text.withUTF8 { bytes in bytes.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) } }
    }
}
