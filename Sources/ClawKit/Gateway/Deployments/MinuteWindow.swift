import ClawBase

/// What was used in the last minute, in six parts of ten seconds: requests or tokens, against a deployment's own limits.
struct MinuteWindow: Sendable, Hashable {
    private static let part: Int64 = 10_000_000_000
    private var parts: (Int64, Int64, Int64, Int64, Int64, Int64) = (0, 0, 0, 0, 0, 0)
    /// The number of the newest part since 1970.
    private var newest: Int64 = 0

    mutating func add(_ count: Int64, now: Timestamp) {
        roll(now)
        let place = Int(newest % 6)
        withParts { $0[place] += count }
    }

    /// In the last 50 to 60 seconds.
    mutating func sum(now: Timestamp) -> Int64 {
        roll(now)
        return withParts { $0.reduce(0, +) }
    }

    private mutating func roll(_ now: Timestamp) {
        let number = now.nanoseconds / Self.part
        guard number > newest else { return }
        let passed = min(6, number - newest)
        withParts { parts in
            for step in 0..<passed { parts[Int((number - step) % 6)] = 0 }
        }
        newest = number
    }

    private mutating func withParts<R>(_ body: (UnsafeMutableBufferPointer<Int64>) -> R) -> R {
        withUnsafeMutableBytes(of: &parts) { body($0.bindMemory(to: Int64.self)) }
    }

    static func == (a: Self, b: Self) -> Bool { a.parts == b.parts && a.newest == b.newest }
    func hash(into hasher: inout Hasher) { hasher.combine(newest) }
}
