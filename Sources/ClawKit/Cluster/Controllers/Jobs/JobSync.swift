import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels

/// One look at a Job: decides how it goes on, makes and ends pods, and counts those that have ended.
struct JobSync {
    private enum Notice {
        case normal(String, String)
        case warning(String, String)
    }

    /// Pods counted or made in one go, so that a large Job leaves room for others.
    private static let mostAtOnce = 500

    private let controller: JobController
    private let key: ObjectKey
    private let pods: JobPods
    private let verdict: JobVerdict
    private let now: Timestamp
    private let succeeded: Int
    private let predecessors: [Int: Pod]
    private var job: Job
    private var status: JobStatus
    private var backoff: JobBackoff
    private var active: Int
    private var ready: Int
    private var terminating: Int
    private var wait: Duration?
    private var failure: (any Error)?
    private var notices: [Notice] = []

    init(_ controller: JobController, _ job: Job, _ pods: [Pod], _ now: Timestamp) {
        (self.controller, self.now) = (controller, now)
        key = ObjectKey(job)
        var job = job
        var status = job.status ?? JobStatus()
        if status.uncountedTerminatedPods == nil { status.uncountedTerminatedPods = UncountedTerminatedPods() }
        if status.startTime == nil, !job.isSuspended { status.startTime = now.rfc3339() }
        self.status = status
        // The deadline runs from now on where it begins now.
        let stored = job.status
        job.status = status
        let sorted = JobPods(job, pods)
        job.status = stored
        (self.pods, self.job) = (sorted, job)
        verdict = JobVerdict(pods: sorted, now: now)
        succeeded = job.isIndexed ? sorted.succeededIndexes.count : sorted.succeeded
        predecessors = sorted.failedIndexes.map { sorted.predecessors($0, sorted.succeededIndexes) } ?? [:]
        backoff = controller.backoffs[key]
        backoff.add(succeeded: sorted.newlySucceeded, failed: sorted.newlyFailed)
        active = sorted.active.count
        ready = sorted.active.count(where: \.isReady)
        terminating = sorted.terminating
    }

    mutating func run() async throws -> Reconciled {
        var ending = verdict.ending()
        if ending != nil {
            await end(pods.active, releasing: false)
            // With pods left it is not over yet.
            if active > 0 { ending = nil }
        } else {
            if !job.isBeingDeleted { await manage() }
            let isComplete = job.spec?.completions.map { succeeded >= $0 } ?? (succeeded > 0)
            if isComplete, active == 0 {
                ending = verdict.success()
            } else if !job.isBeingDeleted {
                noteSuspension()
            }
            if let left = verdict.timeLeft { wait = min(wait ?? left, left) }
        }
        status.active = active > 0 ? active : nil
        (status.ready, status.terminating) = (max(0, ready), terminating)
        try await count(ending)
        if job.spec?.backoffLimitPerIndex == nil { controller.backoffs[key] = backoff }
        if let failure { throw failure }
        return wait.map { .again(after: $0) } ?? .settled
    }

    // MARK: making and ending pods

    private mutating func manage() async {
        if job.isSuspended { return await end(pods.surplus(atLeast: pods.active.count), releasing: true) }
        let parallelism = job.spec?.parallelism ?? 1
        let wanted =
            job.spec?.completions.map { max(0, min(parallelism, $0 - succeeded)) }
            ?? (succeeded > 0 ? active : parallelism)
        let surplus = pods.surplus(atLeast: max(0, active - wanted))
        if !surplus.isEmpty {
            return await end(Array(surplus.prefix(Self.mostAtOnce)), releasing: true)
        }
        let missing = min(wanted - active - (job.replacesOnlyFailed ? terminating : 0), Self.mostAtOnce)
        guard missing > 0 else { return }
        if job.spec?.backoffLimitPerIndex == nil {
            let wait = backoff.wait(now: now)
            guard wait == .zero else { return self.wait = wait }
        }
        guard job.isIndexed else { return await make(Array(repeating: nil, count: missing)) }
        let indexes = pendingIndexes(missing)
        let waits = indexes.map { index in
            predecessors[index].map { pod in
                JobBackoff.wait(
                    pod.indexFailures + pod.ignoredIndexFailures + 1, since: pod.finishTime ?? now, now: now)
            } ?? .zero
        }
        await make(zip(indexes, waits).filter { $1 == .zero }.map { $0.0 })
        if let wait = waits.filter({ $0 > .zero }).min() { self.wait = wait }
    }

