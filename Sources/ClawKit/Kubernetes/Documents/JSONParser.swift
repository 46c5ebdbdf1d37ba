/// Reads JSON text (RFC 8259) from bytes into a tree, with limits against hostile input.
///
/// Strict: UTF-8 must be valid, escapes complete, surrogates paired, nothing may follow the value.
/// A name that stands twice in an object keeps its last value, as in Kubernetes.
public struct JSONParser: ~Escapable {
    public struct Limits: Sendable {
        /// How deep arrays and objects may nest.
        public var depth: Int
        /// How many bytes the text may have.
        public var bytes: Int
        public init(depth: Int = 128, bytes: Int = 64 << 20) { (self.depth, self.bytes) = (depth, bytes) }
    }

    private let text: Span<UInt8>
    private var position = 0
    private var depthLeft: Int

    @_lifetime(copy text)
    private init(_ text: Span<UInt8>, depth: Int) {
        self.text = text
        depthLeft = depth
    }

    /// - Throws: ``JSONError`` with the offset of what is wrong.
    public static func parse(_ bytes: [UInt8], limits: Limits = Limits()) throws(JSONError) -> JSON {
        try parse(bytes.span, limits: limits)
    }

    public static func parse(_ bytes: Span<UInt8>, limits: Limits = Limits()) throws(JSONError) -> JSON {
        guard bytes.count <= limits.bytes else {
            throw JSONError("the text has \(bytes.count) bytes, the limit is \(limits.bytes)", at: 0)
        }
        var parser = JSONParser(bytes, depth: limits.depth)
        let value = try parser.parseValue()
        parser.skipBlanks()
        if parser.position < bytes.count { throw parser.error("unexpected \(parser.found()) after the value") }
        return value
    }

    // MARK: values

    private mutating func parseValue() throws(JSONError) -> JSON {
        skipBlanks()
        switch peek() {
        case UInt8(ascii: "{"): return .object(try parseObject())
        case UInt8(ascii: "["): return .array(try parseArray())
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        case UInt8(ascii: "t"):
            try expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        default: throw error("expected a value, found \(found())")
        }
    }

