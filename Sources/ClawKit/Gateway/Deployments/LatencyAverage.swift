import ClawBase

/// How long a deployment takes to its first token: a moving average which bad news moves at once and good news slowly,
/// and which forgets with time, so that a deployment that was slow is tried again (peak EWMA, as Finagle's).
struct LatencyAverage: Sendable, Hashable {
    private var nanoseconds = 0.0
    private var at: Timestamp?
    /// After this time without news two thirds are forgotten.
    private static let decay = 10e9

    /// In seconds; 0 where nothing is known.
    func value(now: Timestamp) -> Double {
        guard let at else { return 0 }
        return nanoseconds * Self.weight(now - at) / 1e9
    }

    mutating func note(_ latency: Duration, now: Timestamp) {
        let sample = Double(latency.nanoseconds)
        let old = at.map { nanoseconds * Self.weight(now - $0) } ?? 0
        if sample >= old {
            nanoseconds = sample
        } else {
            let weight = at.map { Self.weight(now - $0) } ?? 0
            nanoseconds = nanoseconds * weight * 0.7 + sample * (1 - weight * 0.7)
        }
        at = now
    }

    /// e^(-t/decay), without the C library: enough of its series, squared.
    private static func weight(_ age: Duration) -> Double {
        let x = max(0, Double(age.nanoseconds) / decay)
        if x > 30 { return 0 }
        var part = 1 - x / 1024
        for _ in 0..<10 { part *= part }
        return part
    }
}
