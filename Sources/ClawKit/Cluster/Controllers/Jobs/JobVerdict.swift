import ClawBase
import ClawModels

/// Whether a Job has ended, and how: decided from its pods and the time. Pure.
///
/// The end comes in two steps, so that it survives a crash: first `FailureTarget` or `SuccessCriteriaMet`, and once
/// every pod has ended and is counted, `Failed` or `Complete`.
struct JobVerdict: Sendable {
    let pods: JobPods
    let now: Timestamp
    var job: Job { pods.job }

    /// The condition that ends the Job, its own in a former step or a new one; nil: it goes on.
    func ending() -> JobCondition? {
        if let met = known("SuccessCriteriaMet") { return met }
        if let failure = known("FailureTarget") {
            return condition("Failed", failure.reason ?? "", failure.message ?? "")
        }
        for pod in pods.all where JobPods.isFailed(pod, job) {
            if case .failsJob(let message) = pods.verdict(on: pod) {
                return condition("FailureTarget", "PodFailurePolicy", message)
            }
        }
        if pods.failed > limit || hasTooManyRestarts {
            return condition(
                "FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
        }
        if let left = timeLeft, left <= .zero {
            return condition("FailureTarget", "DeadlineExceeded", "Job was active longer than specified deadline")
        }
        return job.isIndexed ? endingOfIndexes() : nil
    }

    private func endingOfIndexes() -> JobCondition? {
        let succeeded = pods.succeededIndexes
        if let failed = pods.failedIndexes {
            if let most = job.spec?.maxFailedIndexes, failed.count > most {
                return condition(
                    "FailureTarget", "MaxFailedIndexesExceeded",
                    "Job has exceeded the specified maximal number of failed indexes")
            }
            if !failed.isEmpty, failed.count + succeeded.count >= pods.completions {
                return condition("FailureTarget", "FailedIndexes", "Job has failed indexes")
            }
        }
        return job.spec?.successPolicy?.message(completions: pods.completions, succeeded: succeeded)
            .map { condition("SuccessCriteriaMet", "SuccessPolicy", $0) }
    }

    func success() -> JobCondition {
        condition("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods")
    }

    func condition(_ type: String, _ reason: String, _ message: String) -> JobCondition {
        JobCondition(
            type: type, status: "True", reason: reason, message: message, lastProbeTime: now.rfc3339(),
            lastTransitionTime: now.rfc3339())
    }

    /// Until the deadline for being active; nil without one, and while suspended.
    var timeLeft: Duration? {
        guard let deadline = job.spec?.activeDeadlineSeconds, !job.isSuspended,
            let start = job.status?.startTime.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        return start + .seconds(deadline) - now
    }

    private var limit: Int { job.spec?.backoffLimit ?? 6 }

    /// Containers restarted in place count as failures where the pod goes on.
    private var hasTooManyRestarts: Bool {
        guard job.spec?.template.spec?.restartPolicy == "OnFailure" else { return false }
        let restarts = pods.all.filter { ["Running", "Pending"].contains($0.phase) }.reduce(0) { sum, pod in
            let statuses = (pod.status?.initContainerStatuses ?? []) + (pod.status?.containerStatuses ?? [])
            return sum + statuses.reduce(0) { $0 + $1.restartCount }
        }
        return limit == 0 ? restarts > 0 : restarts >= limit
    }

    private func known(_ type: String) -> JobCondition? {
        job.status?.conditions.first { $0.type == type && $0.status == "True" }
    }
}
