import ClawBase

/// How much extra load retries and hedges may make: a part of the requests, and a few at any time. So an upstream that
/// fails is not asked twice as often for it.
struct RetryBudget: Sendable, Hashable {
    /// Earned by each request, in hundredths of an attempt.
    private let percent: Int
    private let most: Int
    private var hundredths: Int

    /// - Parameters:
    ///   - percent: extra attempts per hundred requests.
    ///   - reserve: how many may be saved up, and are there at the start.
    init(percent: Int = 20, reserve: Int = 10) {
        self.percent = percent
        most = reserve * 100
        hundredths = most
    }

    mutating func earn() { hundredths = min(most, hundredths + percent) }

    /// Whether one more attempt may be made; it is paid for then.
    mutating func spend() -> Bool {
        guard hundredths >= 100 else { return false }
        hundredths -= 100
        return true
    }
}
