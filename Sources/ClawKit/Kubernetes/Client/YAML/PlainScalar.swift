import ClawDocuments

/// What an unquoted scalar means: YAML 1.1 as go-yaml v2 reads it, which is what kubectl uses.
///
/// <https://yaml.org/type/bool.html>, <https://yaml.org/type/int.html>, <https://yaml.org/type/float.html>; sexagesimal
/// numbers and timestamps stay texts. Each rule was checked against kubectl 1.37.
enum PlainScalar {
    case null
    case bool(Bool)
    case number(JSON)
    case text(String)
    /// `.inf`, `.nan`: for which JSON has no form.
    case notFinite

    init(_ text: String) {
        guard let first = text.utf8.first else {
            self = .null
            return
        }
        switch first {
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9"):
            self = Self.number(text)
        default: self = Self.words[text] ?? .text(text)
        }
    }

    private static let words: [String: PlainScalar] = {
        var words: [String: PlainScalar] = [:]
        for word in ["~", "null", "Null", "NULL"] { words[word] = .null }
        for word in ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"] {
            words[word] = .bool(true)
        }
        for word in ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"] {
            words[word] = .bool(false)
        }
        return words
    }()

    private static let infinities: Set<String> = Set(
        ["", "+", "-"].flatMap { sign in [".inf", ".Inf", ".INF"].map { sign + $0 } } + [".nan", ".NaN", ".NAN"])

    private static func number(_ text: String) -> PlainScalar {
        if infinities.contains(text) { return .notFinite }
        let plain = text.filter { $0 != "_" }
        if let integer = integer(plain) { return .number(integer) }
        guard isFloat(Array(plain.utf8)), let value = Double(plain), value.isFinite else { return .text(text) }
        // As kubectl's JSON writes it: 1.0 is 1.
        return .number(value.magnitude < 0x1p63 && value == value.rounded() ? .integer(Int64(value)) : .double(value))
    }

    /// Decimal, `0x1F`, `0b101`, `0o17` or `017`; beyond 64 bits with a sign, only without one, as a double.
    private static func integer(_ text: String) -> JSON? {
        let sign = text.prefix { $0 == "-" || $0 == "+" }
        guard sign.count <= 1 else { return nil }
        var digits = text.dropFirst(sign.count)
        var radix = 10
        if digits.utf8.count > 1, digits.hasPrefix("0") {
            switch digits.dropFirst().first {
            case "x", "X": (radix, digits) = (16, digits.dropFirst(2))
            case "b", "B": (radix, digits) = (2, digits.dropFirst(2))
            case "o", "O": (radix, digits) = (8, digits.dropFirst(2))
            default: (radix, digits) = (8, digits.dropFirst())
            }
        }
        guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else { return nil }
        if let value = Int64(sign + digits, radix: radix) { return .integer(value) }
        return sign.isEmpty ? UInt64(digits, radix: radix).map { .double(Double($0)) } : nil
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
    private static func isFloat(_ text: [UInt8]) -> Bool {
        var rest = text[...]
        func skipSign() { if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() } }
        func skipDigits() -> Int {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest.removeFirst(digits)
            return digits
        }
        skipSign()
        var digits = skipDigits()
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            digits += skipDigits()
        }
        guard digits > 0 else { return false }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            skipSign()
            guard skipDigits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    /// The text that the scalar is as a key; nil where it cannot be one.
    var keyText: String? {
        switch self {
        case .null: nil
        case .bool(let value): String(value)
        case .number(.double(let value)): Float(value).isFinite ? Float(value).description : value.description
        case .number(let value): value.description
        case .text(let text): text
        case .notFinite: ".inf"
        }
    }
}
