import ClawBase
import Synchronization

/// A model's deployments, what is known of each, and how one is chosen. Shared by all requests for the model.
final class ModelGroup: Sendable {
    private struct State {
        var table: RouteTable
        var retries: RetryBudget
    }

    let alias: String
    let deployments: [Deployment]
    let policy: RoutePolicy
    private let state: Mutex<State>

    init(_ route: ModelRoute) {
        (alias, deployments, policy) = (route.alias, route.deployments, route.policy)
        var rules = route.breaker
        if route.deployments.count == 1, route.policy.fallbacks.isEmpty {
            // To shut the only way out helps nobody; only the upstream's own word does.
            (rules.failuresInRow, rules.failurePercent) = (.max, 101)
        }
        state = Mutex(
            State(
                table: RouteTable(route.deployments.map(\.traits), strategy: route.policy.strategy, rules: rules),
                retries: RetryBudget()))
    }

    /// A new request comes.
    func arrive() { state.withLock { $0.retries.earn() } }

    /// Whether an extra attempt may be made.
    func mayRetry() -> Bool { state.withLock { $0.retries.spend() } }

    func choose(_ question: RouteQuestion, now: Timestamp) -> RouteTable.Choice {
        var random = Chance.generator
        return state.withLock { $0.table.choose(question, now: now, using: &random) }
    }

    func end(_ deployment: Int, _ verdict: AttemptVerdict, now: Timestamp) {
        state.withLock { $0.table.end(deployment, verdict, now: now) }
    }
}
