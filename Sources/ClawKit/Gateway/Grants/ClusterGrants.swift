import ClawBase
public import ClawControl
import ClawKubernetes
import ClawLedger
import ClawResources
import Synchronization

/// Grants as the cluster has them: `ModelGrant` objects, indexed by their key's hash as they change. An orchestrator
/// makes them for runtimes; keys that people are given are the platform's store's (``StoreGrants``).
///
/// A grant counts from the moment the cache sees it, and ends with the object. One that names no tenant belongs to its
/// project's.
public final class ClusterGrants: GrantDirectory {
    private let grants = Mutex<[String: ModelGrant]>([:])
    private let projects: ObjectCache<Project>
    private let followers = GrantFollowers()

    public init(caches: SharedCaches) {
        projects = caches.cache(Project.self)
        caches.cache(ModelGrantResource.self).onChange { [weak self] change in
            self?.grants.withLock { grants in
                if let old = change.old { grants[old.keyHash] = nil }
                if let new = change.new { grants[new.keyHash] = ModelGrant(new) }
            }
            if let old = change.old { self?.followers.tell(ModelGrant(old).id) }
        }
    }

    public func grant(forKeyHash keyHash: String) async -> ModelGrant? {
        guard var grant = grants.withLock({ $0[keyHash] }) else { return nil }
        if grant.subject.tenant == nil, let project = grant.subject.project {
            grant.subject.tenant = projects.get(project)?.tenant
        }
        return grant
    }

    public func follow(_ changed: @escaping @Sendable (_ grant: String?) -> Void) { followers.add(changed) }
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
