import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Makes Jobs when a CronJob's schedule says so.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/>
struct CronJobController: Sendable {
    let client: KubernetesClient
    let events: ControllerEvents
    let time: any TimeSource
    private let cronJobs: ObjectCache<CronJob>
    private let jobs: ObjectCache<Job>
    private let pendingJobs: PendingWrites<Job>
    private let pendingCronJobs: PendingWrites<CronJob>

    init(_ client: KubernetesClient, _ caches: SharedCaches) {
        self.client = client
        time = caches.time
        cronJobs = caches.cache(CronJob.self)
        jobs = caches.cache(Job.self)
        pendingJobs = PendingWrites(jobs)
        pendingCronJobs = PendingWrites(cronJobs)
        events = ControllerEvents(client, "cronjob-controller", time: caches.time)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        Controller("cron-jobs", caches: caches, logger: logger) { key in
            do {
                return try await reconcile(key)
            } catch let error as KubernetesError where error.isConflict || error.isNotFound {
                return .again(after: .milliseconds(20))
            }
        }
        .reconciles(CronJob.self)
        .owns(Job.self, by: "CronJob")
    }

    private func reconcile(_ key: ObjectKey) async throws -> Reconciled {
        guard let cronJob = cronJobs[key] else {
            pendingJobs.forget(key)
            pendingCronJobs.forget(key)
            return .settled
        }
        let now = time.now
        if let wait = pendingJobs.wait(key, now: now) ?? pendingCronJobs.wait(key, now: now) {
            return .again(after: wait)
        }
        let owned = jobs.controlled(by: cronJob.uid ?? "")
        var status = cronJob.status ?? CronJobStatus()
        try await look(cronJob, owned, &status)
        let wait = try await next(cronJob, &status, now)
        if status != cronJob.status ?? CronJobStatus() {
            var changed = cronJob
            changed.status = status
            pendingCronJobs.didChange(try await client.replaceStatus(changed), of: key, now: now)
        }
        if !cronJob.isBeingDeleted { try await clean(cronJob, owned, now) }
        return wait.map { .again(after: $0) } ?? .settled
    }

    // MARK: what has become of its Jobs

    /// Brings the list of running Jobs up to date.
    private func look(_ cronJob: CronJob, _ owned: [Job], _ status: inout CronJobStatus) async throws {
        for job in owned {
            let place = status.active.firstIndex { $0.uid == job.uid }
            if let place, job.isFinished {
                status.active.remove(at: place)
                let end = job.condition("Complete") ? "Complete" : "Failed"
                await events.normal("SawCompletedJob", "Saw completed job: \(job.name), condition: \(end)", on: cronJob)
            } else if place == nil, !job.isFinished {
                await events.warning(
                    "UnexpectedJob", "Saw a job that the controller did not create or forgot: \(job.name)", on: cronJob)
            }
            // Both are written in UTC with whole seconds: the later text is the later time.
            if job.condition("Complete"), let end = job.status?.completionTime, end > status.lastSuccessfulTime ?? "" {
                status.lastSuccessfulTime = end
            }
        }
        let present = Set(owned.compactMap(\.uid))
        for reference in status.active where !present.contains(reference.uid ?? "") {
            let found = try await client.find(Job.self, reference.name ?? "", in: cronJob.namespace)
            if found?.uid == reference.uid { continue }
            status.active.removeAll { $0.uid == reference.uid }
            await events.normal("MissingJob", "Active job went missing: \(reference.name ?? "")", on: cronJob)
        }
    }

    /// Deletes the oldest of those that have ended, beyond the limits.
    private func clean(_ cronJob: CronJob, _ owned: [Job], _ now: Timestamp) async throws {
        for (type, limit) in [
            ("Failed", cronJob.spec.failedJobsHistoryLimit), ("Complete", cronJob.spec.successfulJobsHistoryLimit),
        ] {
            guard let limit else { continue }
            let ended = owned.filter { $0.condition(type) && !$0.isBeingDeleted }.sorted {
                ($0.status?.startTime ?? "~", $0.name) < ($1.status?.startTime ?? "~", $1.name)
            }
            for job in ended.prefix(max(0, ended.count - limit)) { try await delete(job, of: cronJob, now) }
        }
    }

    func delete(_ job: Job, of cronJob: CronJob, _ now: Timestamp) async throws {
        try await client.deleteIfPresent(
            Job.self, job.name, in: job.namespace, propagation: .background, uid: job.uid)
        pendingJobs.didDelete(job, of: ObjectKey(cronJob), now: now)
        await events.normal("SuccessfulDelete", "Deleted job \(job.name)", on: cronJob)
    }

    func didMake(_ job: Job, for cronJob: CronJob, _ now: Timestamp) {
        pendingJobs.didMake(job, for: ObjectKey(cronJob), now: now)
    }

    func job(_ reference: ObjectReference, of cronJob: CronJob) async throws -> Job? {
        try await client.find(Job.self, reference.name ?? "", in: cronJob.namespace)
    }
}
