public import ClawKubernetes

/// Objects that others make and that belong to an object of ours all the same, such as the pods of its Deployment.
///
///     Relation(Pod.self, labeled: "example.dev/site") { pod in
///         pod.labels["example.dev/site"].map { ObjectKey(namespace: pod.namespace ?? "", name: $0) }
///     }
public struct Relation: Sendable {
    let type: any Resource.Type
    /// Of those objects only the ones that have the label are kept in the cache.
    let label: String?
    let owner: @Sendable (any Resource) -> ObjectKey?
    private let matters: @Sendable (any Resource, any Resource) -> Bool

    /// - Parameters:
    ///   - labeled: objects without this label are not even looked at.
    ///   - predicate: which changes the status can tell of.
    ///   - owner: whose status tells of the object; nil: nobody's.
    public init<R: Resource>(
        _ type: R.Type, labeled label: String? = nil, when predicate: ChangePredicate<R> = .any,
        to owner: @escaping @Sendable (R) -> ObjectKey?
    ) {
        (self.type, self.label) = (type, label)
        self.owner = { object in (object as? R).flatMap(owner) }
        matters = { old, new in
            guard let old = old as? R, let new = new as? R else { return true }
            return predicate.holds(old, new)
        }
    }

    func predicate<R: Resource>(_ type: R.Type) -> ChangePredicate<R> { ChangePredicate { [matters] in matters($0, $1) } }
}
