/// Reads JSON text and writes packed bytes, in one pass.
///
/// Works on raw pointers because this is where a client's time goes; every read is bounded by `end`, every write by
/// `reserve`.
struct JSONPacker: ~Copyable {
    private let start: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    var cursor: UnsafePointer<UInt8>
    private let managedFields: JSONParser.ManagedFields

    private var out: UnsafeMutableRawPointer
    private var used = 0
    private var capacity: Int

    private let keys = KnownKeys.shared
    /// For each key the one that came after it last: documents of a kind repeat their order.
    private let following: UnsafeMutablePointer<UInt16>
    private var previous: Int

    private static let managedFieldsKey = FieldKey("managedFields").number
    private static let metadataKey = FieldKey("metadata").number

    init(_ text: UnsafeBufferPointer<UInt8>, _ managedFields: JSONParser.ManagedFields) {
        // An empty text has no base; any pointer does where nothing is read.
        start = text.baseAddress ?? UnsafePointer(bitPattern: 1)!
        end = start + text.count
        cursor = start
        self.managedFields = managedFields
        capacity = max(256, min(text.count, 1 << 16))
        out = .allocate(byteCount: capacity, alignment: 8)
        following = .allocate(capacity: keys.names.count + 1)
        following.initialize(repeating: UInt16(keys.names.count), count: keys.names.count + 1)
        previous = keys.names.count
    }

    deinit {
        out.deallocate()
        following.deallocate()
    }

    // MARK: whole documents

    /// Packs the value at the cursor by itself.
    /// - Parameter kind: added to an object that does not say its kind.
    mutating func document(
        depth: Int, parent: UInt16 = FieldKey.unknown, adding kind: ItemKind? = nil
    ) throws(JSONError) -> JSON {
        used = 0
        if let kind, peek() == UInt8(ascii: "{") {
            reserve(16)
            try packObject(depth: depth, parent: parent, adding: kind)
        } else {
            try pack(depth: depth, parent: parent)
        }
        let bytes = PackedBytes(copying: UnsafeRawBufferPointer(start: out, count: used))
        return withExtendedLifetime(bytes) { PackedReader.value(bytes.start, in: bytes) }
    }

    /// Reads a member's name, the cursor at its opening quote.
    mutating func name() throws(JSONError) -> String {
        guard skip(UInt8(ascii: "\"")) else { throw error("expected a member's name, found \(found())") }
        used = 0
        try copyString()
        return PackedReader.text(out, count: used)
    }

    // MARK: values

    private mutating func pack(depth: Int, parent: UInt16) throws(JSONError) {
        skipBlanks()
        reserve(16)
        switch peek() {
        case UInt8(ascii: "\""):
            cursor += 1
            try packString()
        case UInt8(ascii: "{"): try packObject(depth: depth, parent: parent)
        case UInt8(ascii: "["): try packArray(depth: depth, parent: parent)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try packNumber()
        case UInt8(ascii: "t"):
            try expect("true")
            write(PackedTag.true)
        case UInt8(ascii: "f"):
            try expect("false")
            write(PackedTag.false)
        case UInt8(ascii: "n"):
            try expect("null")
            write(PackedTag.null)
        default: throw error("expected a value, found \(found())")
        }
    }