    private mutating func parseArray() throws(JSONError) -> [JSON] {
        try enter()
        var elements: [JSON] = []
        if skip(UInt8(ascii: "]")) {
            depthLeft += 1
            return elements
        }
        while true {
            elements.append(try parseValue())
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "]")) else { throw error("expected ',' or ']', found \(found())") }
            depthLeft += 1
            return elements
        }
    }

    private mutating func parseObject() throws(JSONError) -> JSONObject {
        try enter()
        if skip(UInt8(ascii: "}")) {
            depthLeft += 1
            return JSONObject()
        }
        var ids: [UInt16] = []
        var values: [JSON] = []
        var names: [String] = []
        var positionsOfNames: [String: Int]?
        while true {
            skipBlanks()
            guard peek() == UInt8(ascii: "\"") else { throw error("expected a member's name, found \(found())") }
            let id: UInt16
            var mayRepeat = true
            if let number = try parseKnownKey() {
                id = number
            } else {
                let name = try parseString()
                // Few names are found by looking along them; many, by a table made when they become many.
                if names.count == 16 {
                    positionsOfNames = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
                }
                if let position = positionsOfNames.map({ $0[name] }) ?? names.firstIndex(of: name) {
                    id = UInt16(position) | 0x8000
                } else {
                    guard names.count < Int(FieldKey.unknown) else { throw error("an object has too many members") }
                    id = UInt16(names.count) | 0x8000
                    positionsOfNames?[name] = names.count
                    names.append(name)
                    mayRepeat = false
                }
            }
            guard skip(UInt8(ascii: ":")) else { throw error("expected ':', found \(found())") }
            let value = try parseValue()
            if mayRepeat, let old = ids.firstIndex(of: id) {
                values[old] = value
            } else {
                ids.append(id)
                values.append(value)
            }
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "}")) else { throw error("expected ',' or '}', found \(found())") }
            depthLeft += 1
            return JSONObject(ids: ids, values: values, names: names)
        }
    }

    // MARK: strings

    /// A member's name that is plain and known: its number; otherwise nothing is consumed.
    private mutating func parseKnownKey() throws(JSONError) -> UInt16? {
        var end = position + 1
        while end < text.count, end - position < 64 {
            let byte = text[end]
            if byte == UInt8(ascii: "\"") {
                guard let number = KnownKeys.shared.number(of: text.extracting(position + 1..<end)) else { return nil }
                position = end + 1
                return number
            }
            if byte == UInt8(ascii: "\\") || byte >= 0x80 || byte < 0x20 { return nil }
            end += 1
        }
        return nil
    }

    private mutating func parseString() throws(JSONError) -> String {
        let start = position + 1
        var end = start
        while end < text.count {
            let byte = text[end]
            if byte == UInt8(ascii: "\"") {
                position = end + 1
                return try decode(start..<end)
            }
            if byte == UInt8(ascii: "\\") { return try parseEscapedString(from: start, firstEscape: end) }
            if byte < 0x20 {
                position = end
                throw error("a control character must be escaped in a string")
            }
            end += 1
        }
        position = text.count
        throw error("the string does not end")
    }

    private func decode(_ range: Range<Int>) throws(JSONError) -> String {
        do {
            return String(copying: try UTF8Span(validating: text.extracting(range)))
        } catch {
            throw JSONError("the string is not valid UTF-8", at: range.lowerBound)
        }
    }

    private mutating func parseEscapedString(from start: Int, firstEscape: Int) throws(JSONError) -> String {
        var bytes: [UInt8] = []
        for index in start..<firstEscape { bytes.append(text[index]) }
        position = firstEscape
        while position < text.count {
            let byte = text[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                do {
                    return String(copying: try UTF8Span(validating: bytes.span))
                } catch {
                    throw JSONError("the string is not valid UTF-8", at: start)
                }
            case UInt8(ascii: "\\"): try appendEscape(to: &bytes)
            case 0..<0x20: throw error("a control character must be escaped in a string")
            default: bytes.append(byte)
            }
        }
        throw error("the string does not end")
    }

    private mutating func appendEscape(to bytes: inout [UInt8]) throws(JSONError) {
        let byte = peek()
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"):
            var code = try parseHex4()
            if (0xD800..<0xDC00).contains(code) {
                guard peek() == UInt8(ascii: "\\"), position + 1 < text.count, text[position + 1] == UInt8(ascii: "u")
                else { throw error("a high surrogate stands alone") }
                position += 2
                let low = try parseHex4()
                guard (0xDC00..<0xE000).contains(low) else { throw error("a high surrogate stands alone") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("a low surrogate stands alone") }
            bytes += String(Character(scalar)).utf8
        default: throw error("unknown escape")
        }
    }

    private mutating func parseHex4() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            let byte = peek()
            position += 1
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): code = code << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): code = code << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): code = code << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: throw error("expected four hexadecimal digits")
            }
        }
        return code
    }

    // MARK: numbers

    private mutating func parseNumber() throws(JSONError) -> JSON {
        let start = position
        let negative = skipRaw(UInt8(ascii: "-"))
        var magnitude: UInt64 = 0
        var overflow = false
        let firstDigit = position
        while isDigit(peek()) {
            let (product, over1) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, over2) = product.addingReportingOverflow(UInt64(peek() - UInt8(ascii: "0")))
            overflow = overflow || over1 || over2
            magnitude = sum
            position += 1
        }
        guard position > firstDigit else { throw error("expected a digit, found \(found())") }
        if text[firstDigit] == UInt8(ascii: "0"), position - firstDigit > 1 { throw error("a number has a leading zero") }
        var isWhole = true
        if skipRaw(UInt8(ascii: ".")) {
            isWhole = false
            guard isDigit(peek()) else { throw error("expected a digit after '.'") }
            while isDigit(peek()) { position += 1 }
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
            guard isDigit(peek()) else { throw error("expected a digit in the exponent") }
            while isDigit(peek()) { position += 1 }
        }
        if isWhole, !overflow {
            if negative, magnitude <= UInt64(Int64.max) + 1 { return .integer(Int64(truncatingIfNeeded: 0 &- magnitude)) }
            if !negative, magnitude <= UInt64(Int64.max) { return .integer(Int64(magnitude)) }
        }
        guard position - start <= 512, let value = Double(try decode(start..<position)), value.isFinite else {
            throw JSONError("the number is out of range", at: start)
        }
        return .double(value)
    }

    // MARK: bytes

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private func peek() -> UInt8 { position < text.count ? text[position] : 0 }

    private mutating func skipRaw(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        skipBlanks()
        return skipRaw(byte)
    }

    private mutating func skipBlanks() {
        while position < text.count {
            let byte = text[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    private mutating func expect(_ word: StaticString) throws(JSONError) {
        for byte in word.description.utf8 {
            guard peek() == byte else { throw error("expected '\(word)', found \(found())") }
            position += 1
        }
    }

    private mutating func enter() throws(JSONError) {
        position += 1
        depthLeft -= 1
        if depthLeft < 0 { throw error("arrays and objects nest too deep") }
    }

    private func found() -> String {
        guard position < text.count else { return "the end" }
        let byte = text[position]
        return byte >= 0x21 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
    }

    private func error(_ message: String) -> JSONError { JSONError(message, at: position) }
}

/// Why a text is not JSON, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    public let message: String
    /// The byte offset.
    public let offset: Int

    init(_ message: String, at offset: Int) { (self.message, self.offset) = (message, offset) }

    public var description: String { "not JSON at byte \(offset): \(message)" }
}
