import HTTPTypes

/// Which objects a list, watch or deleteCollection means.
public struct Selection: Sendable {
    /// `app=web,tier in (a,b)`: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/>
    public var labelSelector: String?
    /// `metadata.name=web`, `spec.nodeName=…` where the kind supports it.
    public var fieldSelector: String?

    public static let all = Selection()

    public init(labels: [String: String] = [:], labelSelector: String? = nil, fieldSelector: String? = nil) {
        let equalities = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let parts = equalities + (labelSelector.map { [$0] } ?? [])
        self.labelSelector = parts.isEmpty ? nil : parts.joined(separator: ",")
        self.fieldSelector = fieldSelector
    }

    func add(to query: inout QueryParameters) {
        if let labelSelector { query["labelSelector"] = labelSelector }
        if let fieldSelector { query["fieldSelector"] = fieldSelector }
    }
}

/// What happens to an object's dependents when it is deleted.
public enum DeletionPropagation: String, Sendable {
    case background = "Background", foreground = "Foreground", orphan = "Orphan"
}

extension KubernetesAPI {
    // MARK: reading

    public func get<R: Resource>(_ type: R.Type, _ name: String, in namespace: String? = nil) async throws -> R {
        R(document: try await document(for: APIRequest(.get, R.type, namespace: namespace, name: name)))
    }

    /// The object, or nil where there is none of that name.
    public func find<R: Resource>(_ type: R.Type, _ name: String, in namespace: String? = nil) async throws -> R? {
        do {
            return try await get(type, name, in: namespace)
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        }
    }

    /// All objects of a kind, in one namespace or (nil) in all.
    public func list<R: Resource>(
        _ type: R.Type, in namespace: String? = nil, labels: [String: String] = [:], matching selection: Selection? = nil
    ) async throws -> ResourceList<R> {
        var query: QueryParameters = [:]
        (selection ?? Selection(labels: labels)).add(to: &query)
        return ResourceList(
            document: try await document(for: APIRequest(.get, R.type, namespace: namespace, query: query)))
    }

    // MARK: writing

    /// Creates the object, in the namespace its metadata names.
    public func create<R: Resource>(_ object: R) async throws -> R {
        R(document: try await document(for: APIRequest(
            .post, R.type, namespace: object.metadata.namespace, body: .object(object.document))))
    }

    /// Replaces the object; with `metadata.resourceVersion` set, only where nobody changed it meanwhile.
    public func replace<R: Resource>(_ object: R) async throws -> R {
        R(document: try await document(for: APIRequest(
            .put, R.type, namespace: object.metadata.namespace, name: object.name, body: .object(object.document))))
    }

    /// Replaces the status and nothing else.
    public func replaceStatus<R: Resource>(_ object: R) async throws -> R {
        R(document: try await document(for: APIRequest(
            .put, R.type, namespace: object.metadata.namespace, name: object.name, subresource: "status",
            body: .object(object.document))))
    }

    /// Server-side apply: owns the fields given, leaves the others.
    /// - Throws: ``KubernetesError`` with `isConflict` where another manager owns a field and `force` is off.
    public func apply<R: Resource>(
        _ object: R, manager: String, force: Bool = false, subresource: String? = nil
    ) async throws -> R {
        var document = object.document
        document.modify(.metadata) { metadata in
            metadata?["managedFields"] = nil
            metadata?["resourceVersion"] = nil
        }
        var request = APIRequest(
            .patch, R.type, namespace: object.metadata.namespace, name: object.name, subresource: subresource,
            query: ["fieldManager": manager, "force": force ? "true" : "false"], body: .object(document))
        request.contentType = "application/apply-patch+yaml"
        return R(document: try await self.document(for: request))
    }

    /// A JSON merge patch (RFC 7386).
    public func mergePatch<R: Resource>(
        _ type: R.Type, _ name: String, in namespace: String? = nil, subresource: String? = nil, _ patch: JSON
    ) async throws -> R {
        var request = APIRequest(
            .patch, R.type, namespace: namespace, name: name, subresource: subresource, body: patch)
        request.contentType = "application/merge-patch+json"
        return R(document: try await document(for: request))
    }

    /// Reads, changes and writes back, again where somebody else was quicker.
    /// - Throws: what `change` throws; the conflict itself after ten attempts.
    public func edit<R: Resource>(
        _ type: R.Type, _ name: String, in namespace: String? = nil, _ change: (inout R) throws -> Void
    ) async throws -> R {
        var attempt = 1
        while true {
            var object = try await get(type, name, in: namespace)
            let before = object
            try change(&object)
            if object == before { return object }
            do {
                return try await replace(object)
            } catch let error as KubernetesError where error.isConflict && attempt < 10 {
                attempt += 1
            }
        }
    }

    /// Deletes the object; returns once the server has accepted it, which with finalizers is before it is gone.
    public func delete<R: Resource>(
        _ type: R.Type, _ name: String, in namespace: String? = nil, propagation: DeletionPropagation? = nil,
        gracePeriodSeconds: Int? = nil, uid: String? = nil
    ) async throws {
        var options: JSONObject = ["apiVersion": "v1", "kind": "DeleteOptions"]
        if let propagation { options["propagationPolicy"] = .string(propagation.rawValue) }
        if let gracePeriodSeconds { options["gracePeriodSeconds"] = .integer(Int64(gracePeriodSeconds)) }
        if let uid { options["preconditions"] = ["uid": .string(uid)] }
        _ = try await document(
            for: APIRequest(.delete, R.type, namespace: namespace, name: name, body: .object(options)))
    }

    /// As ``delete(_:_:in:propagation:gracePeriodSeconds:uid:)``; false where there was nothing to delete.
    @discardableResult
    public func deleteIfPresent<R: Resource>(
        _ type: R.Type, _ name: String, in namespace: String? = nil, propagation: DeletionPropagation? = nil,
        gracePeriodSeconds: Int? = nil, uid: String? = nil
    ) async throws -> Bool {
        do {
            try await delete(
                type, name, in: namespace, propagation: propagation, gracePeriodSeconds: gracePeriodSeconds, uid: uid)
            return true
        } catch let error as KubernetesError where error.isNotFound {
            return false
        }
    }
}
