import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Synchronization

/// Since when what a Service's endpoints show has been so: of what has changed since the last look the first, which the
/// endpoints are annotated with.
final class ChangeTimes: Sendable {
    private struct Known {
        var service: Timestamp?
        var pods: [String: Timestamp] = [:]
    }
    private let byService = Mutex<[ObjectKey: Known]>([:])

    func change(_ service: Service, _ pods: [Pod]) -> Timestamp? {
        byService.withLock { byService in
            let old = byService[ObjectKey(service)]
            var new = Known(service: service.metadata.created)
            for pod in pods {
                let ready = pod.status?.conditions.first { $0.type == "Ready" }?.lastTransitionTime
                if let time = ready.flatMap(Timestamp.init(rfc3339:)) { new.pods[pod.name] = time }
            }
            byService[ObjectKey(service)] = new
            // A look at what was there before tells nothing of changes.
            guard let old else { return new.service }
            let changed = new.pods.filter { name, moment in old.pods[name].map { $0 < moment } ?? true }
            return changed.values.min()
        }
    }

    func forget(_ service: ObjectKey) { byService.withLock { $0[service] = nil } }
}