    private mutating func packArray(depth: Int, parent: UInt16) throws(JSONError) {
        cursor += 1
        guard depth > 0 else { throw error("arrays and objects nest too deep") }
        skipBlanks()
        if skip(UInt8(ascii: "]")) { return write(PackedTag.emptyArray) }
        let header = used
        used += PackedTag.arrayHeader
        var count: UInt32 = 0
        repeat {
            try pack(depth: depth - 1, parent: parent)
            count += 1
            skipBlanks()
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "]")) else { throw error("expected ',' or ']', found \(found())") }
        out.storeBytes(of: PackedTag.array, toByteOffset: header, as: UInt8.self)
        out.storeBytes(of: UInt32(used - header - PackedTag.arrayHeader), toByteOffset: header + 1, as: UInt32.self)
        out.storeBytes(of: count, toByteOffset: header + 5, as: UInt32.self)
    }

    private mutating func packObject(
        depth: Int, parent: UInt16, adding kind: ItemKind? = nil
    ) throws(JSONError) {
        cursor += 1
        guard depth > 0 else { throw error("arrays and objects nest too deep") }
        skipBlanks()
        if skip(UInt8(ascii: "}")) { return write(PackedTag.emptyObject) }
        var saysItsKind = false
        let header = used
        used += PackedTag.objectHeader
        var names = RepeatedNames()
        var count = 0
        repeat {
            skipBlanks()
            guard skip(UInt8(ascii: "\"")) else { throw error("expected a member's name, found \(found())") }
            reserve(16)
            var member = used
            let key = try packKey()
            count += 1
            if kind != nil, key == ItemKind.key { saysItsKind = true }
            if names.mayRepeat(key, member, from: header, out) {
                let moved = RepeatedNames.removeEarlier(member, from: header, to: used, out)
                if moved > 0 { (member, used, count) = (member - moved, used - moved, count - 1) }
            }
            skipBlanks()
            guard skip(UInt8(ascii: ":")) else { throw error("expected ':', found \(found())") }
            if key == Self.managedFieldsKey, parent == Self.metadataKey, managedFields != .parsed {
                try packUnparsed(member: member, depth: depth - 1)
                if managedFields == .dropped { count -= 1 }
            } else {
                try pack(depth: depth - 1, parent: key)
            }
            skipBlanks()
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "}")) else { throw error("expected ',' or '}', found \(found())") }
        if let kind, !saysItsKind {
            reserve(kind.members.count)
            for byte in kind.members { write(byte) }
            count += 2
        }
        guard count <= MemberList.mostNames else { throw error("an object has too many members") }
        guard count > 0 else {
            used = header
            return write(PackedTag.emptyObject)
        }
        out.storeBytes(of: PackedTag.object, toByteOffset: header, as: UInt8.self)
        out.storeBytes(of: UInt32(used - header - PackedTag.objectHeader), toByteOffset: header + 1, as: UInt32.self)
        out.storeBytes(of: UInt16(count), toByteOffset: header + 5, as: UInt16.self)
    }

    /// Steps over a value and keeps its text, or nothing at all of the member.
    private mutating func packUnparsed(member: Int, depth: Int) throws(JSONError) {
        skipBlanks()
        let begin = cursor
        try step(depth: depth)
        if managedFields == .dropped {
            used = member
            return
        }
        let count = cursor - begin
        // The text is written as it stands, and lines of events must stay lines.
        if SWAR.contains(0x0A, begin, count) {
            cursor = begin
            return try pack(depth: depth, parent: Self.managedFieldsKey)
        }
        reserve(count + 16)
        write(PackedTag.raw)
        write(UInt32(count))
        (out + used).copyMemory(from: begin, byteCount: count)
        used += count
    }

    // MARK: names

    /// Packs a member's name, the cursor behind its opening quote; returns its number, `FieldKey.unknown` for a
    /// custom one.
    @inline(__always)
    private mutating func packKey() throws(JSONError) -> UInt16 {
        if end - cursor >= keys.longest + 16 {
            let a = load(cursor)
            let b = load(cursor + 8)
            let guess = Int(following[previous])
            if guess < keys.names.count, keys.texts[guess].matches(a, b, cursor) {
                return take(UInt16(guess))
            }
            if let length = plainLength(a, b) {
                let (x, y) = (a & SWAR.mask(length), b & SWAR.mask(length - 8))
                if let number = keys.number(x, y, length, at: cursor) {
                    following[previous] = number
                    return take(number)
                }
            }
        }
        return try packCustomName()
    }

    @inline(__always)
    private mutating func take(_ number: UInt16) -> UInt16 {
        previous = Int(number)
        cursor += keys.texts[Int(number)].length
        out.storeBytes(of: number, toByteOffset: used, as: UInt16.self)
        used += 2
        return number
    }

    /// The length of the name at the cursor with its closing quote, where it is plain ASCII and not longer than the
    /// longest known one; `a` and `b` are its first sixteen bytes.
    @inline(__always)
    private func plainLength(_ a: UInt64, _ b: UInt64) -> Int? {
        var stop = SWAR.special(a)
        var offset = 0
        if stop == 0 {
            stop = SWAR.special(b)
            offset = 8
            while stop == 0, offset < keys.longest {
                offset += 8
                stop = SWAR.special(load(cursor + offset))
            }
            if stop == 0 { return nil }
        }
        let position = offset + stop.trailingZeroBitCount / 8
        return cursor[position] == UInt8(ascii: "\"") ? position + 1 : nil
    }

    /// A name that is not known, or stands where it cannot be looked at sixteen bytes at once.
    private mutating func packCustomName() throws(JSONError) -> UInt16 {
        let member = used
        used += 2
        let begin = used
        try copyString()
        let count = used - begin
        guard count <= PackedTag.longestName else { throw error("a member's name is longer than 32,767 bytes") }
        if let number = keys.number(of: PackedReader.text(out + begin, count: count)) {
            used = begin
            out.storeBytes(of: number, toByteOffset: member, as: UInt16.self)
            following[previous] = number
            previous = Int(number)
            return number
        }
        out.storeBytes(of: UInt16(count) | PackedTag.customName, toByteOffset: member, as: UInt16.self)
        return FieldKey.unknown
    }

    // MARK: strings

    /// Packs a string, the cursor behind its opening quote.
    @inline(__always)
    private mutating func packString() throws(JSONError) {
        let header = used
        out.storeBytes(of: PackedTag.string8, toByteOffset: header, as: UInt8.self)
        used += 2
        let begin = used
        try copyString()
        let count = used - begin
        if count < 256 {
            out.storeBytes(of: UInt8(count), toByteOffset: header + 1, as: UInt8.self)
        } else {
            // Long strings are rare: the bytes move to make room for the longer length.
            reserve(8)
            (out + begin + 3).copyMemory(from: out + begin, byteCount: count)
            out.storeBytes(of: PackedTag.string32, toByteOffset: header, as: UInt8.self)
            out.storeBytes(of: UInt32(count), toByteOffset: header + 1, as: UInt32.self)
            used += 3
        }
    }

    /// Copies a string's bytes up to its closing quote, escapes resolved, and checks them.
    @inline(__always)
    private mutating func copyString() throws(JSONError) {
        let begin = used
        var foreign: UInt64 = 0
        while end - cursor >= 8 {
            reserve(16)
            let word = load(cursor)
            (out + used).storeBytes(of: word, as: UInt64.self)
            let stop = SWAR.quoteEscapeOrControl(word)
            if stop == 0 {
                foreign |= word
                cursor += 8
                used += 8
                continue
            }
            let plain = stop.trailingZeroBitCount / 8
            foreign |= word & SWAR.mask(plain)
            cursor += plain
            used += plain
            if cursor.pointee == UInt8(ascii: "\"") {
                cursor += 1
                if foreign & SWAR.highs != 0 { try checkUTF8(from: begin) }
                return
            }
            break
        }
        try copyRestOfString(from: begin)
    }

    /// The slow way: escapes, the text's last bytes, control characters.
    private mutating func copyRestOfString(from begin: Int) throws(JSONError) {
        while cursor < end {
            let byte = cursor.pointee
            cursor += 1
            switch byte {
            case UInt8(ascii: "\""): return try checkUTF8(from: begin)
            case UInt8(ascii: "\\"): try copyEscape()
            case 0..<0x20:
                cursor -= 1
                throw error("a control character must be escaped in a string")
            default:
                reserve(16)
                write(byte)
            }
        }
        throw error("the string does not end")
    }

    private func checkUTF8(from begin: Int) throws(JSONError) {
        let bytes = UnsafeBufferPointer(
            start: (out + begin).assumingMemoryBound(to: UInt8.self), count: used - begin)
        do {
            _ = try UTF8Span(validating: Span(_unsafeElements: bytes))
        } catch {
            throw self.error("the string is not valid UTF-8")
        }
    }

    private mutating func copyEscape() throws(JSONError) {
        reserve(16)
        let byte = peek()
        cursor += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): write(byte)
        case UInt8(ascii: "b"): write(0x08 as UInt8)
        case UInt8(ascii: "f"): write(0x0C as UInt8)
        case UInt8(ascii: "n"): write(0x0A as UInt8)
        case UInt8(ascii: "r"): write(0x0D as UInt8)
        case UInt8(ascii: "t"): write(0x09 as UInt8)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800..<0xDC00).contains(code) {
                guard end - cursor >= 2, cursor[0] == UInt8(ascii: "\\"), cursor[1] == UInt8(ascii: "u") else {
                    throw error("a high surrogate stands alone")
                }
                cursor += 2
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw error("a high surrogate stands alone") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("a low surrogate stands alone") }
            for byte in UTF8.encode(scalar) ?? UTF8.EncodedScalar() { write(byte) }
        default: throw error("unknown escape")
        }
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            let byte = peek()
            cursor += cursor < end ? 1 : 0
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

    private mutating func packNumber() throws(JSONError) {
        let begin = cursor
        let negative = skip(UInt8(ascii: "-"))
        let firstDigit = cursor
        var magnitude: UInt64 = 0
        var overflow = false
        while cursor < end, case let digit = cursor.pointee &- UInt8(ascii: "0"), digit < 10 {
            let (product, over1) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, over2) = product.addingReportingOverflow(UInt64(digit))
            overflow = overflow || over1 || over2
            magnitude = sum
            cursor += 1
        }
        guard cursor > firstDigit else { throw error("expected a digit, found \(found())") }
        if firstDigit.pointee == UInt8(ascii: "0"), cursor - firstDigit > 1 { throw error("a number has a leading zero") }
        let next = peek()
        if next != UInt8(ascii: "."), next | 0x20 != UInt8(ascii: "e"), !overflow {
            if !negative, magnitude <= UInt64(Int64.max) { return write(integer: Int64(magnitude)) }
            if negative, magnitude <= UInt64(Int64.max) + 1 {
                return write(integer: Int64(truncatingIfNeeded: 0 &- magnitude))
            }
        }
        try packDouble(from: begin)
    }

    private mutating func packDouble(from begin: UnsafePointer<UInt8>) throws(JSONError) {
        if skip(UInt8(ascii: ".")) { try digits("expected a digit after '.'") }
        if peek() | 0x20 == UInt8(ascii: "e") {
            cursor += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { cursor += 1 }
            try digits("expected a digit in the exponent")
        }
        let text = UnsafeRawBufferPointer(start: begin, count: cursor - begin)
        guard text.count <= 512, let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else {
            throw JSONError("the number is out of range", at: begin - start)
        }
        write(PackedTag.double)
        out.storeBytes(of: value.bitPattern, toByteOffset: used, as: UInt64.self)
        used += 8
    }

    private mutating func digits(_ expectation: String) throws(JSONError) {
        let first = cursor
        while cursor < end, cursor.pointee &- UInt8(ascii: "0") < 10 { cursor += 1 }
        if cursor == first { throw error(expectation) }
    }

    @inline(__always)
    private mutating func write(integer value: Int64) {
        if let small = Int8(exactly: value) {
            write(PackedTag.int8)
            out.storeBytes(of: small, toByteOffset: used, as: Int8.self)
            used += 1
        } else if let middle = Int32(exactly: value) {
            write(PackedTag.int32)
            out.storeBytes(of: middle, toByteOffset: used, as: Int32.self)
            used += 4
        } else {
            write(PackedTag.int64)
            out.storeBytes(of: value, toByteOffset: used, as: Int64.self)
            used += 8
        }
    }

    // MARK: stepping over

    /// Steps over a value, checking its syntax, without writing.
    private mutating func step(depth: Int) throws(JSONError) {
        skipBlanks()
        switch peek() {
        case UInt8(ascii: "\""):
            cursor += 1
            try stepString()
        case UInt8(ascii: "{"):
            cursor += 1
            guard depth > 0 else { throw error("arrays and objects nest too deep") }
            skipBlanks()
            if skip(UInt8(ascii: "}")) { return }
            repeat {
                skipBlanks()
                guard skip(UInt8(ascii: "\"")) else { throw error("expected a member's name, found \(found())") }
                try stepString()
                skipBlanks()
                guard skip(UInt8(ascii: ":")) else { throw error("expected ':', found \(found())") }
                try step(depth: depth - 1)
                skipBlanks()
            } while skip(UInt8(ascii: ","))
            guard skip(UInt8(ascii: "}")) else { throw error("expected ',' or '}', found \(found())") }
        case UInt8(ascii: "["):
            cursor += 1
            guard depth > 0 else { throw error("arrays and objects nest too deep") }
            skipBlanks()
            if skip(UInt8(ascii: "]")) { return }
            repeat {
                try step(depth: depth - 1)
                skipBlanks()
            } while skip(UInt8(ascii: ","))
            guard skip(UInt8(ascii: "]")) else { throw error("expected ',' or ']', found \(found())") }
        default:
            // Scalars are few here: packed, and the bytes forgotten.
            let before = used
            try pack(depth: depth, parent: FieldKey.unknown)
            used = before
        }
    }

    @inline(__always)
    private mutating func stepString() throws(JSONError) {
        while end - cursor >= 8 {
            let word = load(cursor)
            let stop = SWAR.special(word)
            if stop == 0 {
                cursor += 8
                continue
            }
            let position = stop.trailingZeroBitCount / 8
            guard cursor[position] == UInt8(ascii: "\"") else { break }
            cursor += position + 1
            return
        }
        // Escapes, other than ASCII, the text's last bytes: checked the slow way, and forgotten.
        let before = used
        try copyRestOfString(from: before)
        used = before
    }

    // MARK: bytes

    @inline(__always)
    private func load(_ pointer: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self))
    }

    @inline(__always)
    func peek() -> UInt8 { cursor < end ? cursor.pointee : 0 }

    @inline(__always)
    mutating func skip(_ byte: UInt8) -> Bool {
        guard cursor < end, cursor.pointee == byte else { return false }
        cursor += 1
        return true
    }

    @inline(__always)
    mutating func skipBlanks() {
        while cursor < end {
            let byte = cursor.pointee
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            cursor += 1
        }
    }

    private mutating func expect(_ word: StaticString) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard peek() == word.utf8Start[index] else { throw error("expected '\(word)', found \(found())") }
            cursor += 1
        }
    }

    /// Makes room for `count` more bytes.
    @inline(__always)
    private mutating func reserve(_ count: Int) { if used + count > capacity { grow(count) } }

    @inline(never)
    private mutating func grow(_ count: Int) {
        capacity = max(capacity * 2, used + count)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        larger.copyMemory(from: out, byteCount: used)
        out.deallocate()
        out = larger
    }

    @inline(__always)
    private mutating func write(_ byte: UInt8) {
        out.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
        used += 1
    }

    @inline(__always)
    private mutating func write(_ value: UInt32) {
        out.storeBytes(of: value, toByteOffset: used, as: UInt32.self)
        used += 4
    }

    // MARK: errors

    /// Nothing may follow the outermost value.
    mutating func expectEnd() throws(JSONError) {
        skipBlanks()
        if cursor < end { throw error("unexpected \(found()) after the value") }
    }

    /// Where the cursor is in the text.
    var offset: Int {
        get { cursor - start }
        set { cursor = start + newValue }
    }

    func found() -> String {
        guard cursor < end else { return "the end" }
        let byte = cursor.pointee
        return byte >= 0x21 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
    }

    func error(_ message: String) -> JSONError { JSONError(message, at: min(cursor, end) - start) }
}
