public import ClawKubernetes

/// Which objects of a kind a cache holds.
public struct CacheScope: Sendable, Hashable {
    /// nil: all namespaces.
    public var namespace: String?
    public var selection: Selection
    /// To hold all Secrets of a cluster takes this word: whoever can read the process then reads them all.
    public var includesAllSecrets = false

    public init(namespace: String? = nil, matching selection: Selection = .all) {
        (self.namespace, self.selection) = (namespace, selection)
    }

    /// All objects there are; of Secrets none, see ``allSecrets``.
    public static let all = CacheScope()

    public static var allSecrets: CacheScope {
        var scope = CacheScope()
        scope.includesAllSecrets = true
        return scope
    }
}
