import Synchronization

/// Buffers in which packed bytes are put together before they are copied to a place of their own size: kept for the
/// next who needs one, because what is this large is slow to allocate.
final class ScratchBuffers: Sendable {
    static let shared = ScratchBuffers()

    /// What is larger than this is not kept.
    private static let longestKept = 64 << 10
    private static let mostKept = 8
    private static let usual = 4096

    /// Sendable although it holds a pointer: a buffer belongs to who has taken it, and to nobody else.
    struct Buffer: @unchecked Sendable {
        var start: UnsafeMutableRawPointer
        var capacity: Int

        init(capacity: Int) { (start, self.capacity) = (.allocate(byteCount: capacity, alignment: 8), capacity) }
    }

    private let free = Mutex<[Buffer]>([])

    func take() -> Buffer { free.withLock { $0.popLast() } ?? Buffer(capacity: Self.usual) }

    func giveBack(_ buffer: Buffer) {
        let isKept = buffer.capacity <= Self.longestKept && free.withLock { buffers in
            if buffers.count < Self.mostKept { buffers.append(buffer) } else { return false }
            return true
        }
        if !isKept { buffer.start.deallocate() }
    }
}
