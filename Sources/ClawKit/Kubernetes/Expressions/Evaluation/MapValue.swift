public import ClawDocuments

/// A map of the expression language, or an object with declared fields.
public enum MapValue: Sendable {
    /// An object of a document; with a declaration, only what that declares is there.
    case json(JSONObject, DeclaredType?)
    case entries(Entries)
    /// An object made by an expression: `Object{spec: …}`.
    case made(String, Entries)

    /// Keys and values in the order they were put in.
    public struct Entries: Sendable {
        public private(set) var keys: [Value] = []
        public private(set) var values: [Value] = []
        private var places: [Value: Int] = [:]

        public init() {}

        public subscript(_ key: Value) -> Value? { places[key].map { values[$0] } }

        /// False where the key is there already.
        mutating func insert(_ key: Value, _ value: Value) -> Bool {
            guard places[key] == nil else { return false }
            places[key] = keys.count
            keys.append(key)
            values.append(value)
            return true
        }
    }

    public init(_ members: [(String, Value)]) {
        var entries = Entries()
        for (name, value) in members { _ = entries.insert(.string(name), value) }
        self = .entries(entries)
    }

    /// The object's type, where it has declared fields.
    var declaredType: ExpressionType? {
        switch self {
        case .json(_, let declared?): if case .object = declared.type { declared.type } else { nil }
        case .made(let name, _): .object(name)
        default: nil
        }
    }

    var isObject: Bool { declaredType != nil }

    public var count: Int {
        switch self {
        case .json(let object, let declared):
            declared?.isStruct == true ? keys.count : object.count
        case .entries(let entries), .made(_, let entries): entries.keys.count
        }
    }

    /// The value of a key; nil where there is none.
    public subscript(_ key: Value) -> Value? {
        switch self {
        case .json(let object, let declared):
            guard case .string(let name) = key else { return nil }
            guard let declared else { return object[name].map { Value($0) } }
            if declared.isStruct {
                guard let field = declared.field(name), let value = object[field.name] else { return nil }
                if value.isNull, !field.type.isNullable { return nil }
                return Value(value, as: field.type)
            }
            return object[name].map { Value($0, as: declared.element) }
        case .entries(let entries), .made(_, let entries): return entries[key]
        }
    }

    public var keys: [Value] {
        switch self {
        case .json(let object, let declared):
            if let declared, declared.isStruct {
                return object.names.compactMap { DeclaredType.escape($0) }.filter { self[.string($0)] != nil }
                    .map(Value.string)
            }
            return object.names.map(Value.string)
        case .entries(let entries), .made(_, let entries): return entries.keys
        }
    }
}
