package import ClawDocuments

/// Values as Go prints them: Kubernetes' messages hold such texts.
package enum GoText {
    /// As the verb `%v` prints it: `map[a:1 b:[x y]]`.
    package static func value(_ value: JSON) -> String {
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

    package static func map(_ object: JSONObject) -> String {
        let members = object.sorted { $0.name < $1.name }.map { "\($0.name):\(value($0.value))" }
        return "map[\(members.joined(separator: " "))]"
    }

    /// The type's name in errors of Go's JSON decoder.
    package static func kind(of value: JSON) -> String {
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
    package static func type(of value: JSON) -> String {
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

    /// As `%v` prints a pointer to a value: `&{[1]}`.
    package static func reference(_ value: JSON) -> String { "&{\(Self.value(value))}" }

    /// As `%#v` prints a decoded value.
    package static func goSyntax(_ value: JSON) -> String { "&value.valueUnstructured{Value:\(literal(value))}" }

    private static func literal(_ value: JSON) -> String {
        switch value {
        case .null: "interface {}(nil)"
        case .string: quoted(value)
        case .array(let elements): "[]interface {}{\(elements.map(literal).joined(separator: ", "))}"
        case .object(let object):
            "map[string]interface {}{"
                + object.sorted { $0.name < $1.name }.map { "\(quoted(.string($0.name))):\(literal($0.value))" }
                .joined(separator: ", ") + "}"
        default: Self.value(value)
        }
    }

    /// Strings as `%q` prints them, other values plainly.
    package static func quoted(_ value: JSON) -> String {
        guard case .string(let text) = value else { return value.isNull ? "null" : Self.value(value) }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..<" ", "\u{7F}":
                let hex = String(scalar.value, radix: 16)
                result += "\\x" + (hex.count == 1 ? "0" : "") + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// JSON text as Go writes it: the characters that mean something in HTML are escaped.
    package static func json(_ value: JSON, sorted: Bool = false) -> String {
        let bytes = value.bytes(sorted ? .canonical : .compact)
        var result: [UInt8] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "<"): result += "\\u003c".utf8
            case UInt8(ascii: ">"): result += "\\u003e".utf8
            case UInt8(ascii: "&"): result += "\\u0026".utf8
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value), abs(whole) < 1 << 53 { return String(whole) }
        return value.description
    }
}
