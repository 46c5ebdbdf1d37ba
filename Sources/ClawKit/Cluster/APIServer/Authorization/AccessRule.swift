import ClawDocuments

/// One rule of a role: which verbs on which resources or paths.
/// <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources>
struct AccessRule: Sendable, Hashable {
    var groups: [String] = []
    var resources: [String] = []
    /// Empty: whatever the name.
    var names: [String] = []
    /// Paths; a `*` at the end stands for anything.
    var paths: [String] = []
    var verbs: [String] = []

    init(groups: [String] = [], resources: [String] = [], names: [String] = [], paths: [String] = [], verbs: [String]) {
        (self.groups, self.resources, self.names, self.paths, self.verbs) = (groups, resources, names, paths, verbs)
    }

    init(_ document: JSON) {
        func strings(_ name: String) -> [String] { document[name]?.array?.compactMap(\.string) ?? [] }
        self.init(
            groups: strings("apiGroups"), resources: strings("resources"), names: strings("resourceNames"),
            paths: strings("nonResourceURLs"), verbs: strings("verbs"))
    }

    var document: JSONObject {
        var document: JSONObject = ["verbs": .array(verbs.map(JSON.string))]
        for (name, list) in [
            ("apiGroups", groups), ("resources", resources), ("resourceNames", names), ("nonResourceURLs", paths),
        ] where !list.isEmpty { document[name] = .array(list.map(JSON.string)) }
        return document
    }

    /// Whether the rule lets a request through that somebody makes to whom it applies.
    func allows(_ request: RequestAttributes) -> Bool {
        guard verbs.contains("*") || verbs.contains(request.verb) else { return false }
        switch request.target {
        case .path(let path):
            return paths.contains { rule in
                rule == "*" || rule == path || (rule.hasSuffix("*") && path.hasPrefix(rule.dropLast()))
            }
        case .resource(let group, let resource, let subresource, let name):
            guard groups.contains("*") || groups.contains(group) else { return false }
            guard names.isEmpty || names.contains(name) else { return false }
            if resources.contains("*") { return true }
            if subresource.isEmpty { return resources.contains(resource) }
            return resources.contains("\(resource)/\(subresource)") || resources.contains("*/\(subresource)")
        }
    }
}
