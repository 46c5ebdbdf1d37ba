import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Runs a Job's pods until as many have succeeded as it wants, or it has failed.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/job/>
struct JobController: Sendable {
    let client: KubernetesClient
    let jobs: ObjectCache<Job>
    let claims: PodClaims
    let pendingPods: PendingWrites<Pod>
    let pendingJobs: PendingWrites<Job>
    let backoffs = JobBackoffs()
    let events: ControllerEvents
    let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches, _ lookups: PodLookups) {
        self.client = client
        time = caches.time
        jobs = caches.cache(Job.self)
        let pods = caches.cache(Pod.self)
        claims = PodClaims(client, caches, lookups)
        pendingPods = PendingWrites(pods)
        pendingJobs = PendingWrites(jobs)
        events = ControllerEvents(client, "job-controller", time: caches.time)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        Controller("jobs", caches: caches, logger: logger) { key in
            do {
                return try await reconcile(key)
            } catch let error as KubernetesError where error.isConflict {
                // The change that was quicker asks for this Job again; the caches may not have it yet.
                return .again(after: .milliseconds(20))
            }
        }
        .reconciles(Job.self)
        .owns(Pod.self, by: "Job")
        .watches(Pod.self) { pod in
            // Somebody may want to adopt it.
            guard pod.metadata.controllerReference == nil, !pod.isBeingDeleted else { return [] }
            return jobs.all.filter { job in
                job.namespace == pod.namespace && job.spec?.selector?.ownersQuery?.matches(pod.labels) ?? false
            }.map { ObjectKey($0) }
        }
    }

    private func reconcile(_ key: ObjectKey) async throws -> Reconciled {
        guard let job = jobs[key], let spec = job.spec, !job.isFinished else {
            backoffs.forget(key)
            if jobs[key] == nil {
                pendingPods.forget(key)
                pendingJobs.forget(key)
            }
            return .settled
        }
        guard (spec.managedBy ?? JobNames.controller) == JobNames.controller else { return .settled }
        let now = time.now
        if let wait = pendingPods.wait(key, now: now) ?? pendingJobs.wait(key, now: now) { return .again(after: wait) }
        guard let selector = spec.selector?.ownersQuery else { return .settled }
        let pods = try await claims.claim(for: job, selector, finalizer: JobNames.trackingFinalizer)
        var sync = JobSync(self, job, pods, now)
        return try await sync.run()
    }
}
