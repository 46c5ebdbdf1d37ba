/// Tries exchanges again as a policy says, within a budget. What was read of a response is never read twice: only an
/// exchange whose head has not been handed on is repeated.
public struct RetryingTransport: Transport {
    private let inner: any Transport
    private let policy: RetryPolicy
    private let budget: RetryBudget
    private let time: any TimeSource

    public init(
        _ inner: some Transport, _ policy: RetryPolicy = RetryPolicy(), budget: RetryBudget = RetryBudget(),
        time: some TimeSource = .system
    ) {
        self.inner = inner
        self.policy = policy
        self.budget = budget
        self.time = time
    }

    public func send(_ request: Request) async throws -> Response {
        budget.earn()
        var attempt = 1
        while true {
            let delay: Duration
            do {
                let response = try await inner.send(request)
                guard
                    let wait = policy.delay(after: response.head, to: request, attempt: attempt, now: time.now),
                    budget.spend()
                else { return response }
                await Self.drain(response)
                delay = wait
            } catch {
                // A cancelled exchange may end with any error.
                try Task.checkCancellation()
                guard let wait = policy.delay(after: error, to: request, attempt: attempt), budget.spend() else {
                    throw error
                }
                delay = wait
            }
            try await time.sleep(for: delay)
            attempt += 1
        }
    }

    /// Reads a short body to its end: dropping it unread would cost an HTTP/1.1 connection.
    private static func drain(_ response: Response) async {
        guard let length = response.body.length, length <= 64 * 1024 else { return }
        _ = try? await response.body.collect(limit: 64 * 1024)
    }
}

extension Transport {
    /// Tries idempotent requests again after 429, 5xx and a lost connection.
    public func retrying(
        _ policy: RetryPolicy = RetryPolicy(), budget: RetryBudget = RetryBudget(), time: some TimeSource = .system
    ) -> RetryingTransport {
        RetryingTransport(self, policy, budget: budget, time: time)
    }
}
