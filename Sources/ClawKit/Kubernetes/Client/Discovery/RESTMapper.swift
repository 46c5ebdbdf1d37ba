/// Finds what people and manifests mean among the resources that a server serves, with kubectl's rules.
///
/// What is not found is looked for once more after asking the server again: the definition may be new.
public final class RESTMapper: Sendable {
    public let discovery: Discovery

    public init(_ discovery: Discovery) { self.discovery = discovery }
    public convenience init(_ api: some KubernetesAPI) { self.init(Discovery(api)) }

    /// One resource by name: `deploy`, `po`, `Deployment`, `deployments.apps`, `deployments.v1.apps`.
    /// - Throws: ``Finding`` with ``FindingCode/unknownKind`` (and the nearest name) or
    ///   ``FindingCode/ambiguousKind``; what ``Discovery/refresh()`` throws.
    public func resource(_ name: String) async throws -> ServedResource {
        try await find(
            { try Self.match(name, in: $0) },
            otherwise: { .unknownResource(name, $0) })
    }

    /// Several resources: `pods,svc` and categories such as `all`, each resource once, at its preferred version.
    /// - Throws: as ``resource(_:)``.
    public func resources(_ names: String) async throws -> [ServedResource] {
        var found: [ServedResource] = []
        for name in names.split(separator: ",").map(String.init) {
            found += try await find(
                { resources in
                    let members = resources.preferred.filter { $0.type.categories.contains(name) }
                    return members.isEmpty ? try Self.match(name, in: resources).map { [$0] } : members
                }, otherwise: { .unknownResource(name, $0) })
        }
        var seen: Set<ResourceType> = []
        return found.filter { seen.insert($0.type).inserted }
    }

    /// The resource behind a manifest's `apiVersion` and `kind`, both exact.
    /// - Throws: ``Finding`` with ``FindingCode/unknownKind``; what ``Discovery/refresh()`` throws.
    public func resource(apiVersion: String, kind: String) async throws -> ServedResource {
        try await find(
            { $0.resource(apiVersion: apiVersion, kind: kind) },
            otherwise: { .unknownKind(apiVersion, kind, $0) })
    }

    /// A kind of a group at the version the group prefers.
    /// - Throws: as ``resource(apiVersion:kind:)``.
    public func resource(group: String, kind: String) async throws -> ServedResource {
        try await find(
            { $0.resource(group: group, kind: kind) }, otherwise: { .unknownKind(group, kind, $0) })
    }

    private func find<Found: Sendable>(
        _ look: (DiscoveredResources) throws -> Found?, otherwise finding: (DiscoveredResources) -> Finding
    ) async throws -> Found {
        if let found = try look(try await discovery.resources()) { return found }
        let fresh = try await discovery.refresh()
        guard let found = try look(fresh) else { throw finding(fresh) }
        return found
    }

    private static func match(_ name: String, in resources: DiscoveredResources) throws -> ServedResource? {
        for reading in ResourceName.readings(of: name) {
            let found = reading.matches(in: resources.all)
            if found.count > 1 {
                let names = found.map(\.type.qualifiedName).joined(separator: ", ")
                throw Finding(
                    .ambiguousKind, "'\(name)' could mean \(names); use one of these names.", field: name)
            }
            if let only = found.first { return only }
        }
        return nil
    }
}
