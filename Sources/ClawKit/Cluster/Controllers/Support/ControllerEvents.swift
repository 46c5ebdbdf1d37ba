import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Synchronization

/// Writes what a controller did into Events, which `kubectl describe` shows.
///
/// As in Kubernetes' own controllers these are events of the core group, each written before the controller goes on;
/// what is counted and combined follows ``EventLedger``.
final class ControllerEvents: Sendable {
    enum Kind: String, Sendable { case normal = "Normal", warning = "Warning" }

    private let client: KubernetesClient
    private let component: String
    private let time: any TimeSource
    private let ledger = Mutex(EventLedger())

    /// - Parameter component: who tells it: `job-controller`.
    init(_ client: KubernetesClient, _ component: String, time: any TimeSource) {
        (self.client, self.component, self.time) = (client, component, time)
    }

    func normal(_ reason: String, _ message: String, on object: some Resource) async {
        await record(.normal, reason, message, on: object)
    }

    func warning(_ reason: String, _ message: String, on object: some Resource) async {
        await record(.warning, reason, message, on: object)
    }

    /// Best effort: an event that cannot be written is lost.
    private func record<R: Resource>(_ kind: Kind, _ reason: String, _ message: String, on object: R) async {
        let subject = EventLedger.Subject(
            uid: object.uid ?? "", namespace: object.namespace ?? "default", type: kind.rawValue, reason: reason)
        let now = time.now
        switch ledger.withLock({ $0.record(subject, String(message.prefix(1024)), object: object.name, at: now) }) {
        case nil: return
        case .count(let name, let count, let message, _):
            let found = try? await client.mergePatch(
                Event.self, name, in: subject.namespace,
                [
                    "count": .integer(Int64(count)), "lastTimestamp": .string(now.rfc3339()),
                    "message": .string(message),
                ])
            // It has been deleted: the next one begins anew.
            if found == nil { ledger.withLock { $0.forget(subject) } }
        case .create(let name, let message):
            let reference = ObjectReference(
                apiVersion: R.type.apiVersion, kind: R.type.kind, name: object.name, namespace: object.namespace,
                resourceVersion: object.resourceVersion, uid: object.uid)
            _ = try? await client.create(
                Event(
                    metadata: ObjectMeta(name: name, namespace: subject.namespace),
                    involvedObject: reference, count: 1, firstTimestamp: now.rfc3339(), lastTimestamp: now.rfc3339(),
                    message: message, reason: reason, reportingComponent: component,
                    source: EventSource(component: component), type: kind.rawValue))
        }
    }
}
