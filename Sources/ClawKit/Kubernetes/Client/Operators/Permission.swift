public import ClawModels

/// What a program may ask of the API server: verbs on one resource, as a rule of a role has them.
/// <https://kubernetes.io/docs/reference/access-authn-authz/rbac/>
public struct Permission: Sendable, Hashable {
    /// Empty for the core group.
    public var group: String
    /// `deployments`; with a part of it, `sites/status`.
    public var resource: String
    public var verbs: Set<String>
    /// Only objects of these names; empty: of any. What is created has no name yet, so that `create` is never limited.
    public var names: [String]
    /// Only there; nil: in all namespaces, or for resources that have none.
    public var namespace: String?

    public init(
        _ verbs: Set<String>, group: String, resource: String, names: [String] = [], in namespace: String? = nil
    ) {
        (self.verbs, self.group, self.resource) = (verbs, group, resource)
        (self.names, self.namespace) = (names, namespace)
    }

    /// - Parameter part: a subresource: `status`.
    public init(
        _ verbs: Set<String>, _ type: ResourceType, part: String? = nil, names: [String] = [],
        in namespace: String? = nil
    ) {
        self.init(
            verbs, group: type.group, resource: type.plural + (part.map { "/\($0)" } ?? ""), names: names,
            in: type.isNamespaced ? namespace : nil)
    }

    /// To keep a cache of them.
    public static func watching(_ type: ResourceType, in namespace: String? = nil) -> Permission {
        Permission(["get", "list", "watch"], type, in: namespace)
    }

    /// To keep a cache of them, and to apply and delete them. Server-side apply of what is not there asks for `create`.
    public static func managing(_ type: ResourceType, in namespace: String? = nil) -> Permission {
        Permission(["get", "list", "watch", "create", "patch", "delete"], type, in: namespace)
    }
}

extension [Permission] {
    /// The fewest that say the same, in a lasting order: verbs on the same things joined, and what is allowed everywhere
    /// not allowed in one place once more.
    public var merged: [Permission] {
        var joined: [Permission: Set<String>] = [:]
        for permission in self {
            var place = permission
            place.verbs = []
            place.names = Set(permission.names).sorted()
            joined[place, default: []].formUnion(permission.verbs)
        }
        return joined.compactMap { place, verbs -> Permission? in
            var rest = place
            rest.verbs = verbs
            for (other, more) in joined where other != place && other.covers(place) { rest.verbs.subtract(more) }
            return rest.verbs.isEmpty ? nil : rest
        }.sorted { $0.order < $1.order }
    }
}

extension Permission {
    /// Whether it is for all that the other is for.
    fileprivate func covers(_ other: Permission) -> Bool {
        group == other.group && resource == other.resource && (namespace == nil || namespace == other.namespace)
            && (names.isEmpty || (!other.names.isEmpty && Set(names).isSuperset(of: other.names)))
    }

    fileprivate var order: String { "\(namespace ?? "")\n\(group)\n\(resource)\n\(names.joined(separator: ","))" }

    /// In the order that people know them in.
    fileprivate var orderedVerbs: [String] {
        let known = ["get", "list", "watch", "create", "update", "patch", "delete"]
        return known.filter(verbs.contains) + verbs.subtracting(known).sorted()
    }

    var rule: PolicyRule {
        PolicyRule(verbs: orderedVerbs, apiGroups: [group], resourceNames: names, resources: [resource])
    }
}
