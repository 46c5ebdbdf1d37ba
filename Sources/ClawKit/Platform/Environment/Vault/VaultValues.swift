public import ClawBase
import ClawDocuments
public import ClawKubernetes
import ClawModels
public import ClawResources
import HTTPTypes
import Synchronization

/// Values of ``SecretStore``s: HashiCorp Vault's HTTP API, or a server that speaks it, such as OpenBao.
///
/// Tokens are kept, prolonged and got anew as they need be; leases of dynamic secrets are prolonged while that is possible.
/// <https://developer.hashicorp.com/vault/api-docs>
public final class VaultValues: ValueSource {
    private let api: any KubernetesAPI
    private let network: VaultNetwork
    private let stores: @Sendable (String) async throws -> SecretStore?
    private let time: any TimeSource
    private let tokens: Mutex<[VaultTokens.Holder: VaultTokens]> = Mutex([:])

    /// - Parameters:
    ///   - api: where tokens are kept, and service accounts' tokens got.
    ///   - stores: finds a store by its name; nil: asks the cluster.
    public convenience init(
        _ api: some KubernetesAPI, transport: some Transport,
        stores: (@Sendable (String) async throws -> SecretStore?)? = nil, time: some TimeSource = .system
    ) {
        self.init(
            api, VaultNetwork(transport), stores: stores ?? { try await api.find(SecretStore.self, $0) }, time: time)
    }

    init(
        _ api: some KubernetesAPI, _ network: VaultNetwork,
        stores: @escaping @Sendable (String) async throws -> SecretStore?, time: some TimeSource
    ) {
        (self.api, self.network, self.stores, self.time) = (api, network, stores, time)
    }

    public func read(_ place: ValuePlace, last: ValueReading?) async throws -> ValueReading {
        guard case .vault(let name, let path, let version, let namespace) = place else { throw Finding.notHere(place) }
        guard let store = try await stores(name) else {
            throw Finding(.environmentSource, "There is no SecretStore '\(name)'; create it, or name another.")
        }
        guard store.spec.serves(namespace) else {
            throw Finding(
                .environmentSource,
                "The SecretStore '\(name)' is not for \(namespace); have the project named in its spec.projects.")
        }
        let server = server(of: store)
        let token = tokens(of: store, namespace)
        let asked = try await token.current(server, api, time)
        do {
            return try await read(server, asked, path, version, last)
        } catch let refusal as VaultServer.Refusal where refusal.status == .forbidden {
            // A token ends before its time where somebody revokes it.
            guard let fresh = try await token.another(than: asked, server, api, time) else {
                throw refusal.finding(place)
            }
            do {
                return try await read(server, fresh, path, version, nil)
            } catch let refusal as VaultServer.Refusal {
                throw refusal.finding(place)
            }
        } catch let refusal as VaultServer.Refusal {
            throw refusal.finding(place)
        }
    }

    private func server(of store: SecretStore) -> VaultServer {
        VaultServer(store, transport: network.way(to: store.spec.vault))
    }

    /// - Throws: as ``VaultServer/checkHealth()``.
    func checkHealth(of store: SecretStore) async throws { try await server(of: store).checkHealth() }

    private func tokens(of store: SecretStore, _ namespace: String) -> VaultTokens {
        let holder = VaultTokens.Holder(store, namespace)
        return tokens.withLock { tokens in
            if let known = tokens[holder] { return known }
            // Those of a store that is another by now end by themselves.
            tokens = tokens.filter { $0.key.store != holder.store || $0.key.connection == holder.connection }
            let new = VaultTokens(holder)
            tokens[holder] = new
            return new
        }
    }

    private func read(
        _ server: VaultServer, _ token: Secret<String>, _ path: String, _ version: Int?, _ last: ValueReading?
    ) async throws -> ValueReading {
        if server.connection.engine == .kv2 { return try await server.readKeyValue(path, version, token) }
        if let last, let lease = last.lease, lease.isRenewable,
            let renewed = try await server.renew(lease, token), renewed.duration >= lease.duration / 3
        {
            return ValueReading(last.values, version: last.version, lease: renewed)
        }
        return try await server.readDynamic(path, token)
    }
}

extension SecretStoreSpec {
    func serves(_ namespace: String) -> Bool {
        namespace == PlatformSettings.namespace || projects.contains(namespace) || projects.contains("*")
    }
}
