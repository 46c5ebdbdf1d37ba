import ClawSchemas

/// What is wrong with the text of a selector, in Kubernetes' words.
enum SelectorProblems {
    /// nil where it is a label selector.
    static func inLabels(_ text: String) -> String? {
        var walk = LabelWalk(text)
        return walk.problem()
    }

    /// A field selector in which a part is no comparison.
    static func inFields(_ text: String) -> String {
        let parts = text.split(separator: ",")
        let bad = parts.first { !$0.contains("=") } ?? text[...]
        return "invalid selector: '\(text)'; can't understand '\(bad)'"
    }
}

/// Goes through a label selector as Kubernetes' parser does, to say what it says:
/// <https://github.com/kubernetes/apimachinery/blob/master/pkg/labels/selector.go>
private struct LabelWalk {
    private enum Token: Equatable {
        case end
        case sign(String)
        case word(String)

        var text: String {
            switch self {
            case .end: ""
            case .sign(let text), .word(let text): text
            }
        }

        var isWord: Bool { if case .word = self { true } else { false } }
    }

    private var tokens: ArraySlice<Token>

    init(_ text: String) {
        var tokens: [Token] = []
        var rest = text.unicodeScalars[...]
        func isBlank(_ scalar: Unicode.Scalar) -> Bool { [" ", "\t", "\r", "\n"].contains(scalar) }
        func isSign(_ scalar: Unicode.Scalar) -> Bool { ["=", "!", "(", ")", ",", ">", "<"].contains(scalar) }
        while let first = rest.first {
            if isBlank(first) {
                rest.removeFirst()
            } else if isSign(first) {
                let isPair = (first == "=" || first == "!") && rest.dropFirst().first == "="
                tokens.append(.sign(String(rest.prefix(isPair ? 2 : 1))))
                rest.removeFirst(isPair ? 2 : 1)
            } else {
                let word = rest.prefix { !isBlank($0) && !isSign($0) }
                tokens.append(.word(String(word)))
                rest = rest[word.endIndex...]
            }
        }
        self.tokens = tokens[...]
    }

    private var next: Token { tokens.first ?? .end }

    private mutating func take() -> Token { tokens.popFirst() ?? .end }

    mutating func problem() -> String? {
        while true {
            switch next {
            case .end: return nil
            case .word, .sign("!"):
                if let problem = requirement() { return "unable to parse requirement: \(problem)" }
                switch take() {
                case .end: return nil
                case .sign(","):
                    if !next.isWord, next != .sign("!") {
                        return "found '\(next.text)', expected: identifier after ','"
                    }
                case let token: return "found '\(token.text)', expected: ',' or 'end of string'"
                }
            case .sign(let sign): return "found '\(sign)', expected: !, identifier, or 'end of string'"
            }
        }
    }

    private mutating func requirement() -> String? {
        let isAbsent = next == .sign("!")
        if isAbsent { _ = take() }
        guard case .word(let key) = take() else { return "found '\(next.text)', expected: identifier" }
        let problems = NameRules.qualifiedName(key)
        if !problems.isEmpty { return Self.invalid("<nil>", key, problems) }
        if isAbsent || next == .end || next == .sign(",") { return nil }
        let sign = take()
        switch sign {
        case .word("in"), .word("notin"): return values(of: key)
        case .sign("="), .sign("=="), .sign("!="): return value(of: key, isNumber: false)
        case .sign(">"), .sign("<"), .word("gt"), .word("lt"): return value(of: key, isNumber: true)
        default: return "found '\(sign.text)', expected: in, notin, =, ==, !=, gt, lt"
        }
    }

    private mutating func value(of key: String, isNumber: Bool) -> String? {
        var text = ""
        if next != .end, next != .sign(",") {
            guard case .word(let word) = take() else { return "found '\(next.text)', expected: identifier" }
            text = word
        }
        if isNumber, Int64(text) == nil {
            return Self.invalid("values[0]", text, ["for 'Gt', 'Lt' operators, the value must be an integer"])
        }
        return check([text], key)
    }

    private mutating func values(of key: String) -> String? {
        let open = take()
        guard open == .sign("(") else { return "found '\(open.text)' expected: '('" }
        var values: [String] = []
        while true {
            switch take() {
            case .word(let word):
                values.append(word)
                if next == .sign(",") {
                    _ = take()
                } else if next != .sign(")") {
                    return "found '\(next.text)', expected: ',' or ')'"
                }
            case .sign(","): continue
            case .sign(")"): return check(values, key)
            case let token: return "found '\(token.text)', expected: ',', ')' or identifier"
            }
        }
    }

    private func check(_ values: [String], _ key: String) -> String? {
        for (index, value) in values.enumerated() {
            let problems = NameRules.labelValue(value)
            if !problems.isEmpty { return Self.invalid("values[\(index)][\(key)]", value, problems) }
        }
        return nil
    }

    private static func invalid(_ path: String, _ value: String, _ problems: [String]) -> String {
        "\(path): Invalid value: \"\(value)\": \(problems.joined(separator: "; "))"
    }
}
