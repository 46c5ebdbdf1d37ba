/// Decides by roles and their bindings (RBAC).
/// <https://kubernetes.io/docs/reference/access-authn-authz/rbac/>
struct RoleAuthorizer: Sendable {
    enum Decision: Sendable, Hashable {
        case allowed(reason: String)
        /// The reason is empty where simply nothing allows it.
        case refused(reason: String)

        var isAllowed: Bool { if case .allowed = self { true } else { false } }
        var reason: String {
            switch self {
            case .allowed(let reason), .refused(let reason): reason
            }
        }
    }

    private let index: RoleIndex

    init(_ store: ObjectStore) { index = RoleIndex(store) }

    func decide(_ request: RequestAttributes) -> Decision {
        if request.user.isSuperuser { return .allowed(reason: "") }
        return index.read { contents in
            var problems: [String] = []
            for binding in contents.bindings(of: request.user, in: request.namespace) {
                guard let rules = contents.roles[binding.role] else {
                    problems.append(binding.missingRole)
                    continue
                }
                if rules.contains(where: { $0.allows(request) }) {
                    return .allowed(reason: "RBAC: allowed by \(binding.description(for: request.user))")
                }
            }
            return .refused(reason: problems.isEmpty ? "" : "RBAC: \(Self.aggregate(problems))")
        }
    }

    /// All rules that apply to a user in a namespace, and the roles that are bound but not there.
    func rules(of user: UserInfo, in namespace: String) -> (rules: [AccessRule], problem: String?) {
        index.read { contents in
            var rules: [AccessRule] = []
            var problems: [String] = []
            for binding in contents.bindings(of: user, in: namespace) {
                if let more = contents.roles[binding.role] {
                    rules += more
                } else {
                    problems.append(binding.missingRole)
                }
            }
            return (rules, problems.isEmpty ? nil : Self.aggregate(problems))
        }
    }

    /// Nil where there is no such role.
    func rules(ofRole key: ObjectStore.Key) -> [AccessRule]? { index.read { $0.roles[key] } }

    private static func aggregate(_ problems: [String]) -> String {
        problems.count == 1 ? problems[0] : "[\(problems.joined(separator: ", "))]"
    }
}

extension RoleIndex.Binding {
    fileprivate var missingRole: String { "\(roleKind.lowercased()).\(RoleIndex.group) \"\(roleName)\" not found" }

    fileprivate func description(for user: UserInfo) -> String {
        let subject = subjects.first { reference in
            switch reference.subject {
            case .user(let name): name == user.name
            case .group(let name): user.groups.contains(name)
            }
        }
        let (kind, name) =
            key.namespace.isEmpty
            ? ("ClusterRoleBinding", key.name) : ("RoleBinding", "\(key.name)/\(key.namespace)")
        return "\(kind) \"\(name)\" of \(roleKind) \"\(roleName)\" to \(subject?.text ?? "")"
    }
}
