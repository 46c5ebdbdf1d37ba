import ClawModels

/// What a Job's policy says of a pod that failed: of its rules the first that fits decides.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy>
enum PodFailureVerdict: Sendable, Hashable {
    /// Towards the limit of failures.
    case counts
    case isIgnored
    case failsIndex
    case failsJob(message: String)
}

extension PodFailurePolicy {
    func verdict(on pod: Pod) -> PodFailureVerdict {
        for (index, rule) in rules.enumerated() {
            let cause: String
            if let requirement = rule.onExitCodes {
                guard let (container, code) = requirement.match(in: pod) else { continue }
                cause = "Container \(container) for pod \(pod.namespace ?? "")/\(pod.name) failed with exit code \(code)"
            } else {
                let condition = (pod.status?.conditions ?? []).first { condition in
                    rule.onPodConditions.contains {
                        $0.type == condition.type && ($0.status ?? "True") == condition.status
                    }
                }
                guard let condition else { continue }
                cause = "Pod \(pod.namespace ?? "")/\(pod.name) has condition \(condition.type)"
            }
            switch rule.action {
            case "Ignore": return .isIgnored
            case "Count": return .counts
            case "FailIndex": return .failsIndex
            case "FailJob": return .failsJob(message: "\(cause) matching FailJob rule at index \(index)")
            default: continue
            }
        }
        return .counts
    }
}

extension PodFailurePolicyOnExitCodesRequirement {
    fileprivate func match(in pod: Pod) -> (container: String, code: Int)? {
        let statuses = (pod.status?.containerStatuses ?? []) + (pod.status?.initContainerStatuses ?? [])
        for status in statuses where containerName == nil || containerName == status.name {
            guard let code = status.state?.terminated?.exitCode, code != 0 else { continue }
            if values.contains(code) == (self.operator == "In") { return (status.name, code) }
        }
        return nil
    }
}

extension SuccessPolicy {
    /// What to say where one of the rules is met.
    func message(completions: Int, succeeded: JobIndexes) -> String? {
        guard !succeeded.isEmpty else { return nil }
        let place = rules.firstIndex { rule in
            guard let text = rule.succeededIndexes else {
                return rule.succeededCount.map { succeeded.count >= $0 } ?? false
            }
            let wanted = JobIndexes(text, below: completions)
            guard !wanted.isEmpty else { return false }
            let common = wanted.countOfCommon(with: succeeded)
            return common == wanted.count || rule.succeededCount.map { common >= $0 } ?? false
        }
        return place.map { "Matched rules at index \($0)" }
    }
}
