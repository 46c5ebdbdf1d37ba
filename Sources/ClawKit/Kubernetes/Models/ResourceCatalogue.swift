/// Which resources an API server serves: what discovery answers, and what paths mean.
///
/// ``kubernetes`` holds all that Kubernetes has at generally available versions.
public struct ResourceCatalogue: Sendable {
    /// All group versions, `v1` first, then in the order of preference.
    public let groupVersions: [String]
    public let resources: [ServedResource]
    private let byPath: [String: Int]
    private let byKind: [String: Int]

    public init(groupVersions: [String], resources: [ServedResource]) {
        (self.groupVersions, self.resources) = (groupVersions, resources)
        byPath = Dictionary(resources.enumerated().map { ("\($1.type.apiVersion)/\($1.type.plural)", $0) }) { a, _ in a
        }
        byKind = Dictionary(resources.enumerated().map { ("\($1.type.apiVersion)/\($1.type.kind)", $0) }) { a, _ in a }
    }

    /// - Parameter group: empty for the core group.
    public func resource(group: String, version: String, plural: String) -> ServedResource? {
        byPath[group.isEmpty ? "\(version)/\(plural)" : "\(group)/\(version)/\(plural)"].map { resources[$0] }
    }

    /// - Parameter apiVersion: `v1`, `apps/v1`
    public func resource(apiVersion: String, kind: String) -> ServedResource? {
        byKind["\(apiVersion)/\(kind)"].map { resources[$0] }
    }

    public func resources(groupVersion: String) -> [ServedResource] {
        resources.filter { $0.type.apiVersion == groupVersion }
    }
}

/// One resource that a server serves.
public struct ServedResource: Sendable, Hashable {
    public var type: ResourceType
    public var verbs: [String]
    /// The name of its field table, nil where there is none.
    public var schemaName: String?
    public var subresources: [Subresource]

    public init(type: ResourceType, verbs: [String], schemaName: String? = nil, subresources: [Subresource] = []) {
        (self.type, self.verbs, self.schemaName, self.subresources) = (type, verbs, schemaName, subresources)
    }

    public func subresource(_ name: String) -> Subresource? { subresources.first { $0.name == name } }

    /// A part of an object with a path of its own, `status`, `scale`, `log`.
    public struct Subresource: Sendable, Hashable {
        public var name: String
        /// What is sent and received there, which may be of another group: `autoscaling/v1` `Scale`.
        public var apiVersion: String
        public var kind: String
        public var verbs: [String]
        public var schemaName: String?

        public init(name: String, apiVersion: String, kind: String, verbs: [String], schemaName: String? = nil) {
            (self.name, self.apiVersion, self.kind) = (name, apiVersion, kind)
            (self.verbs, self.schemaName) = (verbs, schemaName)
        }
    }
}
