import Synchronization

/// Where chance comes from: back-off jitter, generated names, identifiers. Nothing secret is made of it.
///
/// Everywhere the system's own generator, except within ``withSeed(_:_:)``, where a seed decides, so that a run of many
/// tasks can be repeated. It is a task-local value: what the body starts has it too.
public enum Chance {
    @TaskLocal private static var seeded: Seeded?

    private final class Seeded: Sendable {
        private let generator: Mutex<SplitMix64>
        init(_ seed: UInt64) { generator = Mutex(SplitMix64(seed: seed)) }
        func next() -> UInt64 { generator.withLock { $0.next() } }
    }

    /// Runs `body` with chance from a seed.
    public static func withSeed<T>(_ seed: UInt64, _ body: () async throws -> T) async rethrows -> T {
        try await $seeded.withValue(Seeded(seed)) { try await body() }
    }

    /// The generator in force.
    public struct Generator: RandomNumberGenerator, Sendable {
        private let seeded: Seeded?
        fileprivate init() { seeded = Chance.seeded }
        public mutating func next() -> UInt64 { seeded?.next() ?? UInt64.random(in: .min ... .max) }
    }

    public static var generator: Generator { Generator() }

    public static func number(in range: ClosedRange<Int>) -> Int {
        var generator = generator
        return Int.random(in: range, using: &generator)
    }

    /// From 0 up to 1.
    public static func unit() -> Double {
        var generator = generator
        return Double.random(in: 0...1, using: &generator)
    }

    /// A version 4 UUID in lower case (RFC 9562, section 5.4).
    public static func uuid() -> String {
        let (first, second) = seeded.map { ($0.next(), $0.next()) } ?? EntropyPool.shared.next()
        let high = first & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = second & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { text in
            var count = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    text[count] = UInt8(ascii: "-")
                    count += 1
                }
                let value = UInt8(truncatingIfNeeded: (digit < 16 ? high : low) >> UInt64(60 - digit % 16 * 4)) & 15
                text[count] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
                count += 1
            }
            return count
        }
    }
}