    private func pendingIndexes(_ count: Int) -> [Int] {
        let replaced = job.replacesOnlyFailed ? pods.all.filter { $0.isBeingDeleted && !$0.hasEnded } : []
        return pods.succeededIndexes
            .union((pods.active + replaced).compactMap(\.completionIndex))
            .union((pods.failedIndexes ?? JobIndexes()).ranges.joined())
            .missing(count, below: pods.completions)
    }

    private mutating func make(_ indexes: [Int?]) async {
        for index in indexes {
            do {
                let new = job.newPod(index: index, after: index.flatMap { predecessors[$0] })
                let pod = try await controller.client.create(new)
                controller.pendingPods.didMake(pod, for: key, now: now)
                await controller.events.normal("SuccessfulCreate", "Created pod: \(pod.name)", on: job)
                active += 1
            } catch let error as KubernetesError where error.causes.contains(where: { $0.reason == "NamespaceTerminating" }) {
                return
            } catch {
                failure = error
                let text = (error as? KubernetesError)?.message ?? "\(error)"
                await controller.events.warning("FailedCreate", "Error creating: \(text)", on: job)
                return
            }
        }
    }

    /// - Parameter releasing: what is ended so counts as nothing: neither as succeeded nor as failed.
    private mutating func end(_ doomed: [Pod], releasing: Bool) async {
        for pod in doomed {
            do {
                if releasing { try await release(pod) }
                try await controller.client.deleteIfPresent(Pod.self, pod.name, in: pod.namespace, uid: pod.uid)
                controller.pendingPods.didDelete(pod, of: key, now: now)
                await controller.events.normal("SuccessfulDelete", "Deleted pod: \(pod.name)", on: job)
                active -= 1
                terminating += 1
                if pod.isReady { ready -= 1 }
            } catch {
                failure = error
            }
        }
    }

    private func release(_ pod: Pod) async throws {
        guard pod.isTrackedForJob else { return }
        do {
            let released = try await controller.client.patch(
                Pod.self, pod.name, in: pod.namespace, .releasingFromJob.onlyIf(uid: pod.uid))
            controller.pendingPods.didChange(released, of: key, now: now)
        } catch let error as KubernetesError where error.isNotFound {}
    }

    // MARK: counting

    /// Notes in the status which pods are about to be counted, lets them go, and counts those that it let go: whenever
    /// this is interrupted, the next look goes on without counting any of them twice.
    private mutating func count(_ ending: JobCondition?) async throws {
        let doomed = Set(pods.all.filter(\.isTrackedForJob).compactMap(\.uid))
        settle(stillTracked: doomed)
        let (released, isAll) = note(ending)
        var final = ending
        if let ending, ending.type == "FailureTarget" || ending.type == "SuccessCriteriaMet" {
            if !status.conditions.contains(where: { $0.type == ending.type }) { status.conditions.append(ending) }
            let type = ending.type == "FailureTarget" ? "Failed" : "Complete"
            final = verdict.condition(type, ending.reason ?? "", ending.message ?? "")
        }
        try await write()
        for pod in released { try await release(pod) }
        settle(stillTracked: doomed.subtracting(released.compactMap(\.uid)))
        let uncounted = status.uncountedTerminatedPods ?? UncountedTerminatedPods()
        if let final, isAll, terminating == 0, uncounted.succeeded.isEmpty, uncounted.failed.isEmpty {
            status.conditions.append(final)
            if final.type == "Complete" {
                status.completionTime = final.lastTransitionTime
                if let wanted = job.spec?.completions, (status.succeeded ?? 0) > wanted {
                    notices.append(
                        .warning(
                            "TooManySucceededPods", "Too many succeeded pods running after completion count reached"))
                }
                notices.append(.normal("Completed", "Job completed"))
            } else {
                notices.append(.warning(final.reason ?? "", final.message ?? ""))
            }
        }
        try await write()
    }

