import ClawKubernetes

/// What is related to the objects of a kind, without its type.
protocol RelatedStore<Object>: Sendable {
    associatedtype Object: Resource
    var identifier: ObjectIdentifier { get }
    func follow(by controller: Controller)
    /// Sorted by name.
    func objects(of owner: Object, _ key: ObjectKey) -> [any Resource]
    func fingerprint(of owner: Object, _ key: ObjectKey) -> Int
}

/// Related objects that say themselves whose they are.
struct TypedRelation<R: Resource, Object: Resource>: RelatedStore {
    private let predicate: ChangePredicate<R>
    private let scope: CacheScope
    private let owner: @Sendable (R) -> [ObjectKey]
    private let index: ObjectIndex<R, ObjectKey>

    init(_ relation: Relation, caches: SharedCaches) {
        let owner: @Sendable (R) -> [ObjectKey] = { object in relation.owner(object).map { [$0] } ?? [] }
        scope = relation.scope
        self.owner = owner
        predicate = relation.predicate(R.self)
        index = caches.cache(R.self, in: scope).index(owner)
    }

    var identifier: ObjectIdentifier { ObjectIdentifier(R.self) }

    func follow(by controller: Controller) { controller.watches(R.self, in: scope, when: predicate, owner) }

    func objects(of owner: Object, _ key: ObjectKey) -> [any Resource] { index[key] }

    func fingerprint(of owner: Object, _ key: ObjectKey) -> Int { index.fingerprint(of: key) }
}

/// Related objects that the others look for.
struct SoughtRelation<R: Resource, Object: Resource>: RelatedStore {
    private let predicate: ChangePredicate<R>
    private let scope: CacheScope
    private let key: @Sendable (R) -> [ObjectKey]
    private let sought: @Sendable (Object) -> [ObjectKey]
    private let found: ObjectIndex<R, ObjectKey>
    private let seekers: ObjectIndex<Object, ObjectKey>

    init(
        _ relation: Relation, _ sought: @escaping @Sendable (any Resource) -> [ObjectKey], in owners: CacheScope,
        caches: SharedCaches
    ) {
        let key: @Sendable (R) -> [ObjectKey] = { object in relation.owner(object).map { [$0] } ?? [] }
        let seek: @Sendable (Object) -> [ObjectKey] = { sought($0) }
        scope = relation.scope
        (self.key, self.sought) = (key, seek)
        predicate = relation.predicate(R.self)
        found = caches.cache(R.self, in: scope).index(key)
        seekers = caches.cache(Object.self, in: owners).index(seek)
    }

    var identifier: ObjectIdentifier { ObjectIdentifier(R.self) }

    func follow(by controller: Controller) {
        controller.watches(R.self, in: scope, when: predicate) { [key, seekers] object in
            key(object).flatMap { seekers.keys(of: $0) }
        }
    }

    func objects(of owner: Object, _: ObjectKey) -> [any Resource] {
        sought(owner).flatMap { found[$0] as [any Resource] }.sorted { $0.name < $1.name }
    }

    func fingerprint(of owner: Object, _: ObjectKey) -> Int {
        var hasher = Hasher()
        for key in sought(owner) { hasher.combine(found.fingerprint(of: key)) }
        return hasher.finalize()
    }
}

extension Relation {
    fileprivate var scope: CacheScope { CacheScope(matching: label.map { Selection(labelSelector: $0) } ?? .all) }
}
