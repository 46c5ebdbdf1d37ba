/// An object of a manifest, and where it stands there.
public struct ManifestObject: Sendable, Hashable {
    public var object: DynamicObject
    /// `deploy.yaml`, `deploy.yaml: document 2`.
    public var source: String

    public init(_ object: DynamicObject, source: String = "") { (self.object, self.source) = (object, source) }

    /// An object made in Swift.
    public init(_ object: some Resource, source: String = "") {
        let type = object.resourceType
        self.init(DynamicObject(document: object.document, type: type), source: source)
    }

    public var reference: ManifestReference { ManifestReference(object) }
}

/// Which object is meant.
public struct ManifestReference: Sendable, Hashable, CustomStringConvertible {
    public let apiVersion: String
    public let kind: String
    /// nil for objects of the whole cluster.
    public let namespace: String?
    public let name: String

    public init(apiVersion: String, kind: String, namespace: String? = nil, name: String) {
        (self.apiVersion, self.kind, self.namespace, self.name) = (apiVersion, kind, namespace, name)
    }

    public init(_ object: some Resource) {
        self.init(
            apiVersion: object.apiVersion ?? object.resourceType.apiVersion,
            kind: object.kind ?? object.resourceType.kind, namespace: object.namespace, name: object.name)
    }

    var groupKind: GroupKind { GroupKind(apiVersion: apiVersion, kind: kind) }

    /// `deployment.apps/web`, as kubectl writes it.
    public var description: String {
        let group = groupKind.group
        return "\(kind.lowercased())\(group.isEmpty ? "" : ".\(group)")/\(name)"
    }
}

/// A kind of any version, written `Deployment.apps` or `ConfigMap`.
struct GroupKind: Sendable, Hashable, Comparable, CustomStringConvertible {
    let group: String
    let kind: String

    init(group: String, kind: String) { (self.group, self.kind) = (group, kind) }

    init(apiVersion: String, kind: String) {
        let parts = apiVersion.split(separator: "/")
        self.init(group: parts.count > 1 ? String(parts[0]) : "", kind: kind)
    }

    init(parsing text: some StringProtocol) {
        let parts = text.split(separator: ".", maxSplits: 1)
        self.init(group: parts.count > 1 ? String(parts[1]) : "", kind: parts.first.map { String($0) } ?? "")
    }

    var description: String { group.isEmpty ? kind : "\(kind).\(group)" }
    static func < (a: GroupKind, b: GroupKind) -> Bool { a.description < b.description }
}
