import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The system's randomness, fetched for many at a time: a call into the kernel for each number costs more than all that
/// is done with it.
final class EntropyPool: Sendable {
    static let shared = EntropyPool()

    /// `getentropy` gives no more than 256 bytes at once.
    private static let words = 32

    private let left = Mutex<[UInt64]>([])

    func next() -> (UInt64, UInt64) {
        left.withLock { words in
            if words.count < 2 { words = Self.fetch() }
            return (words.removeLast(), words.removeLast())
        }
    }

    private static func fetch() -> [UInt64] {
        [UInt64](unsafeUninitializedCapacity: words) { buffer, count in
            count = words
            if getentropy(buffer.baseAddress, words * MemoryLayout<UInt64>.size) == 0 { return }
            // A kernel without it: the standard library knows another way.
            for index in 0..<words { buffer.initializeElement(at: index, to: .random(in: .min ... .max)) }
        }
    }
}
