import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import Logging

/// Counts what a namespace uses, for its quotas' status: anew where a quota changes, or where something went.
/// <https://kubernetes.io/docs/concepts/policy/resource-quotas/>
struct QuotaController: Sendable {
    private let server: APIServer

    init(_ server: APIServer) { self.server = server }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        let controller = Controller("resource-quota", caches: caches, logger: logger) { key in
            try await count(key)
            return .settled
        }
        .reconciles(ResourceQuota.self)
        server.usageObserver.listen { [weak controller, store = server.store] namespace in
            let quotas = store.list(QuotaPlugin.collection, namespace: namespace).objects
            controller?.ask(for: quotas.map { ObjectKey(namespace: namespace, name: $0.objectName) })
        }
        return controller
    }

    private func count(_ key: ObjectKey) async throws {
        let place = ObjectStore.Key(namespace: key.namespace, name: key.name)
        while let entry = server.store.get(QuotaPlugin.collection, place) {
            var quota = ResourceQuota(document: entry.object)
            let status = ResourceQuotaStatus(hard: quota.spec?.hard ?? [:], used: used(quota, place.namespace))
            guard !status.isSame(as: quota.status) else { return }
            quota.status = status
            do {
                _ = try await server.store.commit(QuotaPlugin.collection, quota.document, expecting: .revision(entry.revision))
                return
            } catch ObjectStore.CommitError.changed {
                // An object was admitted meanwhile.
                continue
            } catch ObjectStore.CommitError.missing {
                return
            }
        }
    }

    private func used(_ quota: ResourceQuota, _ namespace: String) -> [String: Quantity] {
        let names = Set((quota.spec?.hard ?? [:]).keys)
        let scopes = QuotaScopes(quota)
        var used = Dictionary(uniqueKeysWithValues: names.map { ($0, Quantity.zero) })
        var counted: Set<String> = []
        for collection in server.store.collections {
            guard let resource = server.registry.find(collection), resource.type.isNamespaced else { continue }
            let usage = QuotaUsage(type: resource.type)
            guard !usage.relevant(names).isEmpty else { continue }
            for object in server.store.list(collection, namespace: namespace).objects
            where scopes.include(object, resource.type) {
                object.metadataString(.uid).map { _ = counted.insert($0) }
                used.merge(usage.amounts(of: object).filter { names.contains($0.key) }) { ($0 + $1) ?? $0 }
            }
        }
        let reserved = server.store.reservations.amounts(of: quota.name, in: namespace, notIn: counted)
        return used.merging(reserved) { ($0 + $1) ?? $0 }
    }
}

extension ResourceQuotaStatus {
    /// Whether the amounts are the same, however they are written.
    fileprivate func isSame(as other: ResourceQuotaStatus?) -> Bool {
        guard let other else { return false }
        func same(_ a: [String: Quantity], _ b: [String: Quantity]) -> Bool {
            a.count == b.count && a.allSatisfy { b[$0.key]?.isSameAmount(as: $0.value) ?? false }
        }
        return same(hard, other.hard) && same(used, other.used)
    }
}
