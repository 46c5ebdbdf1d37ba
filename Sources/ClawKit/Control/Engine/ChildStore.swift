import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import Synchronization

/// The children of one kind, without its type.
protocol ChildStore: Sendable {
    var identifier: ObjectIdentifier { get }
    func follow(by controller: Controller)
    /// Sorted by name.
    func objects(of owner: ChildOwner) -> [any Resource]
    /// Another number as soon as one of them is another.
    func fingerprint(of owner: ChildOwner) -> Int
    func apply(_ child: Child, _ owner: ChildOwner, _ api: any KubernetesAPI) async throws
    func prune(except names: Set<String>, _ owner: ChildOwner, _ api: any KubernetesAPI) async throws
}

/// The children of one kind: looked at in a cache of what the manager manages, changed only where they differ.
struct TypedChildren<R: Resource>: ChildStore {
    /// That a live version satisfies a wish, as found before: neither need be looked into again.
    private struct Proof {
        let version: String
        let wish: Int
    }

    private let cache: ObjectCache<R>
    private let scope: CacheScope
    private let isStatusRead: Bool
    private let proofs = Proofs()
    private final class Proofs: Sendable { let all = Mutex<[ObjectKey: Proof]>([:]) }

    init(manager: String, isStatusRead: Bool, caches: SharedCaches) {
        self.isStatusRead = isStatusRead
        scope = CacheScope(matching: Selection(labels: [Child.managerLabel: manager]))
        cache = caches.cache(R.self, in: scope)
        cache.onChange { [proofs] change in
            guard change.new == nil, let old = change.old else { return }
            proofs.all.withLock { $0[ObjectKey(old)] = nil }
        }
    }

    var identifier: ObjectIdentifier { ObjectIdentifier(R.self) }

    func follow(by controller: Controller) {
        // Not all servers count generations of all kinds.
        let predicate: ChangePredicate<R> =
            isStatusRead ? .any : .changed("spec") || .labelsChanged || .annotationsChanged || .ownersChanged
        controller.owns(R.self, in: scope, when: predicate)
    }

    func objects(of owner: ChildOwner) -> [any Resource] {
        let found = cache.controlled(by: owner.uid)
        return found.count > 1 ? found.sorted { $0.name < $1.name } : found
    }

    func fingerprint(of owner: ChildOwner) -> Int { cache.fingerprint(controlledBy: owner.uid) }

    // MARK: applying

    func apply(_ child: Child, _ owner: ChildOwner, _ api: any KubernetesAPI) async throws {
        guard let object = child.object as? R else { return }
        let desired = owner.adopt(object, child.policy)
        let key = ObjectKey(desired)
        let live = cache[key]
        if let live {
            if child.policy == .createdOnce, live.controllerUID == owner.uid { return }
            let wish = desired.document.hashValue
            if let version = live.resourceVersion, let proof = proofs.all.withLock({ $0[key] }),
                proof.version == version, proof.wish == wish
            {
                return
            }
            try requireOwn(live, child, owner)
        } else if child.policy != .shared, let other = try await api.find(R.self, key.name, in: desired.namespace) {
            // It lacks the label, or the cache is behind.
            try requireOwn(other, child, owner)
        }
        let state = DesiredState(
            api, manager: owner.fieldManager(child.policy), isShared: child.policy == .shared)
        let outcome = try await state.apply(desired, live: live)
        guard case .unchanged = outcome, let version = live?.resourceVersion else { return }
        proofs.all.withLock { $0[key] = Proof(version: version, wish: desired.document.hashValue) }
    }

    private func requireOwn(_ live: R, _ child: Child, _ owner: ChildOwner) throws {
        guard child.policy != .shared, owner.canOwn(live), live.controllerUID != owner.uid else { return }
        let holder = live.metadata.ownerReferences.first { $0.controller == true }
        if child.policy == .adopted, holder == nil, live.labels[Child.managerLabel] == owner.manager { return }
        let whose = holder.map { "belongs to \($0.kind) \($0.name)" } ?? "was not made for it"
        throw Finding(
            .childTaken,
            "\(R.type.kind) \(live.name) is there already and \(whose); remove it, or choose another name.",
            field: "metadata.name")
    }

    // MARK: pruning

    func prune(except names: Set<String>, _ owner: ChildOwner, _ api: any KubernetesAPI) async throws {
        for object in cache.controlled(by: owner.uid)
        where !names.contains(object.name) && !object.isBeingDeleted
            && object.annotations[ChildOwner.keptAnnotation] != "true"
        {
            try await api.deleteIfPresent(
                R.self, object.name, in: object.namespace, propagation: .background, uid: object.uid)
        }
    }
}
