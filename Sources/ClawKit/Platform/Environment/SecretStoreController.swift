import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import ClawResources
import Logging

/// Says of each store of secrets whether it can be used as it is declared, and whether its server answers.
///
/// | condition | reasons when True | reasons when False | when Unknown |
/// |---|---|---|---|
/// | Accepted | AsExpected | InvalidCertificate, TokenMissing | |
/// | Reachable | AsExpected | Unreachable, CertificateNotTrusted | NotChecked |
struct SecretStoreController: Sendable {
    enum Reason: String {
        case asExpected = "AsExpected", invalidCertificate = "InvalidCertificate", tokenMissing = "TokenMissing"
        case unreachable = "Unreachable", untrusted = "CertificateNotTrusted", notChecked = "NotChecked"
    }

    private struct Fact {
        var type: String
        var status: String
        var reason: Reason
        var message = ""
    }

    /// How often a server is asked that answers, and one that does not.
    private static let (pause, retry) = (Duration.minutes(5), Duration.seconds(30))

    private let caches: SharedCaches
    private let stores: ObjectCache<SecretStore>
    private let vault: VaultValues?

    /// - Parameter vault: asks the servers; nil: there is no way to them.
    init(caches: SharedCaches, vault: VaultValues?) {
        (self.caches, self.vault) = (caches, vault)
        stores = caches.cache(SecretStore.self)
    }

    func controller(logger: Logger) -> Controller {
        let stores = stores
        return Controller("secret-stores", caches: caches, logger: logger) { key in
            guard let store = stores[key], !store.isBeingDeleted else { return .settled }
            let accepted = try await accepted(store)
            let reachable = try await reachable(store, isAccepted: accepted.status == "True")
            try await report(store, [accepted, reachable])
            let isWell = accepted.status == "True" && reachable.status != "False"
            return .again(after: isWell ? Self.pause : Self.retry)
        }
        .reconciles(SecretStore.self, when: .changed("spec"))
        .needs(Permission(["update"], SecretStore.type, part: "status"))
    }

    private func accepted(_ store: SecretStore) async throws -> Fact {
        let connection = store.spec.vault
        if let text = connection.caCertificate, !VaultNetwork.areCertificates(text) {
            return Fact(
                type: "Accepted", status: "False", reason: .invalidCertificate,
                message: "spec.vault.caCertificate is no certificate; give PEM texts, one behind the other.")
        }
        if let entry = connection.token {
            let place = "\(PlatformSettings.namespace)/\(entry.name)"
            let secret = try await caches.api.find(KubernetesSecret.self, entry.name, in: PlatformSettings.namespace)
            if secret?.data[entry.key] == nil {
                return Fact(
                    type: "Accepted", status: "False", reason: .tokenMissing,
                    message: "There is no Secret \(place) with an entry '\(entry.key)'; the store's token is to stand there.")
            }
        }
        return Fact(type: "Accepted", status: "True", reason: .asExpected)
    }

    private func reachable(_ store: SecretStore, isAccepted: Bool) async throws -> Fact {
        guard let vault, isAccepted else { return Fact(type: "Reachable", status: "Unknown", reason: .notChecked) }
        do {
            try await vault.checkHealth(of: store)
            return Fact(type: "Reachable", status: "True", reason: .asExpected)
        } catch let finding as Finding {
            // Sentences of our own: nothing that the server said.
            let isUntrusted = finding.details["cause"] == VaultServer.untrusted
            return Fact(
                type: "Reachable", status: "False", reason: isUntrusted ? .untrusted : .unreachable,
                message: finding.message)
        }
    }

    /// Written only where it is another.
    private func report(_ store: SecretStore, _ facts: [Fact]) async throws {
        var changed = store
        changed.status.conditions = facts.map { fact in
            let before = store.status.conditions.first { $0.type == fact.type }
            return Condition(
                type: fact.type, status: fact.status, reason: fact.reason.rawValue, message: fact.message,
                lastTransitionTime: before.flatMap { $0.status == fact.status ? $0.lastTransitionTime : nil }
                    ?? caches.time.now.rfc3339(), observedGeneration: store.metadata.generation)
        }
        guard changed.status != store.status else { return }
        do {
            _ = try await caches.api.replaceStatus(changed)
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
            // The change asks for it again.
        }
    }
}
