import HTTPTypes

extension KubernetesAPI {
    /// Creates the object, in the namespace its metadata names. Without a name but with `metadata.generateName` the
    /// server makes one up.
    @discardableResult
    public func create<R: Resource>(_ object: R) async throws -> R {
        try await self.object(
            .collection(.post, object.resourceType, in: object.namespace, body: object.body), object.resourceType)
    }

    /// Replaces the object; with `metadata.resourceVersion` set, only where nobody changed it meanwhile.
    /// - Parameter subresource: `status`, say, which changes that part and nothing else.
    @discardableResult
    public func replace<R: Resource>(_ object: R, subresource: String? = nil) async throws -> R {
        try await self.object(
            .object(
                .put, object.resourceType, object.name, in: object.namespace, subresource: subresource,
                body: object.body), object.resourceType)
    }

    /// Replaces the status and nothing else.
    @discardableResult
    public func replaceStatus<R: Resource>(_ object: R) async throws -> R {
        try await replace(object, subresource: "status")
    }

    /// Changes what the patch says.
    @discardableResult
    public func patch<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, _ name: String, in namespace: String? = nil,
        subresource: String? = nil, _ patch: Patch
    ) async throws -> R {
        var request = try APIRequest.object(
            .patch, kind, name, in: namespace, subresource: subresource, body: patch.body)
        request.contentType = patch.contentType
        return try await object(request, kind)
    }

    /// A JSON merge patch (RFC 7386).
    @discardableResult
    public func mergePatch<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, _ name: String, in namespace: String? = nil,
        subresource: String? = nil, _ patch: JSON
    ) async throws -> R {
        try await self.patch(type, of: kind, name, in: namespace, subresource: subresource, .merge(patch))
    }

    /// Server-side apply: owns the fields given, leaves the others.
    /// - Parameters:
    ///   - manager: who owns the fields; may be left out behind ``fieldManager(_:)``.
    ///   - force: takes fields from their owners.
    /// - Throws: ``KubernetesError`` with `isConflict` where another manager owns a field and `force` is off:
    ///   ``KubernetesError/applyConflicts`` says which and who.
    @discardableResult
    public func apply<R: Resource>(
        _ object: R, manager: String? = nil, force: Bool = false, subresource: String? = nil
    ) async throws -> R {
        var document = object.document
        document.modify(.metadata) { metadata in
            metadata?["managedFields"] = nil
            metadata?["resourceVersion"] = nil
        }
        document.setKindToSend(object.resourceType)
        var request = try APIRequest.object(
            .patch, object.resourceType, object.name, in: object.namespace, subresource: subresource,
            query: ["force": force ? "true" : "false"], body: .object(document))
        if let manager { request.query["fieldManager"] = manager }
        request.contentType = "application/apply-patch+yaml"
        return try await self.object(request, object.resourceType)
    }
}

extension Resource {
    /// The document as a server wants it.
    fileprivate var body: JSON {
        var document = document
        document.setKindToSend(resourceType)
        return .object(document)
    }
}

extension JSONObject {
    /// Objects out of lists have no kind, and those read as metadata only have the wrong one.
    fileprivate mutating func setKindToSend(_ type: ResourceType) {
        if string(.kind) == "PartialObjectMetadata" { (self[.kind], self[.apiVersion]) = (nil, nil) }
        fillInKind(type)
    }
}
