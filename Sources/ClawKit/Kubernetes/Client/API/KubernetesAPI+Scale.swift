import HTTPTypes

extension KubernetesAPI {
    /// How many replicas a workload wants and has.
    public func scale<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, _ name: String, in namespace: String? = nil
    ) async throws -> Scale {
        try await view(.object(.get, kind, name, in: namespace, subresource: "scale"))
    }

    /// Sets how many replicas a workload wants, whatever else is being changed meanwhile.
    @discardableResult
    public func scale<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, _ name: String, in namespace: String? = nil, to replicas: Int
    ) async throws -> Scale {
        let patch = Patch.merge(["spec": ["replicas": .integer(Int64(replicas))]])
        var request = try APIRequest.object(
            .patch, kind, name, in: namespace, subresource: "scale", body: patch.body)
        request.contentType = patch.contentType
        return try await view(request)
    }

    /// The call, its answer read as a document that is no resource of its own.
    func view<V: DocumentView>(_ request: APIRequest) async throws -> V {
        var request = request
        request.expectation = V.schemaName.map(APIRequest.Expectation.object)
        return V(document: try await document(for: request))
    }
}
