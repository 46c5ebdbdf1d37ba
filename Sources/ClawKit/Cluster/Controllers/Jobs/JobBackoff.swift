import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Synchronization

/// How often pods of a Job failed since the last that succeeded, which says how long the next one waits: 10 s, doubled
/// with each failure, up to 10 minutes.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy>
struct JobBackoff: Sendable, Hashable {
    var failures = 0
    var lastFailure: Timestamp?

    func wait(now: Timestamp) -> Duration { lastFailure.map { Self.wait(failures, since: $0, now: now) } ?? .zero }

    static func wait(_ failures: Int, since last: Timestamp, now: Timestamp) -> Duration {
        guard failures > 0 else { return .zero }
        let step = min(Duration.seconds(600), .seconds(10) * (1 << min(failures - 1, 10)))
        return max(.zero, last + step - now)
    }

    mutating func add(succeeded: [Pod], failed: [Pod]) {
        let failures = failed.compactMap(\.finishTime).sorted()
        if let success = succeeded.compactMap(\.finishTime).max() {
            let later = failures.filter { $0 > success }
            self = JobBackoff(failures: later.count, lastFailure: later.last)
        } else if !failures.isEmpty {
            self.failures += failures.count
            lastFailure = failures.last
        }
    }
}

/// The back-off of each Job that has one.
final class JobBackoffs: Sendable {
    private let byJob = Mutex<[ObjectKey: JobBackoff]>([:])

    subscript(key: ObjectKey) -> JobBackoff {
        get { byJob.withLock { $0[key] ?? JobBackoff() } }
        set { byJob.withLock { $0[key] = newValue == JobBackoff() ? nil : newValue } }
    }
    func forget(_ key: ObjectKey) { byJob.withLock { $0[key] = nil } }
}

extension Pod {
    /// When its last container ended, else when it stopped being ready, was deleted, or was made.
    var finishTime: Timestamp? {
        let sidecars = Set((spec?.initContainers ?? []).filter { $0.restartPolicy == "Always" }.map(\.name))
        let statuses =
            (status?.containerStatuses ?? [])
            + (status?.initContainerStatuses ?? []).filter { sidecars.contains($0.name) }
        let ends = statuses.map { $0.state?.terminated?.finishedAt.flatMap(Timestamp.init(rfc3339:)) }
        if !ends.isEmpty, !ends.contains(nil) { return ends.compactMap { $0 }.max() }
        let unready = status?.conditions.first { $0.type == "Ready" && $0.status == "False" }
        if let since = unready?.lastTransitionTime.flatMap(Timestamp.init(rfc3339:)) { return since }
        if let deletion = metadata.deletion {
            return deletion - .seconds(metadata.deletionGracePeriodSeconds ?? 0)
        }
        return metadata.created
    }
}
