import ClawControl
import ClawKubernetes
import ClawModels

/// Which Services a pod's change concerns.
struct ServiceLookup: Sendable {
    /// A label that a Service asks of its pods.
    private struct Asked: Hashable {
        let namespace: String
        let name: String
        let value: String
    }

    private let index: ObjectIndex<Service, Asked>
    private let services: ObjectCache<Service>

    init(_ services: ObjectCache<Service>) {
        self.services = services
        index = services.index { service in
            // One of them finds it: which pods have all of them is seen then.
            guard service.members != nil, let label = service.spec?.selector.min(by: { $0.key < $1.key }) else { return [] }
            return [Asked(namespace: service.namespace ?? "", name: label.key, value: label.value)]
        }
    }

    var all: [ObjectKey] { services.all.filter { $0.members != nil }.map { ObjectKey($0) } }

    func affected(by change: ObjectCache<Pod>.Change) -> [ObjectKey] {
        guard let pod = change.object, isNews(change) else { return [] }
        let former = change.old?.labels ?? [:]
        let present = change.new?.labels ?? [:]
        let found = asking(for: former, in: pod.namespace)
        return former == present ? found : found + asking(for: present, in: pod.namespace)
    }

    /// The Services whose pods have these labels.
    private func asking(for labels: [String: String], in namespace: String?) -> [ObjectKey] {
        labels.flatMap { name, value in
            index[Asked(namespace: namespace ?? "", name: name, value: value)].filter {
                $0.members?.matches(labels) ?? false
            }.map { ObjectKey($0) }
        }
    }

    /// Whether anything changed that endpoints show.
    private func isNews(_ change: ObjectCache<Pod>.Change) -> Bool {
        guard let old = change.old, let new = change.new else { return true }
        return old.labels != new.labels || old.status?.podIPs != new.status?.podIPs || old.status?.podIP != new.status?.podIP
            || old.isReady != new.isReady || old.isBeingDeleted != new.isBeingDeleted || old.hasEnded != new.hasEnded
            || old.spec?.nodeName != new.spec?.nodeName || old.uid != new.uid
    }
}
