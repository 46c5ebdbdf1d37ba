import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Deletes Jobs some time after they have ended, where they say when.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/>
enum FinishedJobs {
    static func controller(_ client: KubernetesClient, _ caches: SharedCaches, _ logger: Logger) -> Controller {
        let jobs = caches.cache(Job.self)
        let time = caches.time
        return Controller("finished-jobs", caches: caches, logger: logger) { key in
            guard let job = jobs[key], let expiry = job.expiry else { return .settled }
            guard expiry <= time.now else { return .again(after: expiry - time.now) }
            // The time to live may have been made longer just now.
            guard let present = try await client.find(Job.self, job.name, in: job.namespace), present.uid == job.uid,
                let expiry = present.expiry, expiry <= time.now
            else { return .settled }
            do {
                try await client.delete(
                    Job.self, job.name, in: job.namespace, propagation: .foreground, uid: job.uid,
                    resourceVersion: present.resourceVersion)
            } catch let error as KubernetesError where error.isNotFound {
            } catch let error as KubernetesError where error.isConflict {
                return .again(after: .milliseconds(20))
            }
            return .settled
        }
        .reconciles(Job.self)
    }
}

extension Job {
    /// When it is to be deleted; nil: not at all, or not known yet.
    fileprivate var expiry: Timestamp? {
        guard let seconds = spec?.ttlSecondsAfterFinished, !isBeingDeleted else { return nil }
        let end = status?.conditions.first { ["Complete", "Failed"].contains($0.type) && $0.status == "True" }
        return end?.lastTransitionTime.flatMap(Timestamp.init(rfc3339:)).map { $0 + .seconds(seconds) }
    }
}
