import Synchronization

/// Bounds how much retries add to the traffic, so that they do not keep down a server that is down.
///
/// Each request earns a fraction of a retry, up to a reserve; each retry spends one.
public final class RetryBudget: Sendable {
    private let perRequest: Double
    private let reserve: Double
    private let balance: Mutex<Double>

    /// - Parameters:
    ///   - perRequest: retries earned by a request: 0.2 lets retries add a fifth.
    ///   - reserve: retries at hand at the start, and at most.
    public init(perRequest: Double = 0.2, reserve: Double = 20) {
        self.perRequest = perRequest
        self.reserve = reserve
        balance = Mutex(reserve)
    }

    func earn() { balance.withLock { $0 = min(reserve, $0 + perRequest) } }

    /// - Returns: whether a retry may be made.
    func spend() -> Bool {
        balance.withLock { balance in
            guard balance >= 1 else { return false }
            balance -= 1
            return true
        }
    }
}
