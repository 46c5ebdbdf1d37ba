import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Logging

/// Deletes what has lost its owners, and carries out foreground and orphan deletion.
/// <https://kubernetes.io/docs/concepts/architecture/garbage-collection/>
struct GarbageCollector: Sendable {
    private let server: APIServer
    private let client: KubernetesClient

    init(_ server: APIServer, _ client: KubernetesClient) { (self.server, self.client) = (server, client) }

    /// The controller, whose keys are uids: of owners that went or are going, and of dependents to look at.
    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        let controller = Controller("garbage-collector", caches: caches, logger: logger) { try await reconcile($0.name) }
        server.ownershipObserver.listen { [weak controller] object in
            if let uid = object.metadataString(.uid) { controller?.ask(for: ObjectKey(name: uid)) }
        }
        return controller
    }

    private func reconcile(_ uid: String) async throws -> Reconciled {
        guard let reference = server.store.object(uid: uid) else {
            for dependent in server.store.dependents(of: uid) { try await collect(dependent) }
            return .settled
        }
        guard let object = server.store.get(reference.collection, reference.key)?.object else { return .settled }
        if object.isBeingDeleted {
            if object.finalizers.contains("foregroundDeletion") { return try await deleteInForeground(object, reference, uid) }
            if object.finalizers.contains("orphan") { return try await orphan(object, reference, uid) }
        } else if !object.ownerUIDs.isEmpty {
            try await collect(reference)
        }
        return .settled
    }

    /// Deletes a dependent none of whose owners are there; where some are, drops the references to those that went.
    private func collect(_ reference: OwnershipIndex.Reference) async throws {
        guard let object = server.store.get(reference.collection, reference.key)?.object, !object.isBeingDeleted else { return }
        let owners = object.metadataValue(.ownerReferences)?.array ?? []
        let present = owners.filter { owner in owner["uid"]?.string.map { server.store.object(uid: $0) != nil } ?? false }
        guard !owners.isEmpty, present.count < owners.count else { return }
        if present.isEmpty {
            try await delete(reference, object, "Background")
        } else {
            try await patch(reference, ["metadata": ["ownerReferences": .array(present)]])
        }
    }

    private func deleteInForeground(
        _ owner: JSONObject, _ reference: OwnershipIndex.Reference, _ uid: String
    ) async throws -> Reconciled {
        let dependents = server.store.dependents(of: uid)
        if dependents.isEmpty {
            try await removeFinalizer("foregroundDeletion", owner, reference)
            return .settled
        }
        for dependent in dependents {
            guard let object = server.store.get(dependent.collection, dependent.key)?.object, !object.isBeingDeleted
            else { continue }
            // One that has none of its own goes at once.
            let isLast = object.metadataString(.uid).map { server.store.dependents(of: $0).isEmpty } ?? true
            try await delete(dependent, object, isLast ? "Background" : "Foreground")
        }
        return .again(after: .milliseconds(100))
    }

    private func orphan(
        _ owner: JSONObject, _ reference: OwnershipIndex.Reference, _ uid: String
    ) async throws -> Reconciled {
        for dependent in server.store.dependents(of: uid) {
            guard let object = server.store.get(dependent.collection, dependent.key)?.object else { continue }
            let others = (object.metadataValue(.ownerReferences)?.array ?? []).filter { $0["uid"]?.string != uid }
            try await patch(dependent, ["metadata": ["ownerReferences": others.isEmpty ? .null : .array(others)]])
        }
        try await removeFinalizer("orphan", owner, reference)
        return .settled
    }

    // MARK: writes

    private func removeFinalizer(_ name: String, _ object: JSONObject, _ reference: OwnershipIndex.Reference) async throws {
        let others = object.finalizers.filter { $0 != name }
        try await patch(
            reference,
            [
                "metadata": [
                    "resourceVersion": .string(String(object.revision)),
                    "finalizers": others.isEmpty ? .null : .array(others.map(JSON.string)),
                ]
            ])
    }

    private func delete(_ reference: OwnershipIndex.Reference, _ object: JSONObject, _ propagation: String) async throws {
        try await send(.delete, reference, body: [
            "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": .string(propagation),
            "preconditions": ["uid": object.metadataValue(.uid) ?? ""],
        ])
    }

    private func patch(_ reference: OwnershipIndex.Reference, _ patch: JSON) async throws {
        try await send(.patch, reference, body: patch)
    }

    private func send(_ method: HTTPRequest.Method, _ reference: OwnershipIndex.Reference, body: JSON) async throws {
        guard let type = server.registry.find(reference.collection)?.type else { return }
        var request = APIRequest(
            method, type, namespace: reference.key.namespace, name: reference.key.name, body: body)
        if method == .patch { request.contentType = PatchType.merge.mediaType }
        do {
            _ = try await client.document(for: request)
        } catch let error as KubernetesError where error.isNotFound || (method == .delete && error.isConflict) {
            // Gone, or another object of that name by now: nothing left to collect.
        }
    }
}
