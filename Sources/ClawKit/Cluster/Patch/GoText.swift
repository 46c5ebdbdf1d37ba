import ClawDocuments

/// Values as Go prints them: Kubernetes' messages hold such texts.
enum GoText {
    /// As the verb `%v` prints it: `map[a:1 b:[x y]]`.
    static func value(_ value: JSON) -> String {
        switch value {
        case .null: "<nil>"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .double(let value): number(value)
        case .string(let text): text
        case .array(let elements): "[\(elements.map(Self.value).joined(separator: " "))]"
        case .object(let object): map(object)
        }
    }

    static func map(_ object: JSONObject) -> String {
        let members = object.sorted { $0.name < $1.name }.map { "\($0.name):\(value($0.value))" }
        return "map[\(members.joined(separator: " "))]"
    }

    /// The type's name in errors of Go's JSON decoder.
    static func kind(of value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .integer, .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// The Go type that holds a decoded value.
    static func type(of value: JSON) -> String {
        switch value {
        case .null: "%!s(<nil>)"
        case .bool: "bool"
        case .integer: "int64"
        case .double: "float64"
        case .string: "string"
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        }
    }

    private static func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value), abs(whole) < 1 << 53 { return String(whole) }
        return value.description
    }
}
