public import ClawBase
import ClawControl
import ClawKubernetes
import ClawResources

/// The policies of the cluster, by whom they bind.
struct PolicyBook: Sendable {
    private let policies: ObjectCache<Policy>
    private let projects: ObjectCache<Project>
    private let tenants: ObjectCache<Tenant>

    init(_ caches: SharedCaches) {
        policies = caches.cache(Policy.self)
        (projects, tenants) = (caches.cache(Project.self), caches.cache(Tenant.self))
    }

    /// What holds in a project, for one user of it; fails where one of the layers cannot be understood, and where the
    /// tenant is suspended.
    func policy(project: String, user: String? = nil) -> Result<LayeredPolicy, Finding> {
        let tenant = projects.get(project)?.tenant ?? ""
        if tenants.get(tenant)?.spec.suspended ?? false { return .failure(.isSuspended(tenant)) }
        let layers = PolicyLayer.all(tenant: tenant, project: project, user: user)
        let stated = layers.compactMap { policies.get($0.description) }
        return Result { () throws(Finding) in try LayeredPolicy(stated) }
    }

    func hasProject(_ namespace: String) -> Bool { projects.get(namespace) != nil }

    /// From which namespaces others than the platform reach a project's pods.
    func routers(of namespace: String) -> [String] { projects.get(namespace)?.spec.network.ingressFrom ?? [] }

    func isOf(_ tenant: Tenant, project: String) -> Bool { projects.get(project)?.tenant == tenant.name }

    /// Whether a policy holds in a project.
    func holds(_ policy: Policy, in project: String) -> Bool {
        switch PolicyLayer(policy.name) {
        case .platform: true
        case .tenant(let name): projects.get(project)?.tenant == name
        case .project(let name), .user(_, let name): name == project
        case nil: false
        }
    }
}

extension Finding {
    static func isSuspended(_ tenant: String) -> Finding {
        Finding(
            .tenantSuspended, "Tenant '\(tenant)' is suspended, and nothing of it runs; have it resumed.",
            details: ["tenant": tenant])
    }
}

extension FindingCode {
    /// Nothing of a suspended tenant runs.
    public static let tenantSuspended = FindingCode(rawValue: "E_TENANT_SUSPENDED")
}

extension KubernetesAPI {
    /// The policies of some layers as they are now, from the widest.
    func policies(of layers: [PolicyLayer]) async throws -> [Policy] {
        var found: [Policy] = []
        for layer in layers { if let policy = try await find(Policy.self, layer.description) { found.append(policy) } }
        return found
    }

    /// What holds in a project now, for one user of it.
    /// - Throws: ``Finding`` (`E_POLICY_UNKNOWN`, `E_POLICY_INVALID`), ``KubernetesError``.
    func policy(of project: Project, user: String? = nil) async throws -> LayeredPolicy {
        try LayeredPolicy(
            try await policies(of: PolicyLayer.all(tenant: project.tenant, project: project.name, user: user)))
    }
}
