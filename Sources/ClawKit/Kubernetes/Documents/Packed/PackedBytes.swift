/// The bytes of one parsed document, shared by all views into it: one allocation, with the bytes behind its header.
///
/// Sendable because the bytes are written once, before the value is handed out, and never again.
struct PackedBytes: @unchecked Sendable {
    private let buffer: ManagedBuffer<Void, UInt8>

    init(copying bytes: UnsafeRawBufferPointer) {
        buffer = .create(minimumCapacity: bytes.count) { _ in }
        guard let source = bytes.baseAddress else { return }
        buffer.withUnsafeMutablePointerToElements { pointer in
            UnsafeMutableRawPointer(pointer).copyMemory(from: source, byteCount: bytes.count)
        }
    }

    /// Valid while this value lives: callers keep it alive around the use.
    @inline(__always)
    var start: UnsafeRawPointer { buffer.withUnsafeMutablePointerToElements { UnsafeRawPointer($0) } }

    static func === (a: Self, b: Self) -> Bool { a.buffer === b.buffer }
}
