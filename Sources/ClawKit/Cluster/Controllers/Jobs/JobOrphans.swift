import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Lets pods go whose Job no longer counts them: it is gone, or has ended, or they are no longer its.
enum JobOrphans {
    static func controller(_ client: KubernetesClient, _ caches: SharedCaches, _ logger: Logger) -> Controller {
        let pods = caches.cache(Pod.self)
        return Controller("job-orphans", caches: caches, logger: logger) { key in
            guard let pod = pods[key], pod.isTrackedForJob, try await !isCounted(pod, client) else { return .settled }
            do {
                _ = try await client.patch(Pod.self, pod.name, in: pod.namespace, .releasingFromJob.onlyIf(uid: pod.uid))
            } catch let error as KubernetesError where error.isNotFound || error.isConflict {}
            return .settled
        }
        .watches(Pod.self) { pod in
            // A pod that lives and has its owner needs nobody; when its Job goes, it is deleted or loses the owner.
            guard pod.isTrackedForJob, pod.isBeingDeleted || pod.metadata.controllerReference == nil else { return [] }
            return [ObjectKey(pod)]
        }
    }

    private static func isCounted(_ pod: Pod, _ client: KubernetesClient) async throws -> Bool {
        guard let owner = pod.metadata.controllerReference else { return false }
        // Somebody else's: that finalizer is theirs.
        guard owner.kind == "Job", owner.apiVersion == Job.type.apiVersion else { return true }
        guard let job = try await client.find(Job.self, owner.name, in: pod.namespace), job.uid == owner.uid else {
            return false
        }
        return !job.isFinished || (job.spec?.managedBy ?? JobNames.controller) != JobNames.controller
    }
}
