import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import Logging

/// Keeps the rules of cluster roles that gather those of others by labels.
/// <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles>
enum RoleAggregation {
    static func controller(_ client: KubernetesClient, _ caches: SharedCaches, _ logger: Logger) -> Controller {
        let roles = caches.cache(ClusterRole.self)
        return Controller("role-aggregation", caches: caches, logger: logger) { key in
            guard let role = roles[key], role.document["aggregationRule"] != nil else { return .settled }
            let rules = rules(of: role.document, from: roles.all.map(\.document))
            guard rules != role.document["rules"]?.array ?? [] else { return .settled }
            do {
                var changed = role
                changed.document["rules"] = .array(rules)
                _ = try await client.replace(changed)
            } catch let error as KubernetesError where error.isNotFound || error.isConflict {
                // Gone, or changed and asked for again.
            }
            return .settled
        }
        .watches(ClusterRole.self) { changed in
            let gathering = roles.all.filter { $0.document["aggregationRule"] != nil }.map { ObjectKey($0) }
            return changed.document["aggregationRule"] == nil ? gathering : gathering + [ObjectKey(changed)]
        }
    }

    /// The rules of all roles that a role's selectors choose, each once, in the order of the roles' names.
    static func rules(of role: JSONObject, from roles: [JSONObject]) -> [JSON] {
        let selectors = (role["aggregationRule"]?["clusterRoleSelectors"]?.array ?? []).compactMap { selector in
            try? LabelQuery(LabelSelector(document: selector.object ?? [:]))
        }
        var gathered: [JSON] = []
        var seen: Set<JSON> = []
        for selector in selectors {
            for other in roles.sorted(by: { $0.objectName < $1.objectName }) where other.objectName != role.objectName {
                guard selector.matches(other[.metadata]?.object?.stringMap(.labels) ?? [:]) else { continue }
                for rule in other["rules"]?.array ?? [] where seen.insert(rule).inserted { gathered.append(rule) }
            }
        }
        return gathered
    }
}
