import ClawBase
import ClawControl
import ClawKubernetes
import ClawResources

extension PlatformServices {
    var quotas: QuotaLedger { QuotaLedger(store, time: time, projects: caches.cache(Project.self)) }

    /// Makes a change that gives a project another quota, where its tenant may have that.
    /// - Parameter quota: nil where the change leaves it as it is.
    /// - Throws: ``Finding`` (`E_QUOTA_TENANT`), and what the change throws.
    func reserving<Result>(
        _ quota: [String: Quantity]?, for project: Project, _ change: () async throws -> Result
    ) async throws -> Result {
        guard let quota else { return try await change() }
        try await quotas.check(isComplete: quota, of: project.tenant)
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
