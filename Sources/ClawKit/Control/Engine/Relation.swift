public import ClawKubernetes

/// Objects that others make and that belong to an object of ours all the same, such as the pods of its Deployment.
///
///     Relation(Pod.self, labeled: "example.dev/site") { pod in
///         pod.labels["example.dev/site"].map { ObjectKey(namespace: pod.namespace ?? "", name: $0) }
///     }
///
/// Or objects that an object of ours names, such as the Secret in its spec, however many others name them too:
///
///     Relation(KubernetesSecret.self, soughtBy: { (site: Site) in
///         [ObjectKey(namespace: site.namespace ?? "", name: site.spec.secretName)]
///     })
public struct Relation: Sendable {
    let type: any Resource.Type
    /// Of those objects only the ones that have the label are kept in the cache.
    let label: String?
    /// Whose it is; with ``sought``, what it is found under.
    let owner: @Sendable (any Resource) -> ObjectKey?
    /// What an object of ours looks for; nil: for itself.
    let sought: (@Sendable (any Resource) -> [ObjectKey])?
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
        sought = nil
        matters = Self.matters(predicate)
    }

    /// - Parameters:
    ///   - labeled: objects without this label are not even looked at.
    ///   - predicate: which changes the status can tell of.
    ///   - key: what an object is found under; by itself its own key. Several may be found under one.
    ///   - sought: the keys under which an object of the managed kind looks.
    public init<R: Resource, Object: Resource>(
        _ type: R.Type, labeled label: String? = nil, when predicate: ChangePredicate<R> = .any,
        under key: @escaping @Sendable (R) -> ObjectKey = { ObjectKey($0) },
        soughtBy sought: @escaping @Sendable (Object) -> [ObjectKey]
    ) {
        (self.type, self.label) = (type, label)
        owner = { object in (object as? R).map(key) }
        self.sought = { object in (object as? Object).map(sought) ?? [] }
        matters = Self.matters(predicate)
    }

    private static func matters<R: Resource>(
        _ predicate: ChangePredicate<R>
    ) -> @Sendable (any Resource, any Resource) -> Bool {
        { old, new in
            guard let old = old as? R, let new = new as? R else { return true }
            return predicate.holds(old, new)
        }
    }

    func predicate<R: Resource>(_ type: R.Type) -> ChangePredicate<R> { ChangePredicate { [matters] in matters($0, $1) } }
}
