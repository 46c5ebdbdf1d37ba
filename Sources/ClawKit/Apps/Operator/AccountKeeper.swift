import ClawControl
import ClawKubernetes
import Logging

/// Carries out what ``SharedAccounts`` says, account by account.
struct AccountKeeper {
    let caches: SharedCaches
    let manager: String

    func controller(_ logger: Logger) -> Controller {
        let users = caches.cache(Rollout.self).index(Self.accounts)
        let accounts = caches.cache(ServiceAccount.self)
        let manager = manager
        return Controller(keys: "rollout-accounts", caches: caches, logger: logger) { context in
            let key = context.key
            let move = SharedAccounts.move(
                key.name, in: key.namespace, users: users[key], present: accounts[key], manager: manager)
            try await Self.carryOut(move, key, accounts[key], context.api)
            return .settled
        }
        .watches(Rollout.self, Self.accounts)
        .watches(ServiceAccount.self) { [ObjectKey($0)] }
    }

    private static let accounts: @Sendable (Rollout) -> [ObjectKey] = { rollout in
        SharedAccounts.names(of: rollout).sorted().map { ObjectKey(namespace: rollout.namespace ?? "", name: $0) }
    }

    private static func carryOut(
        _ move: SharedAccounts.Move, _ key: ObjectKey, _ present: ServiceAccount?, _ api: any KubernetesAPI
    ) async throws {
        switch move {
        case .nothing: break
        case .create(let account):
            do { _ = try await api.create(account) } catch let error as KubernetesError where error.isAlreadyExists {
                // The cache will tell of it, and that asks again.
            }
        case .own(let owners):
            var metadata: JSONObject = ["ownerReferences": .array(owners.map { .object($0.document) })]
            // Another change in between would be lost.
            metadata.set(.resourceVersion, present?.resourceVersion)
            _ = try await api.mergePatch(
                ServiceAccount.self, key.name, in: key.namespace, ["metadata": .object(metadata)])
        case .delete:
            try await api.deleteIfPresent(ServiceAccount.self, key.name, in: key.namespace, uid: present?.uid)
        }
    }
}
