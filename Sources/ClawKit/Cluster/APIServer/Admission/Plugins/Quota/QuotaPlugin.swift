import ClawDocuments
import ClawModels
import Synchronization

/// Refuses what goes beyond a namespace's quotas, and counts what does not, in the quotas' status.
/// <https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#resourcequota>
final class QuotaPlugin: ValidatingPlugin {
    static let collection = ObjectStore.Collection(group: "", plural: "resourcequotas")

    func concerns(_ request: AdmissionRequest) -> Bool { !request.store.isEmpty(Self.collection) }

    func validate(_ object: JSONObject?, _ request: AdmissionRequest) async throws {
        let usage = QuotaUsage(type: request.type)
        guard let object, let namespace = request.call.namespace,
            request.operation == .create && request.subresource == nil
                || request.operation == .update && usage.countsUpdates(subresource: request.subresource)
        else { return }
        while true {
            let quotas = request.store.list(Self.collection, namespace: namespace).objects
            guard !quotas.isEmpty else { return }
            let charged = try quotas.compactMap { try charge($0, object, usage, request) }
            if request.call.isDryRun || charged.isEmpty { return }
            // Counted before the object is kept: what is written twice at once must not pass twice.
            request.store.reservations.reserve(charged.map { ($0.name, $0.added) }, for: object, in: namespace)
            do {
                for charge in charged {
                    _ = try await request.store.commit(Self.collection, charge.quota, expecting: .revision(charge.revision))
                }
                return
            } catch is ObjectStore.CommitError {
                // Somebody else was counted meanwhile.
                continue
            }
        }
    }

    private struct Charge {
        let name: String
        let quota: JSONObject
        let revision: UInt64
        let added: [String: Quantity]
    }

    /// The quota with the object counted; nil where it does not count.
    private func charge(
        _ document: JSONObject, _ object: JSONObject, _ usage: QuotaUsage, _ request: AdmissionRequest
    ) throws -> Charge? {
        var quota = ResourceQuota(document: document)
        let name = quota.name
        guard QuotaScopes(quota).include(object, request.type) else { return nil }
        let hard = quota.status?.hard ?? [:]
        let relevant = usage.relevant(hard.keys)
        guard !relevant.isEmpty else { return nil }
        let unstated = usage.unstated(relevant, in: object)
        if !unstated.isEmpty {
            let list = unstated.map { "\($0.resource) for: \($0.containers.joined(separator: ","))" }
            throw request.forbidden(object, "failed quota: \(name): must specify \(list.joined(separator: "; "))")
        }
        let used = quota.status?.used ?? [:]
        guard relevant.allSatisfy({ used[$0] != nil }) else {
            throw request.forbidden(
                object, "status unknown for quota: \(name), resources: \(relevant.sorted().joined(separator: ","))")
        }
        var added = usage.amounts(of: object).filter { relevant.contains($0.key) }
        if let old = request.old {
            let before = usage.amounts(of: old)
            added = added.reduce(into: [:]) { $0[$1.key] = $1.value - (before[$1.key] ?? .zero) }
        }
        added = added.filter { $0.value > .zero }
        guard !added.isEmpty else { return nil }
        let total = used.merging(added) { ($0 + $1) ?? $0 }
        let exceeded = added.keys.filter { total[$0] ?? .zero > hard[$0] ?? .zero }
        guard exceeded.isEmpty else {
            func list(_ amounts: [String: Quantity]) -> String {
                exceeded.sorted().map { "\($0)=\(amounts[$0] ?? .zero)" }.joined(separator: ",")
            }
            throw request.forbidden(
                object, "exceeded quota: \(name), requested: \(list(added)), used: \(list(used)), limited: \(list(hard))")
        }
        quota.status?.used = total
        return Charge(name: name, quota: quota.document, revision: document.revision, added: added)
    }
}
