import ClawBase
import ClawDocuments
public import ClawKubernetes
import ClawModels
import Synchronization

/// What asks for a reconcile.
extension Controller {
    /// Changes of these objects ask for the object itself.
    @discardableResult
    public func reconciles<R: Resource>(
        _ type: R.Type, in scope: CacheScope = .all, when predicate: ChangePredicate<R> = .any
    ) -> Self {
        watches(type, in: scope, when: predicate, as: .itself) { [ObjectKey($0)] }
    }

    /// Changes of these objects ask for the object that controls them, in the same namespace (or without one).
    /// - Parameter ownerKind: nil: the controller's own.
    @discardableResult
    public func owns<R: Resource>(
        _ type: R.Type, by ownerKind: String? = nil, in scope: CacheScope = .all, when predicate: ChangePredicate<R> = .any
    ) -> Self {
        let (kind, group) = (ownerKind ?? self.kind?.kind, ownerKind == nil ? self.kind?.group : nil)
        let isNamespaced = ownerKind == nil ? self.kind?.isNamespaced ?? true : true
        return watches(type, in: scope, when: predicate, as: .owner) { object in
            guard let owner = object.metadata.ownerReferences.first(where: { $0.controller == true }),
                owner.kind == kind, group == nil || owner.group == group
            else { return [] }
            return [ObjectKey(namespace: isNamespaced ? object.namespace ?? "" : "", name: owner.name)]
        }
    }

    /// Changes of these objects ask for the keys that `map` names.
    @discardableResult
    public func watches<R: Resource>(
        _ type: R.Type, in scope: CacheScope = .all, when predicate: ChangePredicate<R> = .any,
        _ map: @escaping @Sendable (R) -> [ObjectKey]
    ) -> Self {
        watches(type, in: scope, when: predicate, as: .watch, map)
    }

    @discardableResult
    func watches<R: Resource>(
        _ type: R.Type, in scope: CacheScope, when predicate: ChangePredicate<R>, as relation: Cause.Relation,
        _ map: @escaping @Sendable (R) -> [ObjectKey]
    ) -> Self {
        let cache = caches.cache(type, in: scope)
        cache.onChange { [weak self] change in
            guard let self, predicate(change) else { return }
            // The old one's keys too: an object that changes its owner concerns both.
            var keys = change.new.map(map) ?? []
            for key in change.old.map(map) ?? [] where !keys.contains(key) { keys.append(key) }
            if !keys.isEmpty { self.hear(change, keys, relation) }
        }
        sources.withLock { $0.syncs.append { try await cache.waitUntilSynced() } }
        return self
    }

    private func hear<R: Resource>(_ change: ObjectCache<R>.Change, _ keys: [ObjectKey], _ relation: Cause.Relation) {
        guard let object = change.object else { return }
        let now = caches.time.now
        let cause = Cause(
            change.event, kind: R.type.kind, object: ObjectKey(object), relation: relation, moment: now)
        let lane = change.lane(relation)
        let own = options.ignoresOwnWrites ? change.writer : nil
        update { queue in
            for key in keys {
                if let own, own.key == key, own.controller == ObjectIdentifier(self) { continue }
                add(key, to: &queue, lane, cause: cause, now: now)
            }
        }
        news.raise()
    }
}

extension ObjectCache.Change {
    fileprivate var event: Cause.Event {
        switch (old, new) {
        case (_, nil): .deleted
        case (nil, _): isPresent ? .present : .created
        default: .modified
        }
    }

    /// What somebody wants of the object itself comes before what follows from other things.
    fileprivate func lane(_ relation: Cause.Relation) -> Lane {
        if isPresent { return .background }
        guard relation == .itself else { return .normal }
        guard let old, let new else { return .user }
        let isWish =
            old.metadata.generation != new.metadata.generation || old.isBeingDeleted != new.isBeingDeleted
            || old.document[.metadata]?["annotations"] != new.document[.metadata]?["annotations"]
        return isWish ? .user : .normal
    }
}

extension OwnerReference {
    /// Of the owner's `apiVersion`: empty for the core group.
    fileprivate var group: String { apiVersion.contains("/") ? String(apiVersion.prefix { $0 != "/" }) : "" }
}
