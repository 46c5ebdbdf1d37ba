/// Bytes of JSON text as they are written.
struct TextBuffer: ~Copyable {
    private var start: UnsafeMutableRawPointer
    private var used = 0
    private var capacity = 256

    init() { start = .allocate(byteCount: capacity, alignment: 8) }

    deinit { start.deallocate() }

    var bytes: [UInt8] { Array(UnsafeRawBufferPointer(start: start, count: used)) }

    @inline(__always)
    private mutating func reserve(_ count: Int) { if used + count > capacity { grow(count) } }

    @inline(never)
    private mutating func grow(_ count: Int) {
        start = start.grown(&capacity, by: count, keeping: used)
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        start.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
        used += 1
    }

    mutating func append(_ text: StaticString) { append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)) }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (start + used).copyMemory(from: source, byteCount: bytes.count)
        used += bytes.count
    }

    mutating func append(_ value: Int64) {
        reserve(20)
        if value < 0 { append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let first = used
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        var digits = UnsafeMutableRawBufferPointer(start: start + first, count: used - first)
        digits.reverse()
    }

    /// The shortest digits that read back as the same double; JSON has no infinity, which becomes null.
    mutating func append(_ value: Double) {
        var text = value.isFinite ? value.description : "null"
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// A string with its quotes, what must be escaped escaped.
    mutating func appendQuoted(_ bytes: UnsafeRawBufferPointer) {
        reserve(bytes.count + 16)
        append(UInt8(ascii: "\""))
        guard let source = bytes.baseAddress else { return append(UInt8(ascii: "\"")) }
        var index = 0
        while index < bytes.count {
            // Runs without anything to escape are copied eight bytes at a time.
            if bytes.count - index >= 8 {
                let word = (source + index).loadUnaligned(as: UInt64.self)
                if SWAR.quoteEscapeOrControl(word) == 0 {
                    reserve(8)
                    (start + used).storeBytes(of: word, as: UInt64.self)
                    used += 8
                    index += 8
                    continue
                }
            }
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case 0..<0x20:
                append("\\u00")
                append(Self.digit(byte >> 4))
                append(Self.digit(byte & 15))
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
}
