import ClawKubernetes
import ClawModels

/// Whose children they are.
struct ChildOwner: Sendable {
    /// Of a child that stays when it is no longer desired.
    static let keptAnnotation = "clawkit.dev/kept"

    let key: ObjectKey
    let type: ResourceType
    let uid: String
    let manager: String

    init(_ object: some Resource, manager: String) {
        (key, type, uid) = (ObjectKey(object), object.resourceType, object.uid ?? "")
        self.manager = manager
    }

    /// The child as it is to be applied: with its namespace, its label, and the reference to the owner.
    func adopt<R: Resource>(_ child: R, _ policy: Child.Policy) -> R {
        var child = child
        if R.type.isNamespaced, child.namespace == nil { child.metadata.namespace = key.namespace }
        if child.labels[Child.managerLabel] == nil { child.labels[Child.managerLabel] = manager }
        if policy == .kept { child.annotations[Self.keptAnnotation] = "true" }
        guard canOwn(child) else { return child }
        let reference = OwnerReference(
            apiVersion: type.apiVersion, kind: type.kind, name: key.name, uid: uid,
            blockOwnerDeletion: policy == .shared ? nil : true, controller: policy == .shared ? nil : true)
        child.metadata.ownerReferences.append(reference)
        return child
    }

    /// An owner in a namespace owns only there.
    /// <https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/>
    func canOwn(_ child: some Resource) -> Bool { !type.isNamespaced || child.namespace == key.namespace }

    /// Of shared children each owner has its own fields, so that none takes another's reference away.
    func fieldManager(_ policy: Child.Policy) -> String { policy == .shared ? "\(manager)-\(uid)" : manager }
}
