/// Builds the syntax tree of an expression (cel-spec langdef.md, "Syntax"), by recursive descent.
///
/// Bounded: text, nesting and so the tree's height; see ``Limits``.
struct Parser {
    enum Limits {
        /// Code points of an expression.
        static let codePoints = 100_000
        /// Levels of nesting.
        static let depth = 250
        /// Levels of the tree, chains of operators included.
        static let height = 300
    }

    static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    ]

    private let tokens: [Token]
    private var index = 0
    private var depth = 0
    var issues: [ExpressionIssue]
    private let text: [Unicode.Scalar]

    /// Leaves the descent at the first mistake.
    private struct Stop: Error {}

    private init(_ text: [Unicode.Scalar]) {
        self.text = text
        var lexer = Lexer(text)
        tokens = lexer.run()
        issues = lexer.issues
    }

    static func parse(_ text: String) throws(ExpressionError) -> Node {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count <= Limits.codePoints else {
            throw ExpressionError(
                [
                    ExpressionIssue(
                        "expression code point size exceeds limit: size: \(scalars.count), limit \(Limits.codePoints)",
                        at: 0)
                ], in: [])
        }
        var parser = Parser(scalars)
        let node = parser.whole()
        if let node, parser.issues.isEmpty { return node }
        throw ExpressionError(parser.issues, in: scalars)
    }

    private mutating func whole() -> Node? {
        do {
            let node = try expression()
            guard next.kind == .end else {
                let isLast = index + 2 == tokens.count
                fail(
                    "Syntax error: \(isLast ? "extraneous" : "mismatched") input '\(spelled(next))' expecting <EOF>",
                    at: next.position)
                return nil
            }
            if node.height > Limits.height {
                fail("expression recursion limit exceeded: \(Limits.depth)", at: 0)
                return nil
            }
            return node
        } catch {
            return nil
        }
    }

    // MARK: tokens

    private var next: Token { tokens[index] }

    private mutating func advance() -> Token {
        defer { if index + 1 < tokens.count { index += 1 } }
        return tokens[index]
    }

    private mutating func take(_ symbol: String) -> Token? { next.isSymbol(symbol) ? advance() : nil }

    private mutating func expect(_ symbol: String) throws {
        if take(symbol) == nil {
            fail("Syntax error: missing '\(symbol)' at '\(spelled(next))'", at: next.position)
            throw Stop()
        }
    }

    private func spelled(_ token: Token) -> String {
        token.kind == .end ? "<EOF>" : String(String.UnicodeScalarView(text[token.position..<token.end]))
    }

    mutating func fail(_ message: String, at position: Int) {
        issues.append(ExpressionIssue(message, at: position))
    }

    private static let starts =
        "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

    private func unexpected() -> String {
        "Syntax error: mismatched input '\(spelled(next))' expecting \(Self.starts)"
    }

    // MARK: operators

    private mutating func expression() throws -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Limits.depth else {
            fail("expression recursion limit exceeded: \(Limits.depth)", at: next.position)
            throw Stop()
        }
        let condition = try logical("||", "_||_") { parser in
            try parser.logical("&&", "_&&_") { try $0.relation() }
        }
        guard let mark = take("?") else { return condition }
        let ifTrue = try logical("||", "_||_") { parser in try parser.logical("&&", "_&&_") { try $0.relation() } }
        try expect(":")
        let ifFalse = try expression()
        return Node(.call("_?_:_", target: nil, [condition, ifTrue, ifFalse]), at: mark.position)
    }

    /// A chain of `&&` or `||`, as a tree as low as can be.
    private mutating func logical(
        _ symbol: String, _ function: String, _ term: (inout Parser) throws -> Node
    ) throws -> Node {
        var terms = [try term(&self)]
        var positions: [Int] = []
        while let mark = take(symbol) {
            positions.append(mark.position)
            terms.append(try term(&self))
        }
        func balanced(_ low: Int, _ high: Int) -> Node {
            let middle = (low + high + 1) / 2
            let left = middle == low ? terms[middle] : balanced(low, middle - 1)
            let right = middle == high ? terms[middle + 1] : balanced(middle + 1, high)
            return Node(.call(function, target: nil, [left, right]), at: positions[middle])
        }
        return positions.isEmpty ? terms[0] : balanced(0, positions.count - 1)
    }

    private static let relations: Set<String> = ["<", "<=", ">=", ">", "==", "!=", "in"]

    private mutating func relation() throws -> Node {
        try chain(Self.relations) { try $0.chain(["+", "-"]) { try $0.chain(["*", "/", "%"]) { try $0.unary() } } }
    }

    private mutating func chain(_ symbols: Set<String>, _ operand: (inout Parser) throws -> Node) throws -> Node {
        var left = try operand(&self)
        while case .symbol(let symbol) = next.kind, symbols.contains(symbol) {
            let mark = advance()
            let right = try operand(&self)
            left = Node(.call(symbol == "in" ? "@in" : "_\(symbol)_", target: nil, [left, right]), at: mark.position)
            guard left.height <= Limits.height else {
                fail("expression recursion limit exceeded: \(Limits.depth)", at: mark.position)
                throw Stop()
            }
        }
        return left
    }

    private mutating func unary() throws -> Node {
        var marks: [Token] = []
        for symbol in ["!", "-"] where next.isSymbol(symbol) {
            while next.isSymbol(symbol) {
                // A minus right before a number belongs to it.
                if symbol == "-", index + 1 < tokens.count, isNumber(tokens[index + 1]) { break }
                marks.append(advance())
            }
            let operand = try member()
            guard let mark = marks.first, marks.count % 2 == 1 else { return operand }
            return Node(.call(symbol == "!" ? "!_" : "-_", target: nil, [operand]), at: mark.position)
        }
        return try member()
    }

    private func isNumber(_ token: Token) -> Bool {
        switch token.kind {
        case .int, .double: true
        default: false
        }
    }

    // MARK: members

    private mutating func member() throws -> Node {
        var node = try primary()
        while true {
            if let dot = take(".") {
                node = try selection(of: node, dot)
            } else if let bracket = take("[") {
                let isOptional = take("?") != nil
                let key = try expression()
                try expect("]")
                node = Node(.call(isOptional ? "_[?_]" : "_[_]", target: nil, [node, key]), at: bracket.position)
            } else if next.isSymbol("{"), let name = node.qualifiedName {
                node = try message(name)
            } else {
                return node
            }
            guard node.height <= Limits.height else {
                fail("expression recursion limit exceeded: \(Limits.depth)", at: next.position)
                throw Stop()
            }
        }
    }

    private mutating func selection(of operand: Node, _ dot: Token) throws -> Node {
        let isOptional = take("?") != nil
        let nameToken = next
        let name: String
        switch nameToken.kind {
        case .identifier(let spelled), .escapedIdentifier(let spelled): name = spelled
        // After a dot, a name may be any word of the language but these.
        default:
            fail(
                "Syntax error: no viable alternative at input '.\(nameToken.kind == .end ? "" : spelled(nameToken))'",
                at: nameToken.position)
            throw Stop()
        }
        _ = advance()
        if isOptional {
            let field = Node(.literal(.string(name)), at: nameToken.position)
            return Node(.call("_?._", target: nil, [operand, field]), at: dot.position)
        }
        guard case .identifier = nameToken.kind, let open = take("(") else {
            return Node(.select(operand, name, isTest: false), at: dot.position)
        }
        let arguments = try arguments()
        return try expand(name, target: operand, arguments, at: open.position)
            ?? Node(.call(name, target: operand, arguments), at: open.position)
    }

    private mutating func arguments() throws -> [Node] {
        var list: [Node] = []
        if take(")") != nil { return list }
        repeat { list.append(try expression()) } while take(",") != nil
        try expect(")")
        return list
    }

    private mutating func expand(_ name: String, target: Node?, _ arguments: [Node], at position: Int) throws -> Node? {
        switch Macro.expand(name, target: target, arguments, at: position) {
        case .none: return nil
        case .node(let node): return node
        case .issue(let issue):
            issues.append(issue)
            throw Stop()
        }
    }

    private mutating func primary() throws -> Node {
        let token = advance()
        switch token.kind {
        case .identifier(let name): return try named(name, token, token.position)
        case .symbol("."):
            guard case .identifier(let name) = next.kind else {
                fail(unexpected(), at: next.position)
                throw Stop()
            }
            let nameToken = advance()
            return try named(name, nameToken, token.position)
        case .symbol("("):
            let inner = try expression()
            try expect(")")
            return inner
        case .symbol("["): return try list(token)
        case .symbol("{"): return try map(token)
        case .symbol("true"): return Node(.literal(.bool(true)), at: token.position)
        case .symbol("false"): return Node(.literal(.bool(false)), at: token.position)
        case .symbol("null"): return Node(.literal(.null), at: token.position)
        case .symbol("-") where isNumber(next): return try number(advance(), sign: "-", token.position)
        case .int, .uint, .double: return try number(token, sign: "", token.position)
        case .string(let text): return Node(.literal(.string(text)), at: token.position)
        case .bytes(let bytes): return Node(.literal(.bytes(bytes)), at: token.position)
        default:
            index = token.kind == .end ? index : index - 1
            fail(unexpected(), at: token.position)
            throw Stop()
        }
    }

    private mutating func number(_ token: Token, sign: String, _ position: Int) throws -> Node {
        func parse<N: FixedWidthInteger>(_ digits: String, as type: N.Type) -> N? {
            digits.hasPrefix("0x") || digits.hasPrefix("0X")
                ? N(sign + digits.dropFirst(2), radix: 16) : N(sign + digits)
        }
        switch token.kind {
        case .int(let digits):
            if let value = parse(digits, as: Int64.self) { return Node(.literal(.int(value)), at: position) }
            fail("invalid int literal", at: position)
        case .uint(let digits):
            if let value = parse(digits, as: UInt64.self) { return Node(.literal(.uint(value)), at: position) }
            fail("invalid uint literal", at: position)
        case .double(let digits):
            if let value = Double(sign + digits), value.isFinite { return Node(.literal(.double(value)), at: position) }
            fail("invalid double literal", at: position)
        default: break
        }
        throw Stop()
    }

    /// A variable, or a call of a function.
    private mutating func named(_ name: String, _ token: Token, _ position: Int) throws -> Node {
        if Self.reserved.contains(name) {
            fail("reserved identifier: \(name)", at: position)
            throw Stop()
        }
        guard let open = take("(") else { return Node(.identifier(name), at: position) }
        let arguments = try arguments()
        return try expand(name, target: nil, arguments, at: open.position)
            ?? Node(.call(name, target: nil, arguments), at: open.position)
    }

    private mutating func list(_ open: Token) throws -> Node {
        var elements: [Node.Element] = []
        while !next.isSymbol("]") {
            let isOptional = take("?") != nil
            elements.append(.init(node: try expression(), isOptional: isOptional))
            if take(",") == nil { break }
        }
        try expect("]")
        return Node(.list(elements), at: open.position)
    }

    private mutating func map(_ open: Token) throws -> Node {
        var entries: [Node.Entry] = []
        while !next.isSymbol("}") {
            let isOptional = take("?") != nil
            let key = try expression()
            try expect(":")
            entries.append(.init(key: key, value: try expression(), isOptional: isOptional))
            if take(",") == nil { break }
        }
        try expect("}")
        return Node(.map(entries), at: open.position)
    }

    private mutating func message(_ name: String) throws -> Node {
        let open = advance()
        var fields: [Node.Field] = []
        while !next.isSymbol("}") {
            let isOptional = take("?") != nil
            let token = advance()
            switch token.kind {
            case .identifier(let field), .escapedIdentifier(let field):
                try expect(":")
                fields.append(
                    .init(name: field, value: try expression(), isOptional: isOptional, position: token.position))
            default:
                fail(
                    "Syntax error: extraneous input '\(spelled(token))' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}",
                    at: token.position)
                throw Stop()
            }
            if take(",") == nil { break }
        }
        try expect("}")
        return Node(.message(name, fields), at: open.position)
    }
}
