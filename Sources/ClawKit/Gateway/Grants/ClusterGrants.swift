import ClawBase
public import ClawControl
import ClawKubernetes
import ClawLedger
import ClawModels
import ClawResources
import Synchronization

/// Grants as the cluster has them: `ModelGrant` objects, indexed by their key's hash as they change. An orchestrator
/// makes them for runtimes, and ``PodKeys`` for the tokens of runtimes' pods; keys that people are given are the
/// platform's store's (``StoreGrants``).
///
/// A grant counts from the moment the cache sees it, and ends with the object. One that names no tenant belongs to its
/// project's. One that is bound to a pod ends with that pod and with the grant it was given by, too.
public final class ClusterGrants: GrantDirectory {
    private struct Entry {
        var grant: ModelGrant
        var namespace: String
        var binding: ModelGrantBinding?
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let projects: ObjectCache<Project>
    private let pods: ObjectCache<Pod>
    private let grants: ObjectCache<ModelGrantResource>
    /// By the pod's uid, and by the grant that they were given by.
    private let bound: ObjectIndex<ModelGrantResource, String>
    private let followers = GrantFollowers()

    public init(caches: SharedCaches) {
        projects = caches.cache(Project.self)
        pods = caches.cache(Pod.self)
        grants = caches.cache(ModelGrantResource.self)
        bound = grants.index { grant in grant.binding.map { [$0.podUID, "\(grant.namespace ?? "")/\($0.grant)"] } ?? [] }
        grants.onChange { [weak self] change in
            self?.entries.withLock { entries in
                if let old = change.old { entries[old.keyHash] = nil }
                if let new = change.new {
                    entries[new.keyHash] = Entry(
                        grant: ModelGrant(new), namespace: new.namespace ?? "", binding: new.binding)
                }
            }
            guard let old = change.old else { return }
            self?.followers.tell(ModelGrant(old).id)
            self?.tell(ofGrantsBoundTo: ModelGrant(old).id)
        }
        pods.onChange { [weak self] change in
            guard let old = change.old, change.new?.uid != old.uid || change.new?.hasEnded == true else { return }
            self?.tell(ofGrantsBoundTo: old.uid ?? "")
        }
    }

    private func tell(ofGrantsBoundTo what: String) {
        for key in bound.keys(of: what) { followers.tell("\(key.namespace)/\(key.name)") }
    }

    public func grant(forKeyHash keyHash: String) async -> ModelGrant? {
        guard let entry = entries.withLock({ $0[keyHash] }) else { return nil }
        var grant = entry.grant
        if let binding = entry.binding {
            guard let own = grants.get(binding.grant, in: entry.namespace), own.binding == nil,
                let pod = pods.get(binding.pod, in: entry.namespace), pod.uid == binding.podUID, !pod.hasEnded
            else { return nil }
            let whole = ModelGrant(own)
            if !whole.models.isEmpty {
                grant.models = grant.models.isEmpty ? whole.models : grant.models.filter(whole.models.contains)
                // No model at all; an empty list would mean all of them.
                if grant.models.isEmpty { return nil }
            }
            (grant.subject, grant.cache) = (whole.subject, whole.cache)
            grant.expiresAt = [grant.expiresAt, whole.expiresAt].compactMap { $0 }.min()
        }
        if grant.subject.tenant == nil, let project = grant.subject.project {
            grant.subject.tenant = projects.get(project)?.tenant
        }
        return grant
    }

    /// The keys that a pod holds for its tokens.
    func keys(ofPod uid: String) -> [ModelGrantResource] { bound[uid] }

    public func follow(_ changed: @escaping @Sendable (_ grant: String?) -> Void) { followers.add(changed) }
}

extension Pod {
    /// Whether nothing of it will run any more.
    var hasEnded: Bool { ["Succeeded", "Failed"].contains(status?.phase ?? "") }
}

extension ModelGrant {
    init(_ resource: ModelGrantResource) {
        self.init(
            id: "\(resource.namespace ?? "")/\(resource.name)", keyHash: resource.keyHash,
            subject: UsageSubject(
                tenant: resource.tenant, project: resource.project, user: resource.user, runtime: resource.runtime),
            models: resource.models,
            // A moment that cannot be read has passed: a grant never lasts longer than it says.
            expiresAt: resource.expiresAt.map { Timestamp(rfc3339: $0) ?? Timestamp(seconds: 0) })
        cache = resource.cacheSeconds.map { .seconds($0) }
    }
}
