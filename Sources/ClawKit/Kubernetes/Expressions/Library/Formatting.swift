extension FunctionTable {
    /// `'%s is %d'.format([…])`, as of version 1 of cel-go's extension.
    mutating func addFormatting() {
        declare("string_format = string'format(list<dyn>) -> string")
        add("format") { a throws(EvaluationError) in
            guard let text = a.string(0), let list = a.list(1) else { return nil }
            return .string(try Formatter.format(text, list))
        }
    }
}

enum Formatter {
    static func format(_ text: String, _ arguments: ListValue) throws(EvaluationError) -> String {
        var rest = Texts.scalars(text)[...]
        var result = ""
        var used = 0
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            if rest.first == "%" {
                rest.removeFirst()
                result += "%"
                continue
            }
            var precision: Int?
            if rest.first == "." {
                rest.removeFirst()
                let digits = rest.prefix { ("0"..."9").contains($0) }
                rest = rest.dropFirst(digits.count)
                guard let number = Int(Texts.text(digits)), number <= 1000 else {
                    throw EvaluationError(
                        "could not parse formatting clause: error while parsing precision: invalid precision")
                }
                precision = number
            }
            guard let clause = rest.popFirst() else {
                throw EvaluationError("could not parse formatting clause: unexpected end of string")
            }
            guard used < arguments.count else { throw EvaluationError("index \(used) out of range") }
            result += try Self.clause(clause, precision, arguments[used])
            used += 1
        }
        return result
    }

    private static func clause(
        _ clause: Unicode.Scalar, _ precision: Int?, _ value: Value
    ) throws(EvaluationError) -> String {
        switch (clause, value) {
        case ("s", _): return try string(value)
        case ("d", .int(let number)): return String(number)
        case ("d", .uint(let number)): return String(number)
        case ("f", _): return GoNumbers.fixed(try number(value, "fixed-point"), precision ?? 6)
        case ("e", _): return GoNumbers.scientific(try number(value, "scientific"), precision ?? 6)
        case ("b", .bool(let bool)): return bool ? "1" : "0"
        case ("b", .int), ("b", .uint), ("o", .int), ("o", .uint), ("x", .int), ("x", .uint), ("X", .int), ("X", .uint):
            let radix = clause == "b" ? 2 : clause == "o" ? 8 : 16
            if case .uint(let number) = value { return String(number, radix: radix, uppercase: clause == "X") }
            return String(value.int ?? 0, radix: radix, uppercase: clause == "X")
        case ("x", .string(let text)), ("X", .string(let text)): return hex(Array(text.utf8), clause == "X")
        case ("x", .bytes(let bytes)), ("X", .bytes(let bytes)): return hex(bytes, clause == "X")
        case ("d", _): throw wrong("decimal clause can only be used on integers", value)
        case ("b", _): throw wrong("only integers and bools can be formatted as binary", value)
        case ("o", _): throw wrong("octal clause can only be used on integers", value)
        case ("x", _), ("X", _):
            throw wrong("only integers, byte buffers, and strings can be formatted as hex", value)
        default:
            throw EvaluationError("could not parse formatting clause: unrecognized formatting clause \"\(clause)\"")
        }
    }

    private static func wrong(_ rule: String, _ value: Value) -> EvaluationError {
        EvaluationError("error during formatting: \(rule), was given \(value.type.name)")
    }

    private static func hex(_ bytes: [UInt8], _ isUpper: Bool) -> String {
        bytes.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: isUpper)
        }.joined()
    }

    private static func number(_ value: Value, _ kind: String) throws(EvaluationError) -> Double {
        switch value {
        case .double(let number): return number
        case .string("NaN"): return .nan
        case .string("Infinity"): return .infinity
        case .string("-Infinity"): return -.infinity
        default: throw wrong("\(kind) clause can only be used on doubles", value)
        }
    }

    /// As `%s` shows it.
    static func string(_ value: Value) throws(EvaluationError) -> String {
        switch value {
        case .null: return "null"
        case .list(let list):
            var parts: [String] = []
            for element in list.values { parts.append(try nested(element)) }
            return "[\(parts.joined(separator: ", "))]"
        case .map(let map) where !map.isObject:
            var parts: [(String, String)] = []
            for key in map.keys { parts.append((try nested(key), try nested(map[key] ?? .null))) }
            parts.sort { $0.0 < $1.0 }
            return "{\(parts.map { "\($0.0):\($0.1)" }.joined(separator: ", "))}"
        case .type(let type): return type.name
        default:
            if case .string(let text)? = try Conversion.string(value) { return text }
            throw wrong(
                "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, "
                    + "durations, and timestamps", value)
        }
    }

    /// Within a list or map, texts are quoted.
    private static func nested(_ value: Value) throws(EvaluationError) -> String {
        switch value {
        case .string(let text): return Texts.quote(text)
        case .bytes: return "b" + Texts.quote(try string(value))
        case .timestamp(let instant): return "timestamp(\"\(instant.text)\")"
        case .duration(let span): return "duration(\"\(span.text)\")"
        case .double(let number):
            let text = GoNumbers.fixed(number, 6)
            return number.isFinite ? text : "\"\(text)\""
        default: return try string(value)
        }
    }
}
