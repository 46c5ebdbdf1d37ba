import ClawBase
import ClawModels

/// What an autoscaler recommended and did before, by which its next step is kept steady. Pure.
/// <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior>
struct ScalingHistory: Sendable {
    private struct Entry: Sendable {
        var at: Timestamp
        /// Recommended replicas, or replicas added (removed, where negative).
        var count: Int
    }

    private var recommendations: [Entry] = []
    private var steps: [Entry] = []
    private static let longest = Duration.seconds(3600)

    mutating func didScale(from old: Int, to new: Int, now: Timestamp) {
        steps.removeAll { $0.at + Self.longest < now }
        steps.append(Entry(at: now, count: new - old))
    }

    /// Whether a size has been recommended at every look that still counts.
    func recommendsOnly(_ count: Int) -> Bool { recommendations.allSatisfy { $0.count == count } }

    /// What was recommended last was so again.
    mutating func repeatLast(now: Timestamp) {
        guard let last = recommendations.last else { return }
        recommendations = [Entry(at: now, count: last.count)]
    }

    /// What comes of a recommendation.
    struct Decision: Sendable, Hashable {
        var replicas: Int
        /// Of the conditions AbleToScale and ScalingLimited.
        var steadiness: (reason: String, message: String)
        var limit: (isLimited: Bool, reason: String, message: String)

        static func == (a: Self, b: Self) -> Bool { a.replicas == b.replicas && a.limit.reason == b.limit.reason }
        func hash(into hasher: inout Hasher) { hasher.combine(replicas) }
    }

    /// - Parameter behavior: nil: Kubernetes' own, of which shrinking waits five minutes.
    mutating func decide(
        _ wanted: Int, current: Int, least: Int, most: Int, _ behavior: HorizontalPodAutoscalerBehavior?, now: Timestamp
    ) -> Decision {
        let upWindow = Duration.seconds(behavior?.scaleUp?.stabilizationWindowSeconds ?? 0)
        let downWindow = Duration.seconds(behavior?.scaleDown?.stabilizationWindowSeconds ?? 300)
        // What lies within the windows, the present included.
        let lowest = recommendations.filter { $0.at > now - upWindow }.map(\.count).min().map { min($0, wanted) } ?? wanted
        let highest =
            recommendations.filter { $0.at > now - downWindow }.map(\.count).max().map { max($0, wanted) } ?? wanted
        var steady = current
        if behavior == nil {
            steady = highest
        } else {
            if steady < lowest { steady = lowest }
            if steady > highest { steady = highest }
        }
        recommendations.removeAll { $0.at + max(upWindow, downWindow) < now }
        recommendations.append(Entry(at: now, count: wanted))
        var steadiness = ("ReadyForNewScale", "recommended size matches current size")
        if steady < wanted {
            steadiness = (
                "ScaleUpStabilized",
                "recent recommendations were lower than current one, applying the lowest recent recommendation"
            )
        } else if steady > wanted {
            steadiness = (
                "ScaleDownStabilized",
                "recent recommendations were higher than current one, applying the highest recent recommendation"
            )
        }
        let (replicas, reason, message) = limited(steady, current, least, most, behavior, now)
        return Decision(
            replicas: replicas, steadiness: steadiness, limit: (replicas != steady, reason, message))
    }

    private func limited(
        _ wanted: Int, _ current: Int, _ least: Int, _ most: Int, _ behavior: HorizontalPodAutoscalerBehavior?,
        _ now: Timestamp
    ) -> (replicas: Int, reason: String, message: String) {
        let top: Int
        var bottom = least
        if let behavior {
            top = wanted > current ? max(current, ceiling(behavior.scaleUp, current, now)) : most
            if wanted < current { bottom = max(least, min(current, floor(behavior.scaleDown, current, now))) }
        } else {
            top = max(2 * current, 4)
        }
        if wanted > min(top, most) {
            return most > top
                ? (top, "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
                : (most, "TooManyReplicas", "the desired replica count is more than the maximum replica count")
        }
        if wanted < bottom {
            if bottom > least {
                return (bottom, "ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")
            }
            return (
                least, "TooFewReplicas",
                least == 0
                    ? "the desired replica count is zero"
                    : "the desired replica count is less than the minimum replica count"
            )
        }
        return (wanted, "DesiredWithinRange", "the desired count is within the acceptable range")
    }

    // MARK: how fast

    private func ceiling(_ rules: HPAScalingRules?, _ current: Int, _ now: Timestamp) -> Int {
        limit(
            rules, current, now, [("Pods", 4, 15), ("Percent", 100, 15)], isMost: { $0.max() ?? current },
            isLeast: { $0.min() ?? current }
        ) { start, type, value in
            type == "Pods" ? start + value : MeasuredPods.ceiling(Double(start) * (1 + Double(value) / 100))
        }
    }

    private func floor(_ rules: HPAScalingRules?, _ current: Int, _ now: Timestamp) -> Int {
        limit(
            rules, current, now, [("Percent", 100, 15)], isMost: { $0.min() ?? current }, isLeast: { $0.max() ?? current }
        ) { start, type, value in
            type == "Pods" ? start - value : Int(Double(start) * (1 - Double(value) / 100))
        }
    }

    private func limit(
        _ rules: HPAScalingRules?, _ current: Int, _ now: Timestamp, _ standard: [(String, Int, Int)],
        isMost: ([Int]) -> Int, isLeast: ([Int]) -> Int, _ proposal: (Int, String, Int) -> Int
    ) -> Int {
        if rules?.selectPolicy == "Disabled" { return current }
        let given = (rules?.policies ?? []).map { ($0.type, $0.value, $0.periodSeconds) }
        let proposals = (given.isEmpty ? standard : given).map { type, value, period in
            // What was there when the period began.
            let changed = steps.filter { $0.at > now - .seconds(period) }.reduce(0) { $0 + $1.count }
            return proposal(current - changed, type, value)
        }
        return rules?.selectPolicy == "Min" ? isLeast(proposals) : isMost(proposals)
    }
}
