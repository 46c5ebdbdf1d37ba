import ClawBase
import ClawControl
import ClawModels
import ClawResources

/// A pod of a pool, as far as it matters for keeping the pool.
struct PoolMember: Sendable, Hashable {
    enum State: Sendable, Hashable {
        case starting
        /// No node takes it.
        case unschedulable
        /// Ended for good.
        case failed
        case warm
    }

    var name: String
    var uid: String
    /// What it was when it was looked at: a removal is meant for that and nothing newer.
    var version: String?
    var state: State
    /// ``WarmShape/hash``
    var shape: String
    var createdAt: Timestamp
    /// How long it took to become warm; nil while it is not.
    var tookToStart: Duration?
}

extension PoolMember {
    /// nil where it is nobody's to keep any more: claimed, or about to go.
    init?(_ pod: Pod) {
        guard Self.pool(of: pod) != nil, !pod.isBeingDeleted, let uid = pod.uid else { return nil }
        (name, self.uid, version) = (pod.name, uid, pod.resourceVersion)
        shape = pod.annotations[Self.shapeAnnotation] ?? ""
        createdAt = pod.metadata.creationTimestamp.flatMap { Timestamp(rfc3339: $0) } ?? Timestamp(seconds: 0)
        let conditions = pod.status?.conditions ?? []
        if ["Failed", "Succeeded"].contains(pod.status?.phase ?? "") {
            state = .failed
        } else if let ready = conditions.first(where: { $0.type == "Ready" }), ready.status == "True" {
            state = .warm
            let since = ready.lastTransitionTime.flatMap { Timestamp(rfc3339: $0) }
            tookToStart = since.map { max(.zero, $0 - createdAt) }
        } else if conditions.contains(where: {
            $0.type == "PodScheduled" && $0.status == "False" && $0.reason == "Unschedulable"
        }) {
            state = .unschedulable
        } else {
            state = .starting
        }
    }

    /// The pool of pods and volumes that came from one, whoever has them now.
    static let poolLabel = "clawkit.dev/pool"
    static let shapeAnnotation = "clawkit.dev/shape-hash"
    /// The run of its container that waited for the user (``BundleWaiter``); later ones are the program's.
    static let waitedAnnotation = "clawkit.dev/waited-run"

    static func volumeName(of member: String) -> String { "\(member)-state" }

    /// The pool that a pod still belongs to.
    static func pool(of pod: Pod) -> ObjectKey? { pool(pod.metadata.controllerReference, pod.namespace) }

    static func pool(of claim: PersistentVolumeClaim) -> ObjectKey? {
        pool(claim.metadata.controllerReference, claim.namespace)
    }

    private static func pool(_ owner: OwnerReference?, _ namespace: String?) -> ObjectKey? {
        guard let owner, owner.kind == RuntimePool.type.kind, owner.apiVersion.hasPrefix("\(ClawGroup.name)/") else {
            return nil
        }
        return ObjectKey(namespace: namespace ?? "", name: owner.name)
    }

    /// The claim of a pod's state volume.
    static func volume(of pod: Pod) -> String? {
        pod.spec?.volumes.first { $0.name == RuntimeShape.stateVolume }?.persistentVolumeClaim?.claimName
    }
}
