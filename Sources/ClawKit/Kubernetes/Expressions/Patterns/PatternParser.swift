/// Reads a regular expression of RE2's syntax.
struct PatternParser {
    private let text: [Unicode.Scalar]
    private var position = 0
    private var flags = Flags()
    private var depth = 0

    private struct Flags {
        var ignoresCase = false
        var isMultiline = false
        var dotTakesNewline = false
        var isUngreedy = false
    }

    /// The most repetitions that may be asked for, as in RE2.
    private static let mostRepeats = 1000
    private static let mostDepth = 250

    static func parse(_ text: String) throws(PatternError) -> PatternTree {
        var parser = PatternParser(text: Array(text.unicodeScalars))
        let tree = try parser.choice()
        guard parser.position == parser.text.count else { throw PatternError("unexpected )", text) }
        return tree
    }

    private init(text: [Unicode.Scalar]) { self.text = text }

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        position + ahead < text.count ? text[position + ahead] : nil
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == scalar else { return false }
        position += 1
        return true
    }

    private func part(from start: Int) -> String { Texts.text(text[start..<min(position, text.count)]) }

    private mutating func choice() throws(PatternError) -> PatternTree {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.mostDepth else {
            throw PatternError("expression nests too deeply", Texts.text(text.prefix(100)))
        }
        var choices = [try sequence()]
        while take("|") { choices.append(try sequence()) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence() throws(PatternError) -> PatternTree {
        var parts: [PatternTree] = []
        while let next = peek(), next != "|", next != ")" {
            let start = position
            if next == "\\", peek(1) == "Q" {
                position += 2
                while position < text.count, !(peek() == "\\" && peek(1) == "E") {
                    parts.append(.set(single(text[position])))
                    position += 1
                }
                position = min(position + 2, text.count)
                continue
            }
            guard let atom = try atom() else { continue }
            parts.append(try repetition(of: atom, from: start))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func repetition(of atom: PatternTree, from start: Int) throws(PatternError) -> PatternTree {
        var tree = atom
        var hasOne = false
        while let (low, high, mark) = try repeatBounds() {
            guard !hasOne else {
                throw PatternError("invalid nested repetition operator", Texts.text(text[mark..<position]))
            }
            hasOne = true
            let isLazy = take("?")
            tree = .repeated(tree, min: low, max: high, isGreedy: isLazy == flags.isUngreedy)
        }
        return tree
    }

    private mutating func repeatBounds() throws(PatternError) -> (Int, Int?, Int)? {
        let mark = position
        switch peek() {
        case "*":
            position += 1
            return (0, nil, mark)
        case "+":
            position += 1
            return (1, nil, mark)
        case "?":
            position += 1
            return (0, 1, mark)
        case "{":
            position += 1
            guard let low = number() else { break }
            var high: Int? = low
            if take(",") { high = peek() == "}" ? nil : number() ?? -1 }
            guard take("}"), high != -1 else { break }
            guard low <= Self.mostRepeats, high ?? 0 <= Self.mostRepeats, high ?? low >= low else {
                throw PatternError("invalid repeat count", part(from: mark))
            }
            return (low, high, mark)
        default: return nil
        }
        // A brace that bounds nothing stands for itself.
        position = mark
        return nil
    }

    private mutating func number() -> Int? {
        let start = position
        while let next = peek(), ("0"..."9").contains(next) { position += 1 }
        guard position > start, position - start < 9 else { return nil }
        return Int(part(from: start))
    }

    private func single(_ scalar: Unicode.Scalar) -> ScalarSet {
        flags.ignoresCase ? ScalarSet(scalar).ignoringCase : ScalarSet(scalar)
    }

    /// nil where it was only flags.
    private mutating func atom() throws(PatternError) -> PatternTree? {
        let start = position
        let scalar = text[position]
        position += 1
        switch scalar {
        case "(": return try group(from: start)
        case "[": return .set(try bracket(from: start))
        case ".": return .set(flags.dotTakesNewline ? .all : ScalarSet([10...10]).inverted)
        case "^": return .assertion(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
        case "*", "+", "?": throw PatternError("missing argument to repetition operator", String(scalar))
        case "\\":
            switch peek() {
            case "A": return assertion(.textStart)
            case "z": return assertion(.textEnd)
            case "b": return assertion(.wordBoundary)
            case "B": return assertion(.noWordBoundary)
            case "C":
                position += 1
                return .set(.all)
            default: return .set(try escape(from: start, ignoringCase: flags.ignoresCase))
            }
        default: return .set(single(scalar))
        }
    }

    private mutating func assertion(_ assertion: PatternTree.Assertion) -> PatternTree {
        position += 1
        return .assertion(assertion)
    }

    private mutating func group(from start: Int) throws(PatternError) -> PatternTree? {
        let outer = flags
        if take("?") {
            if take("P") || peek() == "<" {
                guard take("<"), let end = text[position...].firstIndex(of: ">"), end > position,
                    text[position..<end].allSatisfy({ ScalarSet.words.contains($0.value) })
                else { throw PatternError("invalid named capture", Texts.text(text[start...])) }
                position = end + 1
            } else if try setFlags(from: start) {
                return nil
            }
        }
        let inner = try choice()
        guard take(")") else { throw PatternError("missing closing )", Texts.text(text)) }
        flags = outer
        return inner
    }

    /// Flags up to `:` or `)`; true where they are for the rest of the surrounding group.
    private mutating func setFlags(from start: Int) throws(PatternError) -> Bool {
        var isOn = true
        while let letter = peek() {
            position += 1
            switch letter {
            case "i": flags.ignoresCase = isOn
            case "m": flags.isMultiline = isOn
            case "s": flags.dotTakesNewline = isOn
            case "U": flags.isUngreedy = isOn
            case "-" where isOn: isOn = false
            case ":": return false
            case ")": return true
            default: throw PatternError("invalid or unsupported Perl syntax", part(from: start))
            }
        }
        throw PatternError("missing closing )", Texts.text(text))
    }

    /// What stands behind a backslash, one code point or a class.
    private mutating func escape(from start: Int, ignoringCase: Bool) throws(PatternError) -> ScalarSet {
        guard let letter = peek() else { throw PatternError("trailing backslash at end of expression", "") }
        position += 1
        let code: UInt32?
        switch letter {
        case "d": return .digits
        case "D": return ScalarSet.digits.inverted
        case "s": return .spaces
        case "S": return ScalarSet.spaces.inverted
        case "w": return .words
        case "W": return ScalarSet.words.inverted
        case "p", "P": return try property(isNegated: letter == "P", from: start)
        case "a": code = 7
        case "f": code = 12
        case "n": code = 10
        case "r": code = 13
        case "t": code = 9
        case "v": code = 11
        case "x": code = hex()
        case "0"..."7":
            // An octal number; a single digit other than 0 would be a reference to a group, which there is not.
            guard letter == "0" || peek().map({ ("0"..."7").contains($0) }) ?? false else {
                throw PatternError("invalid escape sequence", part(from: start))
            }
            var value = letter.value - 48
            var count = 1
            while count < 3, let next = peek(), ("0"..."7").contains(next) {
                value = value * 8 + next.value - 48
                position += 1
                count += 1
            }
            code = value
        default:
            code = letter.value < 128 && !ScalarSet.words.contains(letter.value) ? letter.value : nil
        }
        guard let code, let scalar = Unicode.Scalar(code) else {
            throw PatternError("invalid escape sequence", part(from: start))
        }
        return ignoringCase ? ScalarSet(scalar).ignoringCase : ScalarSet(scalar)
    }

    private mutating func hex() -> UInt32? {
        let start = position
        if take("{") {
            guard let end = text[position...].firstIndex(of: "}"), end - position <= 8, end > position else {
                return nil
            }
            let digits = Texts.text(text[position..<end])
            position = end + 1
            return UInt32(digits, radix: 16)
        }
        guard position + 2 <= text.count else { return nil }
        position += 2
        return UInt32(part(from: start), radix: 16)
    }

    private mutating func property(isNegated: Bool, from start: Int) throws(PatternError) -> ScalarSet {
        var name = ""
        var isNegated = isNegated
        if take("{") {
            guard let end = text[position...].firstIndex(of: "}") else {
                throw PatternError("invalid character class range", Texts.text(text[start...]))
            }
            name = Texts.text(text[position..<end])
            position = end + 1
            if name.hasPrefix("^") {
                isNegated.toggle()
                name.removeFirst()
            }
        } else if let letter = peek() {
            name = String(letter)
            position += 1
        }
        guard let set = UnicodeClasses.set(named: name) else {
            throw PatternError("invalid character class range", part(from: start))
        }
        return isNegated ? set.inverted : set
    }

    private mutating func bracket(from start: Int) throws(PatternError) -> ScalarSet {
        let isNegated = take("^")
        var set = ScalarSet()
        var isFirst = true
        while let next = peek(), isFirst || next != "]" {
            isFirst = false
            let itemStart = position
            if next == "[", peek(1) == ":", let named = try namedClass() {
                set = set.union(named)
                continue
            }
            guard let low = try bracketItem() else {
                position = itemStart + 1
                set = set.union(try escape(from: itemStart, ignoringCase: false))
                continue
            }
            var high = low
            if peek() == "-", let after = peek(1), after != "]" {
                position += 1
                guard let end = try bracketItem(), end >= low else {
                    throw PatternError("invalid character class range", part(from: itemStart))
                }
                high = end
            }
            set = set.union(ScalarSet([low...high]))
        }
        guard take("]") else { throw PatternError("missing closing ]", Texts.text(text[start...])) }
        if flags.ignoresCase { set = set.ignoringCase }
        return isNegated ? set.inverted : set
    }

    /// One code point; nil where a class such as `\d` stands there.
    private mutating func bracketItem() throws(PatternError) -> UInt32? {
        guard let next = peek() else { return nil }
        guard next == "\\" else {
            position += 1
            return next.value
        }
        if let letter = peek(1), ["d", "D", "s", "S", "w", "W", "p", "P"].contains(letter) { return nil }
        let start = position
        position += 1
        return try escape(from: start, ignoringCase: false).ranges.first?.lowerBound
    }

    private mutating func namedClass() throws(PatternError) -> ScalarSet? {
        guard let end = Texts.find([":", "]"], in: text, from: position + 2) else { return nil }
        var name = Texts.text(text[(position + 2)..<end])
        let isNegated = name.hasPrefix("^")
        if isNegated { name.removeFirst() }
        guard let set = UnicodeClasses.ascii[name] else {
            throw PatternError("invalid character class range", Texts.text(text[position..<(end + 2)]))
        }
        position = end + 2
        return isNegated ? set.inverted : set
    }
}
