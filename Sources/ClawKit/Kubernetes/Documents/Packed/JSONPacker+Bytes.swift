/// The cursor in the text, the room for what is written, and what is said of mistakes.
extension JSONPacker {
    @inline(__always)
    func load(_ pointer: UnsafePointer<UInt8>) -> UInt64 {
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

    mutating func expect(_ word: StaticString) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard peek() == word.utf8Start[index] else { throw error("expected '\(word)', found \(found())") }
            cursor += 1
        }
    }

    /// Makes room for `count` more bytes.
    @inline(__always)
    mutating func reserve(_ count: Int) { if used + count > capacity { grow(count) } }

    @inline(never)
    mutating func grow(_ count: Int) {
        out = out.grown(&capacity, by: count, keeping: used)
    }

    @inline(__always)
    mutating func write(_ byte: UInt8) {
        out.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
        used += 1
    }

    @inline(__always)
    mutating func write(_ value: UInt32) {
        out.storeBytes(of: value, toByteOffset: used, as: UInt32.self)
        used += 4
    }

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
