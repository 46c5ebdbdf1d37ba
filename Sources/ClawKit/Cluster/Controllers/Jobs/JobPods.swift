import ClawBase
import ClawModels

/// A Job's pods, sorted into what they mean for it. Pure.
struct JobPods: Sendable {
    let job: Job
    let all: [Pod]
    /// Those whose end is not counted yet.
    let uncounted: UncountedTerminatedPods
    let active: [Pod]
    /// Are being deleted, and have not ended.
    let terminating: Int
    let newlySucceeded: [Pod]
    let newlyFailed: [Pod]

    init(_ job: Job, _ pods: [Pod]) {
        (self.job, all) = (job, pods)
        let uncounted = job.status?.uncountedTerminatedPods ?? UncountedTerminatedPods()
        self.uncounted = uncounted
        active = pods.filter { !$0.isBeingDeleted && !$0.hasEnded }
        terminating = pods.count { $0.isBeingDeleted && !$0.hasEnded }
        let valid = pods.filter { $0.isTrackedForJob && Self.hasValidIndex($0, job) }
        let (succeeded, failed) = (Set(uncounted.succeeded), Set(uncounted.failed))
        newlySucceeded = valid.filter { $0.phase == "Succeeded" && !succeeded.contains($0.uid ?? "") }
        newlyFailed = valid.filter { Self.isFailed($0, job) && !failed.contains($0.uid ?? "") }
    }

    static func isFailed(_ pod: Pod, _ job: Job) -> Bool {
        if pod.phase == "Failed" { return true }
        // A pod that is deleted counts as failed: it may never get to say so itself.
        return !job.replacesOnlyFailed && pod.isBeingDeleted && pod.phase != "Succeeded"
    }

    static func hasValidIndex(_ pod: Pod, _ job: Job) -> Bool {
        guard job.isIndexed else { return true }
        return pod.completionIndex.map { $0 < job.spec?.completions ?? 0 } ?? false
    }

    func verdict(on pod: Pod) -> PodFailureVerdict { job.spec?.podFailurePolicy?.verdict(on: pod) ?? .counts }

    /// Pods that succeeded, counted or not.
    var succeeded: Int {
        (job.status?.succeeded ?? 0) + newlySucceeded.count + uncounted.succeeded.count
    }
    /// Pods that failed and count, counted already or not.
    var failed: Int {
        (job.status?.failed ?? 0) + newlyFailed.count { verdict(on: $0) != .isIgnored } + uncounted.failed.count
    }

    // MARK: indexes

    var completions: Int { job.spec?.completions ?? 0 }
    var formerSucceededIndexes: JobIndexes { JobIndexes(job.status?.completedIndexes ?? "", below: completions) }
    var succeededIndexes: JobIndexes {
        formerSucceededIndexes.union(
            all.filter { $0.phase == "Succeeded" && $0.isTrackedForJob && Self.hasValidIndex($0, job) }
                .compactMap(\.completionIndex))
    }

    /// The indexes that get no further pod; nil where no limit per index is set.
    var failedIndexes: JobIndexes? {
        guard let limit = job.spec?.backoffLimitPerIndex, job.isIndexed else { return nil }
        let former = JobIndexes(job.status?.failedIndexes ?? "", below: completions)
        return former.union(
            all.filter { pod in
                guard pod.isTrackedForJob, Self.hasValidIndex(pod, job), Self.isFailed(pod, job) else { return false }
                switch verdict(on: pod) {
                case .failsIndex: return true
                case .isIgnored: return false
                case .counts, .failsJob: return pod.indexFailures >= limit
                }
            }.compactMap(\.completionIndex))
    }

    /// The last failed pod of each index that is to get another: it stays until its successor has taken over its count.
    func predecessors(_ failedIndexes: JobIndexes, _ succeeded: JobIndexes) -> [Int: Pod] {
        let running = Set(active.compactMap(\.completionIndex))
        var last: [Int: Pod] = [:]
        for pod in all where pod.isTrackedForJob && Self.isFailed(pod, job) && Self.hasValidIndex(pod, job) {
            guard let index = pod.completionIndex, !running.contains(index), !succeeded.contains(index),
                !failedIndexes.contains(index)
            else { continue }
            func failures(_ pod: Pod) -> Int { pod.indexFailures + pod.ignoredIndexFailures }
            if let other = last[index], failures(other) >= failures(pod) { continue }
            last[index] = pod
        }
        return last
    }

    // MARK: too many

    /// The active pods to end so that at least that many go: those without a place first.
    func surplus(atLeast count: Int) -> [Pod] {
        // Of a job with as many pods as it wants none has to be compared with another.
        guard count > 0 || job.isIndexed else { return [] }
        var (surplus, left) = ([Pod](), active.sorted { $0.isDeleted(before: $1) })
        if job.isIndexed {
            var kept: Set<Int> = []
            // Of several with one index the one stays that would be deleted last.
            for pod in left.reversed() {
                if let index = pod.completionIndex, index < completions, kept.insert(index).inserted { continue }
                surplus.insert(pod, at: 0)
            }
            let uids = Set(surplus.map(\.uid))
            left.removeAll { uids.contains($0.uid) }
        }
        return surplus + left.prefix(max(0, count - surplus.count))
    }
}
