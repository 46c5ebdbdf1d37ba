import ClawBase
import ClawKubernetes
import ClawResources
import Synchronization

/// The token by which one asker reads from one store: prolonged in good time, and got anew where it has ended.
final class VaultTokens: Sendable {
    /// Whose token it is: that of a service account is its namespace's only.
    struct Holder: Hashable {
        let store: String
        let connection: VaultConnection
        let namespace: String

        init(_ store: SecretStore, _ namespace: String) {
            (self.store, connection) = (store.name, store.spec.vault)
            self.namespace = store.spec.vault.kubernetes == nil ? "" : namespace
        }
    }

    private struct Known {
        var token: Secret<String>
        /// When it is to be prolonged; nil: it has no end.
        var renewal: Timestamp?
        var end: Timestamp?
        var isRenewable = false
    }

    private let holder: Holder
    private let known = Mutex<Known?>(nil)

    init(_ holder: Holder) { self.holder = holder }

    func current(_ server: VaultServer, _ api: any KubernetesAPI, _ time: any TimeSource) async throws -> Secret<String> {
        let now = time.now
        guard let known = known.withLock({ $0 }), known.end.map({ now < $0 }) ?? true else {
            return try await obtain(server, api, now)
        }
        guard let renewal = known.renewal, renewal <= now else { return known.token }
        // One that is not prolonged by much is at its longest.
        if known.isRenewable, let login = try await server.renew(known.token), login.duration > .seconds(10) {
            keep(login, now)
            return known.token
        }
        return holder.connection.kubernetes == nil ? known.token : try await obtain(server, api, now)
    }

    /// After a refusal: another token, where there is another to be had.
    func another(
        than refused: Secret<String>, _ server: VaultServer, _ api: any KubernetesAPI, _ time: any TimeSource
    ) async throws -> Secret<String>? {
        let token = try await obtain(server, api, time.now)
        return token == refused ? nil : token
    }

    private func obtain(_ server: VaultServer, _ api: any KubernetesAPI, _ now: Timestamp) async throws -> Secret<String> {
        if let login = holder.connection.kubernetes {
            let proof = try await api.requestToken(
                forServiceAccount: login.serviceAccount, in: holder.namespace, audiences: login.audience.map { [$0] } ?? [],
                lifetime: .seconds(600))
            let answer = try await server.logIn(login, with: proof.token)
            keep(answer, now)
            return answer.token
        }
        guard let entry = holder.connection.token else {
            throw Finding(.environmentSource, "The SecretStore '\(holder.store)' has no token; give it one.")
        }
        let token = try await ClusterSecrets(api).secret(
            .cluster(namespace: PlatformSettings.namespace, name: entry.name, key: entry.key))
        if let description = try await server.describe(token) {
            keep(description, now)
        } else {
            known.withLock { $0 = Known(token: token) }
        }
        return token
    }

    private func keep(_ login: VaultServer.Login, _ now: Timestamp) {
        let lasts = login.duration > .zero
        known.withLock {
            $0 = Known(
                token: login.token, renewal: lasts ? now + login.duration * 2 / 3 : nil,
                end: lasts ? now + login.duration : nil, isRenewable: login.isRenewable)
        }
    }
}
