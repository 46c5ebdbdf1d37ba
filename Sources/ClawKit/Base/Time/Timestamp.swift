/// A moment: nanoseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Sendable, Hashable, Comparable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    public init(seconds: Int64) { nanoseconds = seconds * 1_000_000_000 }

    public var seconds: Int64 { nanoseconds.flooringDivision(by: 1_000_000_000) }

    public static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }
    public static func + (moment: Self, duration: Duration) -> Self {
        Timestamp(nanoseconds: moment.nanoseconds + duration.nanoseconds)
    }
    public static func - (moment: Self, duration: Duration) -> Self {
        Timestamp(nanoseconds: moment.nanoseconds - duration.nanoseconds)
    }
    public static func - (a: Self, b: Self) -> Duration { .nanoseconds(a.nanoseconds - b.nanoseconds) }
}

extension Duration {
    /// Whole nanoseconds; durations beyond 292 years saturate.
    public var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max) : product &+ attoseconds / 1_000_000_000
    }

    /// In seconds, for people and metrics.
    public var inSeconds: Double { Double(nanoseconds) / 1e9 }
}

extension Int64 {
    func flooringDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
