import HTTPTypes

/// Every verb throws what ``KubernetesAPI/document(for:)`` throws, and a ``Finding`` where a name or namespace could
/// not stand in a path. `of` names the kind where the Swift type leaves it open (``DynamicObject``), or another
/// version than the Swift type's.
extension KubernetesAPI {
    /// - Parameter subresource: `status`, or another that answers with the object itself.
    public func get<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, _ name: String, in namespace: String? = nil,
        subresource: String? = nil
    ) async throws -> R {
        try await object(.object(.get, kind, name, in: namespace, subresource: subresource), kind)
    }

    /// The object, or nil where there is none of that name.
    public func find<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, _ name: String, in namespace: String? = nil
    ) async throws -> R? {
        do {
            return try await get(type, of: kind, name, in: namespace)
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        }
    }

    /// All objects of a kind, in one namespace or (nil) in all.
    /// - Parameters:
    ///   - version: how new the answer must be.
    ///   - pageSize: asks for so many objects at a time, which spares the server; the result is the same. Where the
    ///     list expires between two pages, it is asked for again as a whole.
    public func list<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, in namespace: String? = nil, labels: [String: String] = [:],
        matching selection: Selection? = nil, at version: ListVersion = .latest, pageSize: Int? = nil
    ) async throws -> ResourceList<R> {
        let selection = selection ?? Selection(labels: labels)
        var pages = Pages<R>(
            api: self, kind: kind, namespace: namespace, selection: selection, version: version, pageSize: pageSize,
            goesOnWhenExpired: false
        ).makeAsyncIterator()
        do {
            guard var list = try await pages.next() else { return ResourceList(items: [], of: kind) }
            guard list.continueToken != nil else { return list }
            var items = list.document.values(.items)
            while let page = try await pages.next() { items += page.document.values(.items) }
            list.document.set(.items, items)
            list.metadata.continue = nil
            list.metadata.remainingItemCount = nil
            return list
        } catch let error as KubernetesError where error.isExpired && pageSize != nil {
            return try await list(type, of: kind, in: namespace, matching: selection, at: version)
        }
    }

    /// The objects as a server shows them to people.
    public func table<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, in namespace: String? = nil, labels: [String: String] = [:],
        matching selection: Selection? = nil
    ) async throws -> Table {
        var request = try APIRequest.collection(.get, kind, in: namespace)
        try (selection ?? Selection(labels: labels)).add(to: &request.query)
        request.accept = "application/json;as=Table;g=meta.k8s.io;v=v1"
        return Table(document: try await document(for: request))
    }
}

extension KubernetesAPI {
    /// The call, its answer read as an object of a kind.
    func object<R: Resource>(_ request: APIRequest, _ kind: ResourceType, as type: R.Type = R.self) async throws -> R {
        var request = request
        request.accept = R.representation.accept(list: false)
        request.expectation = R.schemaName.map(APIRequest.Expectation.object)
        return R(document: try await document(for: request), type: kind)
    }
}

extension ResourceRepresentation {
    func accept(list: Bool) -> String {
        switch self {
        case .whole: "application/json"
        // Servers that know only whole objects may send those.
        case .metadata:
            "application/json;as=PartialObjectMetadata\(list ? "List" : "");g=meta.k8s.io;v=v1,application/json;q=0.5"
        }
    }
}
