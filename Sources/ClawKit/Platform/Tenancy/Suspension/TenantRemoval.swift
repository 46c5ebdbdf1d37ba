import ClawBase
import ClawKubernetes
import ClawModels
import ClawResources

/// What is done to delete a tenant with everything it has. What is announced can be taken back until the time has come,
/// and is looked at again before each thing that goes.
struct TenantRemoval: Sendable {
    let api: any KubernetesAPI
    let time: any TimeSource

    func mustExist(_ target: String) async throws -> [Finding] {
        let name = String(target.dropFirst(TenantOperations.kind.count + 1))
        if try await api.find(Tenant.self, name) != nil { return [] }
        return [Finding(.notFound, "There is no tenant '\(name)'; check the name.")]
    }

    func announce(_ tenant: String, after: Timestamp?) async throws {
        _ = try await api.edit(Tenant.self, tenant, time: time) { $0.spec.deletedAfter = after }
    }

    /// - Throws: ``StepRefusal`` where the deletion has been taken back, or is of another tenant of the name.
    func mustBeDue(_ name: String, _ deletion: TenantDeletion) async throws {
        let tenant = try await api.find(Tenant.self, name)
        guard let tenant, tenant.uid == deletion.uid, let after = tenant.spec.deletedAfter,
            after.seconds == deletion.after.seconds, after <= time.now
        else {
            throw StepRefusal(
                Finding(.stale, "The deletion of tenant '\(name)' has been taken back; what is left of it stays."))
        }
    }

    func deleteProjects(of name: String, _ deletion: TenantDeletion) async throws {
        while true {
            let all = try await api.list(Project.self).items
            let projects = all.filter { $0.tenant == name }.sorted { $0.name < $1.name }
            if projects.isEmpty { return }
            for project in projects where !project.isBeingDeleted {
                try await mustBeDue(name, deletion)
                try await api.deleteIfPresent(
                    Project.self, project.name, propagation: .foreground, uid: project.uid)
            }
            try await time.sleep(for: .milliseconds(200))
        }
    }

    func deleteTenant(_ name: String, _ deletion: TenantDeletion) async throws {
        if try await api.find(Tenant.self, name) == nil { return }
        try await mustBeDue(name, deletion)
        try await api.deleteIfPresent(Tenant.self, name, propagation: .background, uid: deletion.uid)
        try await api.deleteIfPresent(Policy.self, PolicyLayer.tenant(name).description)
    }
}
