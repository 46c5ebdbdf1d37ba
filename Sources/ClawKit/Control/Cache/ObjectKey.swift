public import ClawKubernetes

/// The namespace and name of an object; what a reconcile is told, so that it looks at the present state.
public struct ObjectKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Empty for cluster-scoped objects.
    public let namespace: String
    public let name: String

    public init(namespace: String = "", name: String) { (self.namespace, self.name) = (namespace, name) }

    public init(_ object: some Resource) { self.init(namespace: object.namespace ?? "", name: object.name) }

    public static func < (a: Self, b: Self) -> Bool { (a.namespace, a.name) < (b.namespace, b.name) }

    public var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}
