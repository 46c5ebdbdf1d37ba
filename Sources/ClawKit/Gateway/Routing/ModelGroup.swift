import ClawBase
import Synchronization

/// A model's deployments, what is known of each, and how one is chosen. Shared by all requests for the model.
final class ModelGroup: Sendable {
    private struct State {
        var table: RouteTable
        var retries: RetryBudget
        /// The group that took its place, and where each deployment is there.
        var successor: (group: ModelGroup, places: [Int: Int])?
    }

    /// What clients ask for.
    let alias: String
    /// What metrics and lists call it: the alias, or the pattern that it was made for.
    let label: String
    let deployments: [Deployment]
    let policy: RoutePolicy
    private let state: Mutex<State>

    init(
        _ route: ModelRoute, label: String? = nil, known: [Int: DeploymentState] = [:],
        prefixes: PrefixAffinity = PrefixAffinity()
    ) {
        (alias, deployments, policy) = (route.alias, route.deployments, route.policy)
        self.label = label ?? route.alias
        var rules = route.policy.breaker
        if route.deployments.count == 1, route.policy.fallbacks.isEmpty {
            // To shut the only way out helps nobody; only the upstream's own word does.
            (rules.failuresInRow, rules.failurePercent) = (.max, 101)
        }
        state = Mutex(
            State(
                table: RouteTable(
                    route.deployments.map(\.traits), names: route.deployments.map(\.name),
                    strategy: route.policy.strategy, rules: rules, known: known, prefixes: prefixes),
                retries: RetryBudget()))
    }

    /// A new request comes.
    func arrive() { state.withLock { $0.retries.earn() } }

    /// Whether an extra attempt may be made.
    func mayRetry() -> Bool { state.withLock { $0.retries.spend() } }

    func choose(_ question: RouteQuestion, now: Timestamp) -> RouteTable.Choice {
        var random = Chance.generator
        let (choice, successor) = state.withLock { state in
            (state.table.choose(question, now: now, using: &random), state.successor)
        }
        if let successor, let index = choice.deployment.flatMap({ successor.places[$0] }) {
            successor.group.begin(index, question, now: now)
        }
        return choice
    }

    /// Counts a request as under way that a group which this one has replaced has sent.
    private func begin(_ deployment: Int, _ question: RouteQuestion, now: Timestamp) {
        let successor = state.withLock { state in
            state.table.begin(deployment, question, now: now)
            return state.successor
        }
        if let successor, let index = successor.places[deployment] {
            successor.group.begin(index, question, now: now)
        }
    }

    func end(_ deployment: Int, _ verdict: AttemptVerdict, now: Timestamp) {
        let successor = state.withLock { state in
            state.table.end(deployment, verdict, now: now)
            return state.successor
        }
        if let successor, let index = successor.places[deployment] {
            successor.group.end(index, verdict, now: now)
        }
    }

    /// Takes a deployment out of service, and says why; nil: back.
    func complain(_ deployment: Int, _ complaint: String?) {
        let successor = state.withLock { state in
            state.table.complain(deployment, complaint)
            return state.successor
        }
        if let successor, let index = successor.places[deployment] { successor.group.complain(index, complaint) }
    }

    /// How each deployment is now.
    func conditions(now: Timestamp) -> [DeploymentCondition] {
        let states = state.withLock { $0.table.deployments }
        return zip(deployments, states).map { deployment, state in
            DeploymentCondition(deployment, state, now: now)
        }
    }

    /// Makes the group that takes this one's place. It knows what this one knows of the deployments that stay, and is
    /// told of what becomes of requests under way.
    func replaced(by route: ModelRoute, label: String? = nil) -> ModelGroup {
        state.withLock { state in
            var (places, known): ([Int: Int], [Int: DeploymentState]) = ([:], [:])
            for (index, deployment) in route.deployments.enumerated() {
                let old = deployments.indices.first {
                    places[$0] == nil && deployments[$0].origin != nil && deployments[$0].origin == deployment.origin
                }
                guard let old else { continue }
                places[old] = index
                known[index] = state.table.deployments[old]
            }
            let group = ModelGroup(
                route, label: label, known: known, prefixes: state.table.prefixes.moved(places))
            state.successor = (group, places)
            return group
        }
    }
}
