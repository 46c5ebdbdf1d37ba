import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Logging

/// Gives each namespace its default service account, and empties the ones being deleted.
struct NamespaceController: Sendable {
    private let server: APIServer
    private let client: KubernetesClient

    init(_ server: APIServer, _ client: KubernetesClient) { (self.server, self.client) = (server, client) }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        let namespaces = caches.cache(Namespace.self)
        let accounts = caches.cache(ServiceAccount.self)
        return Controller("namespace", caches: caches, logger: logger) { key in
            guard let namespace = namespaces[key] else { return .settled }
            if namespace.isBeingDeleted { return try await empty(namespace) }
            if accounts.get("default", in: key.name) == nil { try await createDefaultAccount(in: key.name) }
            return .settled
        }
        .reconciles(Namespace.self)
        .watches(ServiceAccount.self) { [ObjectKey(name: $0.namespace ?? "")] }
    }

    private func createDefaultAccount(in namespace: String) async throws {
        do {
            _ = try await client.create(ServiceAccount(metadata: ObjectMeta(name: "default", namespace: namespace)))
        } catch let error as KubernetesError where error.isAlreadyExists || error.isForbidden || error.isNotFound {
            // There already, or the namespace is going: both end what is to be done here.
        }
    }

    private func empty(_ namespace: Namespace) async throws -> Reconciled {
        var rest = NamespaceRest()
        for collection in server.store.collections {
            guard let resource = server.registry.find(collection), resource.type.isNamespaced,
                !server.store.list(collection, namespace: namespace.name).objects.isEmpty
            else { continue }
            _ = try await client.document(for: APIRequest(.delete, resource.type, namespace: namespace.name))
            rest.add(server.store.list(collection, namespace: namespace.name).objects, of: collection)
        }
        guard rest.isEmpty else {
            try await report(rest, namespace)
            return .again(after: .milliseconds(100))
        }
        var finished = namespace
        finished.spec?.finalizers = []
        do {
            _ = try await client.document(
                for: APIRequest(
                    .put, Namespace.type, namespace: nil, name: namespace.name, subresource: "finalize",
                    body: .object(finished.document)))
        } catch let error as KubernetesError where error.isNotFound {
            return .settled
        }
        return .settled
    }

    /// Says what holds the namespace, where that is news.
    private func report(_ rest: NamespaceRest, _ namespace: Namespace) async throws {
        var changed = namespace
        let old = namespace.status?.conditions ?? []
        changed.status?.conditions = rest.conditions(old, now: server.time.now)
        guard changed != namespace else { return }
        do {
            _ = try await client.replaceStatus(changed)
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
            // Gone, or changed and asked for again.
        }
    }
}
