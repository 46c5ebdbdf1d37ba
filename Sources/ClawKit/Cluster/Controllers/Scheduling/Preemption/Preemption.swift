import ClawControl
import ClawKubernetes
import ClawModels

/// Which pods are to make room for one that comes before them.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/>
enum Preemption: Sendable {
    struct Victim: Sendable, Equatable {
        let uid: String
        let key: ObjectKey
    }

    case victims([Victim], node: String)
    /// kube-scheduler's message.
    case none(String)
}

/// How many of its pods a disruption budget lets go just now.
struct EvictionBudget: Sendable {
    let namespace: String
    let query: LabelQuery
    var allowed: Int

    init?(_ budget: PodDisruptionBudget) {
        // An absent selector means no pods, an empty one all of the namespace.
        guard let selector = budget.spec?.selector, let query = try? LabelQuery(selector) else { return nil }
        (namespace, self.query) = (budget.namespace ?? "", query)
        allowed = budget.status?.disruptionsAllowed ?? 0
    }
}

/// One node's pods that would have to go.
struct PreemptionCandidate {
    let node: String
    /// The most important first.
    let victims: [(uid: String, pod: PlacedPod)]
    /// How many of them a budget keeps.
    let violations: Int

    private var highest: Int { victims.first?.pod.priority ?? 0 }

    /// The fewest broken budgets; then the least important victims, in the highest and in sum; then the fewest; then the
    /// youngest.
    static func precedes(_ a: Self, _ b: Self) -> Bool {
        func rank(_ candidate: Self) -> [Int] {
            let sum = candidate.victims.reduce(0) { $0 + $1.pod.priority + Int(Int32.max) + 1 }
            return [candidate.violations, candidate.highest, sum, candidate.victims.count]
        }
        let (first, second) = (rank(a), rank(b))
        if first != second { return first.lexicographicallyPrecedes(second) }
        if a.earliest != b.earliest { return a.earliest > b.earliest }
        return a.node < b.node
    }

    /// When the oldest of its most important victims began.
    private var earliest: String { victims.filter { $0.pod.priority == highest }.map(\.pod.start).min() ?? "" }
}
