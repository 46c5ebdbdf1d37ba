import ClawDocuments

/// Writes JSON text front to back, without a tree: commas are its own doing.
struct JSONText: Sendable {
    private(set) var bytes: [UInt8]
    private var needsComma = false

    init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    init(appendingTo bytes: consuming [UInt8]) { self.bytes = bytes }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    mutating func beginObject() { open(UInt8(ascii: "{")) }
    mutating func beginArray() { open(UInt8(ascii: "[")) }
    mutating func endObject() { close(UInt8(ascii: "}")) }
    mutating func endArray() { close(UInt8(ascii: "]")) }

    mutating func beginObject(_ name: StaticString) {
        key(name)
        beginObject()
    }

    mutating func beginArray(_ name: StaticString) {
        key(name)
        beginArray()
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    /// A member's name; its value must follow. Names need no escaping.
    mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func key(name: String) {
        separate()
        Self.quote(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func value(_ text: String) {
        separate()
        Self.quote(text, to: &bytes)
    }

    mutating func value(_ number: Int) { raw(String(number)) }
    mutating func value(_ number: Double) { raw(number.isFinite ? number.description : "null") }
    mutating func value(_ flag: Bool) { raw(flag ? "true" : "false") }
    mutating func null() { raw("null") }

    mutating func value(_ json: JSON) {
        separate()
        bytes += json.bytes()
    }

    /// Text that is JSON already.
    mutating func raw(_ text: String) {
        separate()
        bytes += text.utf8
    }

    // MARK: members, left out where nil

    mutating func put(_ name: StaticString, _ text: String?) {
        guard let text else { return }
        key(name)
        value(text)
    }

    mutating func put(_ name: StaticString, _ number: Int?) {
        guard let number else { return }
        key(name)
        value(number)
    }

    mutating func put(_ name: StaticString, _ number: Double?) {
        guard let number else { return }
        key(name)
        value(number)
    }

    mutating func put(_ name: StaticString, _ flag: Bool?) {
        guard let flag else { return }
        key(name)
        value(flag)
    }

    mutating func put(_ name: StaticString, _ json: JSON?) {
        guard let json else { return }
        key(name)
        value(json)
    }

    mutating func put(_ name: StaticString, raw text: String) {
        key(name)
        raw(text)
    }

    mutating func putNull(_ name: StaticString) {
        key(name)
        null()
    }

    /// Members of an object that the text does not have yet.
    mutating func put(_ members: JSONObject?) {
        for (name, value) in members ?? [:] {
            key(name: name)
            self.value(value)
        }
    }

    // MARK: strings

    /// Appends a string with its quotes, what must be escaped escaped.
    static func quote(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { source in
            bytes.append(UInt8(ascii: "\""))
            var copied = 0
            for index in source.indices {
                let byte = source[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[copied..<index]))
                copied = index + 1
                escape(byte, to: &bytes)
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[copied...]))
            bytes.append(UInt8(ascii: "\""))
        }
    }

    private static func escape(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            bytes += [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")]
            bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        default: bytes.append(byte)
        }
    }
}
