/// Splits an expression's text into tokens (cel-spec langdef.md, "Syntax").
struct Lexer {
    private let text: [Unicode.Scalar]
    private var position = 0
    private(set) var issues: [ExpressionIssue] = []
    private var tokens: [Token] = []

    private static let pairs: Set<String> = ["==", "!=", "<=", ">=", "&&", "||"]
    private static let singles = Set("+-*/%<>!?:.,()[]{}".unicodeScalars)
    private static let words: Set<String> = ["true", "false", "null", "in"]

    init(_ text: [Unicode.Scalar]) { self.text = text }

    mutating func run() -> [Token] {
        while position < text.count { step() }
        tokens.append(Token(kind: .end, position: text.count, end: text.count))
        return tokens
    }

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        position + ahead < text.count ? text[position + ahead] : nil
    }

    private mutating func add(_ kind: Token.Kind, from start: Int) {
        tokens.append(Token(kind: kind, position: start, end: position))
    }

    /// Names what is no token, as far as it could have been the beginning of one.
    private mutating func refuse(from start: Int) {
        let spelled = String(String.UnicodeScalarView(text[start..<position]))
        issues.append(ExpressionIssue("Syntax error: token recognition error at: '\(spelled)'", at: start))
    }

    private mutating func step() {
        let start = position
        let scalar = text[position]
        switch scalar {
        case " ", "\t", "\n", "\r", "\u{0C}": position += 1
        case "/" where peek(1) == "/":
            while let next = peek(), next != "\n" { position += 1 }
        case "0"..."9": number(start)
        case "." where peek(1).map { ("0"..."9").contains($0) } ?? false: number(start)
        case "\"", "'": quoted(start, isRaw: false, isBytes: false)
        case "`": escapedIdentifier(start)
        case "a"..."z", "A"..."Z", "_":
            if let (length, isRaw, isBytes) = quotePrefix() {
                position += length
                quoted(start, isRaw: isRaw, isBytes: isBytes)
            } else {
                word(start)
            }
        default: symbol(start)
        }
    }

    private mutating func symbol(_ start: Int) {
        if let next = peek(1) {
            let pair = "\(text[start])\(next)"
            if Self.pairs.contains(pair) {
                position += 2
                return add(.symbol(pair), from: start)
            }
        }
        position += 1
        if Self.singles.contains(text[start]) { return add(.symbol(String(text[start])), from: start) }
        // A lone `|`, `&` or `=` takes the character after it along, being half of a pair.
        if ["|", "&", "="].contains(text[start]), peek() != nil { position += 1 }
        refuse(from: start)
    }

    private mutating func word(_ start: Int) {
        while let next = peek(), next.isWord { position += 1 }
        let spelled = String(String.UnicodeScalarView(text[start..<position]))
        add(Self.words.contains(spelled) ? .symbol(spelled) : .identifier(spelled), from: start)
    }

    private mutating func escapedIdentifier(_ start: Int) {
        position += 1
        while let next = peek(), next.isWord || [".", "-", "/", " "].contains(next) { position += 1 }
        guard peek() == "`", position > start + 1 else { return refuse(from: start) }
        position += 1
        add(.escapedIdentifier(String(String.UnicodeScalarView(text[start + 1..<position - 1]))), from: start)
    }

    private mutating func number(_ start: Int) {
        if text[start] == "0", peek(1) == "x" || peek(1) == "X", peek(2)?.properties.isASCIIHexDigit ?? false {
            position += 2
            while let next = peek(), next.properties.isASCIIHexDigit { position += 1 }
            return finishInteger(start)
        }
        digits()
        var isDouble = false
        if peek() == ".", peek(1).map({ ("0"..."9").contains($0) }) ?? false {
            isDouble = true
            position += 1
            digits()
        }
        if peek() == "e" || peek() == "E" {
            let sign = peek(1) == "+" || peek(1) == "-" ? 2 : 1
            if peek(sign).map({ ("0"..."9").contains($0) }) ?? false {
                isDouble = true
                position += sign
                digits()
            }
        }
        guard isDouble else { return finishInteger(start) }
        add(.double(String(String.UnicodeScalarView(text[start..<position]))), from: start)
    }

    private mutating func digits() {
        while let next = peek(), ("0"..."9").contains(next) { position += 1 }
    }

    private mutating func finishInteger(_ start: Int) {
        let spelled = String(String.UnicodeScalarView(text[start..<position]))
        if peek() == "u" || peek() == "U" {
            position += 1
            add(.uint(spelled), from: start)
        } else {
            add(.int(spelled), from: start)
        }
    }

    /// `r`, `b`, `br`, `rb` before a quote.
    private func quotePrefix() -> (length: Int, isRaw: Bool, isBytes: Bool)? {
        var (length, isRaw, isBytes) = (0, false, false)
        while length < 2, let letter = peek(length) {
            switch letter {
            case "r" where !isRaw, "R" where !isRaw: isRaw = true
            case "b" where !isBytes, "B" where !isBytes: isBytes = true
            default: return nil
            }
            length += 1
            if peek(length) == "\"" || peek(length) == "'" { return (length, isRaw, isBytes) }
        }
        return nil
    }

    private mutating func quoted(_ start: Int, isRaw: Bool, isBytes: Bool) {
        let quote = text[position]
        let isTriple = peek(1) == quote && peek(2) == quote
        position += isTriple ? 3 : 1
        var bytes: [UInt8] = []
        while let next = peek() {
            if next == quote, !isTriple || (peek(1) == quote && peek(2) == quote) {
                position += isTriple ? 3 : 1
                if isBytes { return add(.bytes(bytes), from: start) }
                return add(.string(String(decoding: bytes, as: UTF8.self)), from: start)
            }
            if !isTriple, next == "\n" || next == "\r" { break }
            position += 1
            if next == "\\" {
                if isRaw {
                    bytes.append(UInt8(ascii: "\\"))
                    // A raw string keeps the backslash, but the quote behind it does not end the string.
                    if let escaped = peek(), escaped != "\n" || isTriple {
                        bytes += UTF8.encode(escaped).map(Array.init) ?? []
                        position += 1
                    }
                } else if !escape(isBytes: isBytes, into: &bytes) {
                    break
                }
            } else {
                bytes += UTF8.encode(next).map(Array.init) ?? []
            }
        }
        if position >= text.count || position == start { position = max(position, start + 1) }
        refuse(from: start)
    }

    /// The escape behind a backslash; false where there is no such escape.
    private mutating func escape(isBytes: Bool, into bytes: inout [UInt8]) -> Bool {
        guard let letter = peek() else { return false }
        position += 1
        let simple: [Unicode.Scalar: UInt8] = [
            "a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "'": 39, "\"": 34, "`": 96, "?": 63,
        ]
        if let byte = simple[letter] {
            bytes.append(byte)
            return true
        }
        let length: Int
        var radix = 16
        switch letter {
        case "x", "X": length = 2
        case "u" where !isBytes: length = 4
        case "U" where !isBytes: length = 8
        case "0"..."3":
            (length, radix) = (3, 8)
            position -= 1
        default: return false
        }
        guard position + length <= text.count else { return false }
        let digits = String(String.UnicodeScalarView(text[position..<position + length]))
        guard digits.allSatisfy(\.isHexDigit), let code = UInt32(digits, radix: radix) else { return false }
        position += length
        if isBytes {
            bytes.append(UInt8(truncatingIfNeeded: code))
            return code < 256
        }
        guard let scalar = Unicode.Scalar(code) else { return false }
        bytes += UTF8.encode(scalar).map(Array.init) ?? []
        return true
    }
}

extension Unicode.Scalar {
    fileprivate var isWord: Bool {
        ("a"..."z").contains(self) || ("A"..."Z").contains(self) || ("0"..."9").contains(self) || self == "_"
    }
}
