import ClawBase

/// Reads label selectors: words, and the signs `= == != ! > < ( ) ,`, with blanks anywhere between them.
struct LabelQueryParser {
    private enum Token: Hashable {
        case word(String)
        case sign(String)
    }

    private let text: String
    private var tokens: ArraySlice<Token>

    init(_ text: String) {
        self.text = text
        tokens = Self.tokens(text)[...]
    }

    mutating func parse() throws -> [LabelQuery.Requirement] {
        if tokens.isEmpty { return [] }
        var requirements = [try requirement()]
        while let token = tokens.popFirst() {
            guard token == .sign(",") else { throw bad("expected ',' before \(Self.name(token))") }
            requirements.append(try requirement())
        }
        return requirements
    }

    private mutating func requirement() throws -> LabelQuery.Requirement {
        if tokens.first == .sign("!") {
            tokens.removeFirst()
            return .doesNotExist(try key())
        }
        let key = try key()
        switch tokens.first {
        case nil, .sign(","): return .exists(key)
        case .sign("="), .sign("=="):
            tokens.removeFirst()
            return .isIn(key, [try value()])
        case .sign("!="):
            tokens.removeFirst()
            return .isNotIn(key, [try value()])
        case .sign(">"):
            tokens.removeFirst()
            return .isGreater(key, than: try number())
        case .sign("<"):
            tokens.removeFirst()
            return .isLess(key, than: try number())
        case .word("in"):
            tokens.removeFirst()
            return .isIn(key, try values())
        case .word("notin"):
            tokens.removeFirst()
            return .isNotIn(key, try values())
        case let token?: throw bad("expected an operator before \(Self.name(token))")
        }
    }

    private mutating func key() throws -> String {
        guard case .word(let key)? = tokens.popFirst() else { throw bad("a label's name is missing") }
        guard LabelSyntax.isKey(key) else { throw bad("'\(key)' is no label name") }
        return key
    }

    /// One value, which may be empty.
    private mutating func value() throws -> String {
        guard case .word(let value)? = tokens.first else { return "" }
        guard LabelSyntax.isValue(value) else { throw bad("'\(value)' is no label value") }
        tokens.removeFirst()
        return value
    }

    private mutating func number() throws -> Int64 {
        let text = try value()
        guard let number = Int64(text) else { throw bad("'\(text)' is no whole number") }
        return number
    }

    private mutating func values() throws -> Set<String> {
        guard tokens.popFirst() == .sign("(") else { throw bad("expected '(' and values") }
        var values: Set<String> = []
        while true {
            values.insert(try value())
            switch tokens.popFirst() {
            case .sign(","): continue
            case .sign(")"): return values
            default: throw bad("expected ',' or ')' in the list of values")
            }
        }
    }

    private func bad(_ reason: String) -> Finding {
        Finding(
            .badRequest,
            "The label selector '\(text)' cannot be read: \(reason); write key=value, key!=value, key in (a,b) or !key."
        )
    }

    private static func name(_ token: Token) -> String {
        switch token {
        case .word(let text), .sign(let text): "'\(text)'"
        }
    }

    private static func tokens(_ text: String) -> [Token] {
        var tokens: [Token] = []
        var rest = text.unicodeScalars[...]
        while let first = rest.first {
            if isBlank(first) {
                rest.removeFirst()
            } else if isSign(first) {
                rest.removeFirst()
                var sign = String(first)
                if first == "=" || first == "!", rest.first == "=" {
                    sign += "="
                    rest.removeFirst()
                }
                tokens.append(.sign(sign))
            } else {
                let word = rest.prefix { !isBlank($0) && !isSign($0) }
                rest = rest[word.endIndex...]
                tokens.append(.word(String(word)))
            }
        }
        return tokens
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { [" ", "\t", "\r", "\n"].contains(scalar) }

    private static func isSign(_ scalar: Unicode.Scalar) -> Bool {
        ["=", "!", "(", ")", ",", ">", "<"].contains(scalar)
    }
}
