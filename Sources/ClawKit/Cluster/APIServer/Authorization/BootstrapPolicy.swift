import ClawBase
import ClawDocuments
import FoundationEssentials

/// The cluster roles and bindings that every cluster has from its start.
/// <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings>
enum BootstrapPolicy {
    private static let roles = ObjectStore.Collection(group: RoleIndex.group, plural: "clusterroles")
    private static let bindings = ObjectStore.Collection(group: RoleIndex.group, plural: "clusterrolebindings")

    /// Makes what is not there. What is there stays as its owner left it.
    static func install(in store: ObjectStore, now: Timestamp) async throws {
        var made = parsedRoles()
        // Twice: a role may gather one that gathers itself.
        for _ in 0..<2 {
            let present = Array(made.values)
            for object in present where object["aggregationRule"] != nil {
                made[object.objectName]?["rules"] = .array(RoleAggregation.rules(of: object, from: present))
            }
        }
        for object in made.values.sorted(by: { $0.objectName < $1.objectName }) {
            try await add(object, to: roles, store, now)
        }
        for object in parsedBindings() { try await add(object, to: bindings, store, now) }
    }

    private static func add(
        _ object: JSONObject, to collection: ObjectStore.Collection, _ store: ObjectStore, _ now: Timestamp
    ) async throws {
        guard store.get(collection, ObjectStore.Key(object: object)) == nil else { return }
        var object = object
        object.setMetadata(.uid, .string(Chance.uuid()))
        object.setMetadata(.creationTimestamp, .string(now.rfc3339()))
        _ = try await store.commit(collection, object, expecting: .absent)
    }

    private static func parsedRoles() -> [String: JSONObject] {
        var roles: [String: JSONObject] = [:]
        var current = ""
        for line in rolesTable.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if !line.hasPrefix(" ") {
                current = words[0]
                var role = skeleton("ClusterRole", current)
                for word in words.dropFirst() {
                    let label = "rbac.authorization.k8s.io/aggregate-to-\(word.dropFirst())"
                    if word.hasPrefix("+") { role.modify(.metadata) { $0?["labels"]?[label] = "true" } }
                    if word.hasPrefix("<") {
                        role["aggregationRule"] = [
                            "clusterRoleSelectors": [["matchLabels": .object([label: "true"])]]
                        ]
                    }
                }
                role["rules"] = []
                roles[current] = role
            } else {
                var rules = roles[current]?["rules"]?.array ?? []
                rules.append(.object(rule(words).document))
                roles[current]?["rules"] = .array(rules)
            }
        }
        return roles
    }

    /// `groups resources verbs [names]`, or `= paths verbs`; `-` is the core group, `R` reads, `W` writes.
    private static func rule(_ words: [String]) -> AccessRule {
        func list(_ index: Int) -> [String] {
            index < words.count ? words[index].split(separator: ",").map(String.init) : []
        }
        let verbs = list(2).flatMap { word in
            switch word {
            case "R": ["get", "list", "watch"]
            case "W": ["create", "delete", "deletecollection", "patch", "update"]
            case "RW": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
            default: [word]
            }
        }
        if words[0] == "=" { return AccessRule(paths: list(1), verbs: verbs) }
        return AccessRule(
            groups: list(0).map { $0 == "-" ? "" : $0 }, resources: list(1), names: list(3), verbs: verbs)
    }

    private static func parsedBindings() -> [JSONObject] {
        bindingsTable.split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            var binding = skeleton("ClusterRoleBinding", words[0])
            binding["roleRef"] = [
                "apiGroup": .string(RoleIndex.group), "kind": "ClusterRole", "name": .string(words[0]),
            ]
            let subjects = words.dropFirst().map { word -> JSON in
                [
                    "apiGroup": .string(RoleIndex.group), "kind": word.hasPrefix("@") ? "Group" : "User",
                    "name": .string(word.hasPrefix("@") ? String(word.dropFirst()) : word),
                ]
            }
            if !subjects.isEmpty { binding["subjects"] = .array(subjects) }
            return binding
        }
    }

    private static func skeleton(_ kind: String, _ name: String) -> JSONObject {
        [
            "apiVersion": .string("\(RoleIndex.group)/v1"), "kind": .string(kind),
            "metadata": [
                "name": .string(name), "labels": ["kubernetes.io/bootstrapping": "rbac-defaults"],
                "annotations": ["rbac.authorization.kubernetes.io/autoupdate": "true"],
            ],
        ]
    }
}
