import ClawControl
import ClawModels
import Synchronization

/// The pods that nobody controls, by namespace: whoever looks for pods to adopt looks at these only.
final class OrphanPods: Sendable {
    private let pods: ObjectCache<Pod>
    private let byNamespace = Mutex<[String: Set<ObjectKey>]>([:])

    init(_ pods: ObjectCache<Pod>) {
        self.pods = pods
        pods.onChange { [weak self] change in self?.didChange(change) }
    }

    private func didChange(_ change: ObjectCache<Pod>.Change) {
        guard let pod = change.object else { return }
        let isOrphan = change.new.map { $0.metadata.controllerReference == nil } ?? false
        let key = ObjectKey(pod)
        byNamespace.withLock { byNamespace in
            if isOrphan {
                byNamespace[key.namespace, default: []].insert(key)
            } else if byNamespace[key.namespace]?.remove(key) != nil, byNamespace[key.namespace]?.isEmpty == true {
                byNamespace[key.namespace] = nil
            }
        }
    }

    func isAny(in namespace: String) -> Bool { byNamespace.withLock { $0[namespace]?.isEmpty == false } }

    func matching(_ labels: (Pod) -> Bool, in namespace: String) -> [Pod] {
        let keys = byNamespace.withLock { $0[namespace] ?? [] }
        return keys.sorted().compactMap { pods[$0] }.filter { !$0.isBeingDeleted && labels($0) }
    }
}
