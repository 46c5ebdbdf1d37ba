import ClawModels

/// What the operator's account may do: one role for all namespaces, and one for each namespace it is limited to.
extension OperatorManifests {
    var roles: [any Resource] {
        let groups = Dictionary(grouping: permissions.merged, by: \.namespace)
        return groups.sorted { ($0.key ?? "") < ($1.key ?? "") }.flatMap { place, permissions -> [any Resource] in
            let rules = permissions.map(\.rule)
            let subject = Subject(kind: "ServiceAccount", name: name, namespace: namespace)
            guard let place else {
                let meta = ObjectMeta(name: name, labels: labels)
                return [
                    ClusterRole(metadata: meta, rules: rules),
                    ClusterRoleBinding(
                        metadata: meta, roleRef: RoleRef(kind: "ClusterRole", name: name, apiGroup: Self.group),
                        subjects: [subject]),
                ]
            }
            let meta = ObjectMeta(name: name, namespace: place, labels: labels)
            return [
                Role(metadata: meta, rules: rules),
                RoleBinding(
                    metadata: meta, roleRef: RoleRef(kind: "Role", name: name, apiGroup: Self.group),
                    subjects: [subject]),
            ]
        }
    }

    private static let group = ClusterRole.type.group
}
