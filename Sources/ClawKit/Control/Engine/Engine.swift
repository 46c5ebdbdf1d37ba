import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
public import Logging

extension Controller {
    /// A controller of a kind that is three pure functions: the engine does the rest.
    /// - Parameters:
    ///   - manager: the field manager of what is applied, and the value of `app.kubernetes.io/managed-by` of all
    ///     children.
    ///   - events: where what is wrong is told to people too, whenever the status changes.
    public convenience init<Kind: ManagedKind>(
        managing kind: Kind, name: String? = nil, in scope: CacheScope = .all, manager: String, caches: SharedCaches,
        options: Options = Options(), events: EventRecorder? = nil, logger: Logger
    ) {
        let engine = Engine(kind, manager: manager, in: scope, events: events, caches: caches)
        self.init(for: Kind.Object.self, name: name, in: scope, caches: caches, options: options, logger: logger) {
            try await engine.reconcile($0, $1)
        }
        for children in engine.children.stores { children.follow(by: self) }
        for relation in engine.relations { relation.follow(by: self) }
        let type = Kind.Object.type
        needs(Permission(["update"], type, part: "status", in: scope.namespace))
        // Where owner references are guarded, only who may write the owner's finalizers may have it wait for a child.
        needs(Permission(["update"], type, part: "finalizers", in: scope.namespace))
        for child in kind.children { needs(.managing(child.type)) }
    }
}

/// Makes what a kind desires so.
struct Engine<Kind: ManagedKind>: Sendable {
    private let kind: Kind
    private let manager: String
    private let events: EventRecorder?
    let children: Children
    let relations: [any RelatedStore<Kind.Object>]
    private let settled = SettledObjects()

    init(
        _ kind: Kind, manager: String, in scope: CacheScope, events: EventRecorder?, caches: SharedCaches
    ) {
        (self.kind, self.manager, self.events) = (kind, manager, events)
        children = Children(kind.children, unread: kind.childrenOfUnreadStatus, manager: manager, caches: caches)
        relations = kind.related.map { relation in Self.store(relation.type, relation, scope, caches) }
        settled.follow(caches.cache(Kind.Object.self, in: scope))
    }

    private static func store<R: Resource>(
        _ type: R.Type, _ relation: Relation, _ scope: CacheScope, _ caches: SharedCaches
    ) -> any RelatedStore<Kind.Object> {
        guard let sought = relation.sought else { return TypedRelation<R, Kind.Object>(relation, caches: caches) }
        return SoughtRelation<R, Kind.Object>(relation, sought, in: scope, caches: caches)
    }

    func reconcile(_ object: Kind.Object, _ context: ReconcileContext) async throws -> Reconciled {
        // Garbage collection removes the children.
        if object.isBeingDeleted { return .settled }
        let owner = ChildOwner(object, manager: manager)
        // What pure functions said of the very same things before, they would say again.
        let fingerprint = fingerprint(object, owner)
        if settled.contains(owner.key, fingerprint) { return .settled }
        var findings = kind.admit(object)
        var progress = ChildProgress()
        if !findings.contains(where: \.isRefusal) {
            do {
                let desired = try kind.desire(object, observed(object, owner, findings))
                progress = try await children.make(desired, of: owner, context.api)
            } catch let finding as Finding {
                findings.append(finding)
            }
        }
        let observed = observed(object, owner, findings, progress.failures)
        let observation = kind.observe(object, observed, now: context.time.now)
        let isReported = try await report(observation.object, replacing: object, observed, context)
        // What could not be made is tried again, with back-off; the status tells of it already.
        if let error = progress.error { throw error }
        if !isReported { return .again(after: .seconds(1)) }
        if let delay = observation.lookAgainAfter { return .again(after: delay) }
        if self.fingerprint(object, owner) == fingerprint { settled.insert(owner.key, fingerprint) }
        return .settled
    }

    private func fingerprint(_ object: Kind.Object, _ owner: ChildOwner) -> Int {
        var hasher = Hasher()
        hasher.combine(owner.uid)
        hasher.combine(object.resourceVersion)
        for store in children.stores { hasher.combine(store.fingerprint(of: owner)) }
        for store in relations { hasher.combine(store.fingerprint(of: object, owner.key)) }
        return hasher.finalize()
    }

    // MARK: what is there

    private func observed(
        _ object: Kind.Object, _ owner: ChildOwner, _ findings: [Finding], _ failures: [Observed.Failure] = []
    ) -> Observed {
        var objects: [ObjectIdentifier: [any Resource]] = [:]
        for store in children.stores {
            let found = store.objects(of: owner)
            if !found.isEmpty { objects[store.identifier] = found }
        }
        for store in relations {
            let found = store.objects(of: object, owner.key)
            guard !found.isEmpty else { continue }
            // A kind that is both a child and related is told once.
            let others = (objects[store.identifier] ?? []).filter { one in !found.contains { $0.name == one.name } }
            objects[store.identifier] = (others + found).sorted { $0.name < $1.name }
        }
        return Observed(byType: objects, findings: findings, failures: failures)
    }

    // MARK: the status

    /// Writes the status where it says something else than before; false where somebody else was quicker.
    private func report(
        _ new: Kind.Object, replacing old: Kind.Object, _ observed: Observed, _ context: ReconcileContext
    ) async throws -> Bool {
        let (wanted, present) = (new.document[.status], old.document[.status])
        if wanted == present || wanted?.withoutNothing == present?.withoutNothing { return true }
        do {
            _ = try await context.api.replaceStatus(new)
            for finding in observed.findings + observed.failures.map(\.finding) {
                events?.warning(finding.code.reason, finding.message, on: new)
            }
            return true
        } catch let error as KubernetesError where error.isConflict {
            return false
        } catch let error as KubernetesError where error.isNotFound {
            return true
        }
    }
}

extension Finding {
    /// Codes that begin with `W_` only warn.
    fileprivate var isRefusal: Bool { !code.rawValue.hasPrefix("W_") }
}

extension FindingCode {
    /// As events have it: `ChildTaken` for `E_CHILD_TAKEN`.
    fileprivate var reason: String {
        rawValue.split(separator: "_").dropFirst().map { $0.prefix(1) + $0.dropFirst().lowercased() }.joined()
    }
}

extension JSON {
    /// Without nulls and empty containers, which servers drop.
    fileprivate var withoutNothing: JSON? {
        switch self {
        case .null: return nil
        case .object(let object):
            var kept = JSONObject()
            for (name, value) in object { if let value = value.withoutNothing { kept[name] = value } }
            return kept.isEmpty ? nil : .object(kept)
        case .array(let items): return items.isEmpty ? nil : .array(items.map { $0.withoutNothing ?? $0 })
        default: return self
        }
    }
}