    /// - Returns: the pods to let go, and whether these are all.
    private mutating func note(_ ending: JobCondition?) -> (released: [Pod], isAll: Bool) {
        var uncounted = status.uncountedTerminatedPods ?? UncountedTerminatedPods()
        let (knownSucceeded, knownFailed) = (Set(uncounted.succeeded), Set(uncounted.failed))
        let isFailure = ending.map { $0.type != "SuccessCriteriaMet" } ?? false
        var indexes = pods.formerSucceededIndexes
        var newIndexes: [Int] = []
        var released: [Pod] = []
        var isAll = true
        for pod in pods.all.sorted(by: { ($0.completionIndex ?? -1) < ($1.completionIndex ?? -1) })
        where pod.isTrackedForJob {
            let isFailed = JobPods.isFailed(pod, job)
            guard job.isBeingDeleted || ending != nil || pod.phase == "Succeeded" || (isFailed && !isAwaited(pod)) else {
                continue
            }
            if newIndexes.count + uncounted.succeeded.count + uncounted.failed.count >= Self.mostAtOnce {
                isAll = false
                break
            }
            released.append(pod)
            let (uid, isValid) = (pod.uid ?? "", JobPods.hasValidIndex(pod, job))
            if pod.phase == "Succeeded", !knownFailed.contains(uid) {
                if job.isIndexed {
                    if isValid, let index = pod.completionIndex, !indexes.contains(index) { newIndexes.append(index) }
                } else if !knownSucceeded.contains(uid) {
                    uncounted.succeeded.append(uid)
                }
            } else if isFailed || isFailure, isValid, !knownFailed.contains(uid), pods.verdict(on: pod) != .isIgnored {
                uncounted.failed.append(uid)
            }
        }
        status.uncountedTerminatedPods = uncounted
        if job.isIndexed {
            indexes = indexes.union(newIndexes)
            status.succeeded = indexes.count > 0 ? indexes.count : nil
            status.completedIndexes = indexes.isEmpty ? nil : indexes.description
            status.failedIndexes = pods.failedIndexes?.description
        }
        return (released, isAll)
    }

    /// It stays until the pod that replaces it has taken over how often its index failed.
    private func isAwaited(_ pod: Pod) -> Bool {
        pod.completionIndex.flatMap { predecessors[$0] }?.uid == pod.uid
    }

    /// Counts the noted pods that were let go.
    private mutating func settle(stillTracked: Set<String>) {
        guard var uncounted = status.uncountedTerminatedPods else { return }
        let (succeeded, failed) = (uncounted.succeeded.count, uncounted.failed.count)
        uncounted.succeeded.removeAll { !stillTracked.contains($0) }
        uncounted.failed.removeAll { !stillTracked.contains($0) }
        let (newSucceeded, newFailed) = (succeeded - uncounted.succeeded.count, failed - uncounted.failed.count)
        if newSucceeded > 0 { status.succeeded = (status.succeeded ?? 0) + newSucceeded }
        if newFailed > 0 { status.failed = (status.failed ?? 0) + newFailed }
        status.uncountedTerminatedPods = uncounted
    }

    // MARK: telling

    private mutating func noteSuspension() {
        let place = status.conditions.firstIndex { $0.type == "Suspended" }
        let isTrue = place.map { status.conditions[$0].status == "True" } ?? false
        guard job.isSuspended != isTrue else { return }
        var condition = verdict.condition(
            "Suspended", isTrue ? "JobResumed" : "JobSuspended", isTrue ? "Job resumed" : "Job suspended")
        condition.status = isTrue ? "False" : "True"
        if let place { status.conditions[place] = condition } else { status.conditions.append(condition) }
        // The deadline counts from when it goes on.
        if isTrue { status.startTime = now.rfc3339() }
        notices.append(.normal(isTrue ? "Resumed" : "Suspended", condition.message ?? ""))
    }

    private mutating func write() async throws {
        if status != job.status {
            var changed = job
            changed.status = status
            do {
                job = try await controller.client.replaceStatus(changed)
            } catch let error as KubernetesError where error.isNotFound {
                return
            }
            controller.pendingJobs.didChange(job, of: key, now: now)
            status = job.status ?? status
        }
        for notice in notices {
            switch notice {
            case .normal(let reason, let message): await controller.events.normal(reason, message, on: job)
            case .warning(let reason, let message): await controller.events.warning(reason, message, on: job)
            }
        }
        notices = []
    }
}

extension ClawKubernetes.Patch {
    static let releasingFromJob = ClawKubernetes.Patch.strategic([
        "metadata": ["$deleteFromPrimitiveList/finalizers": [.string(JobNames.trackingFinalizer)]]
    ])
}
