import ClawBase
import ClawKubernetes
import ClawResources

extension PlatformServices {
    var quotas: QuotaLedger { QuotaLedger(store, time: time) }

    /// Makes a change that gives a project another quota, where its tenant may have that.
    /// - Parameter quota: nil where the change leaves it as it is.
    /// - Throws: ``Finding`` (`E_QUOTA_TENANT`), and what the change throws.
    func reserving<Result>(
        _ quota: [String: Quantity]?, for project: Project, _ change: () async throws -> Result
    ) async throws -> Result {
        guard let quota else { return try await change() }
        let cap = try await quotas.standing(of: project.tenant).cap
        for name in cap.keys.sorted() where quota[name] == nil {
            throw Finding(
                .tenantQuota,
                "Tenant '\(project.tenant)' has a cap on \(name), so that its projects need a quota for it; give one.",
                field: "quota.\(name)", details: ["resource": name])
        }
        if quota.isEmpty, project.spec.quota.isEmpty { return try await change() }
        let reservation = try await quotas.reserve(quota, for: QuotaKeeper.subject(project.name), of: project.tenant)
        let result: Result
        do {
            result = try await change()
        } catch {
            // Not being able to say so costs the room until the reservation runs out.
            try? await quotas.release(reservation)
            throw error
        }
        // The keeper finds what was done, should this fail.
        try? await quotas.commit(reservation)
        return result
    }
}
