import ClawBase
import ClawKubernetes
import ClawModels
import ClawResources

/// What is done to a tenant to suspend it, and to bring it back: each part for itself, and as often as one likes.
struct TenantSuspension: Sendable {
    /// The quota by which nothing new starts in a suspended project.
    static let seal = "clawkit-suspended"

    let api: any KubernetesAPI
    let time: any TimeSource

    // MARK: the tenant itself

    func setSuspended(_ isSuspended: Bool, _ tenant: String) async throws {
        _ = try await api.edit(Tenant.self, tenant, time: time) { $0.spec.suspended = isSuspended ? true : nil }
    }

    // MARK: its projects

    /// The namespaces that are there, in the order of their names.
    func namespaces(of tenant: String) async throws -> [String] {
        try await api.list(Namespace.self, labels: [ProjectNamespace.tenantLabel: tenant]).items
            .filter { !$0.isBeingDeleted && $0.labels[ProjectNamespace.managedByLabel] == ProjectNamespace.manager }
            .map(\.name).sorted()
    }

    func suspend(_ kind: SuspendableKind, in namespace: String) async throws {
        try await ObjectSuspension(kind: kind, api: api, time: time).suspend(in: namespace)
    }

    func restore(_ kind: SuspendableKind, in namespace: String) async throws {
        try await ObjectSuspension(kind: kind, api: api, time: time).restore(in: namespace)
    }

    func setSealed(_ isSealed: Bool, _ namespace: String) async throws {
        guard isSealed else {
            try await api.deleteIfPresent(ResourceQuota.self, Self.seal, in: namespace)
            return
        }
        let quota = ResourceQuota(
            metadata: ObjectMeta(name: Self.seal, namespace: namespace), spec: ResourceQuotaSpec(hard: ["pods": "0"]))
        _ = try await api.getOrCreate(quota)
    }

    /// The pods that run there still.
    func running(in namespace: String) async throws -> [String] {
        try await api.list(Pod.self, in: namespace).items
            .filter { !["Succeeded", "Failed"].contains($0.status?.phase ?? "") }.map(\.name)
    }
}
