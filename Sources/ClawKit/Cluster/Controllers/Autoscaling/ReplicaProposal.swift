import ClawBase
import ClawDocuments
import ClawModels

/// How many replicas a metric asks for. Pure.
/// <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details>
struct ReplicaProposal: Sendable, Hashable {
    var replicas: Int
    /// What is reported: in thousandths.
    var average: Int
    /// In percent of the requests.
    var utilization: Int?
}

struct AutoscalerProblem: Error, Hashable { let text: String }

/// A ratio of use to target within these is as good as 1.
struct ScalingTolerance: Sendable, Hashable {
    var down = 0.1
    var up = 0.1
    func contains(_ ratio: Double) -> Bool { 1 - down <= ratio && ratio <= 1 + up }
}

/// Pods by what is known of their use.
struct MeasuredPods: Sendable {
    /// In thousandths, by the pod's name.
    private(set) var ready: [String: Int] = [:]
    private(set) var unready: [Pod] = []
    private(set) var missing: [Pod] = []

    private static let initialization = Duration.seconds(300)
    private static let firstReadiness = Duration.seconds(30)

    /// - Parameters:
    ///   - use: what is measured, in thousandths; nil where nothing is known.
    ///   - isProcessor: pods that have just started use more of it than they will.
    init(_ pods: [Pod], isProcessor: Bool, now: Timestamp, _ use: (Pod) -> (amount: Int, usage: PodUsage?)?) {
        for pod in pods where !pod.isBeingDeleted && pod.phase != "Failed" {
            if pod.phase == "Pending" {
                unready.append(pod)
            } else if let (amount, usage) = use(pod) {
                if isProcessor, Self.isStarting(pod, usage, now) { unready.append(pod) } else { ready[pod.name] = amount }
            } else {
                missing.append(pod)
            }
        }
    }

    static func isStarting(_ pod: Pod, _ usage: PodUsage?, _ now: Timestamp) -> Bool {
        let condition = pod.status?.conditions.first { $0.type == "Ready" }
        guard let condition, let start = pod.status?.startTime.flatMap(Timestamp.init(rfc3339:)) else { return true }
        let change = condition.lastTransitionTime.flatMap(Timestamp.init(rfc3339:)) ?? start
        if start + initialization > now {
            let measured = (usage?.timestamp ?? now) - change
            return condition.status == "False" || measured < (usage?.window ?? .zero)
        }
        return condition.status == "False" && start + firstReadiness > change
    }

    /// - Parameters:
    ///   - target: in thousandths for each pod, or in percent of `requests`.
    ///   - requests: in thousandths, by the pod's name; nil where the target is an amount.
    func proposal(
        current: Int, target: Int, requests: [String: Int]? = nil, _ tolerance: ScalingTolerance
    ) throws(AutoscalerProblem) -> ReplicaProposal {
        guard !ready.isEmpty else {
            throw AutoscalerProblem(text: "did not receive metrics for targeted pods (pods might be unready)")
        }
        func ratio(_ amounts: [String: Int]) -> (ratio: Double, utilization: Int?) {
            let sum = amounts.values.reduce(0, +)
            guard let requests else { return (Double(sum / amounts.count) / Double(max(1, target)), nil) }
            let requested = amounts.keys.reduce(0) { $0 + (requests[$1] ?? 0) }
            guard requested > 0 else { return (0, 0) }
            let percent = sum * 100 / requested
            return (Double(percent) / Double(max(1, target)), percent)
        }
        let first = ratio(ready)
        var answer = ReplicaProposal(
            replicas: current, average: ready.values.reduce(0, +) / ready.count, utilization: first.utilization)
        let growsWithUnready = !unready.isEmpty && first.ratio > 1
        if !growsWithUnready, missing.isEmpty {
            if !tolerance.contains(first.ratio) { answer.replicas = Self.ceiling(first.ratio * Double(ready.count)) }
            return answer
        }
        var amounts = ready
        for pod in missing {
            // Cautious both ways: what is not known uses all when it shrinks, and nothing when it grows.
            if first.ratio < 1 {
                amounts[pod.name] = requests.map { ($0[pod.name] ?? 0) * max(100, target) / 100 } ?? target
            } else if first.ratio > 1 {
                amounts[pod.name] = 0
            }
        }
        if growsWithUnready { for pod in unready { amounts[pod.name] = 0 } }
        let second = ratio(amounts).ratio
        let isTurned = (first.ratio < 1 && second > 1) || (first.ratio > 1 && second < 1)
        guard !tolerance.contains(second), !isTurned else { return answer }
        let replicas = Self.ceiling(second * Double(amounts.count))
        guard !(second < 1 && replicas > current), !(second > 1 && replicas < current) else { return answer }
        answer.replicas = replicas
        return answer
    }

    static func ceiling(_ value: Double) -> Int { Int(value.rounded(.up)) }
}
