import ClawModels
import ClawResources

/// What the roles of a project may do in its namespace, each all that the one before it may.
///
/// Nobody may change roles, quotas, defaults or network policies there: those are the platform's, made of the Project.
enum ProjectRules {
    static func rules(of role: ProjectRole) -> [PolicyRule] {
        switch role {
        case .viewer: viewing
        case .developer: viewing + developing
        case .manager: viewing + developing + managing
        case .owner: viewing + developing + managing + owning
        }
    }

    private static let reading = ["get", "list", "watch"]
    private static let writing = ["create", "update", "patch", "delete", "deletecollection"]

    private static func rule(_ verbs: [String], _ group: String, _ resources: String...) -> PolicyRule {
        PolicyRule(verbs: verbs, apiGroups: [group], resources: resources)
    }

    /// Everything but secrets.
    private static let viewing = [
        rule(
            reading, "", "configmaps", "endpoints", "events", "limitranges", "persistentvolumeclaims", "pods",
            "pods/log", "pods/status", "replicationcontrollers", "resourcequotas", "serviceaccounts", "services"),
        rule(reading, "apps", "controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"),
        rule(reading, "autoscaling", "horizontalpodautoscalers"),
        rule(reading, "batch", "cronjobs", "jobs"),
        rule(reading, "discovery.k8s.io", "endpointslices"),
        rule(reading, "events.k8s.io", "events"),
        rule(reading, "networking.k8s.io", "ingresses", "networkpolicies"),
        rule(reading, "policy", "poddisruptionbudgets"),
        rule(reading, "clawkit.dev", "*"),
        rule(reading, "one-click.dev", "*"),
    ]

    private static let developing = [
        rule(reading, "", "secrets"),
        rule(writing, "", "configmaps", "persistentvolumeclaims", "pods", "services"),
        rule(["get", "create"], "", "pods/attach", "pods/exec", "pods/portforward"),
        rule(writing, "apps", "deployments", "deployments/scale", "replicasets", "statefulsets", "statefulsets/scale"),
        rule(writing, "autoscaling", "horizontalpodautoscalers"),
        rule(writing, "batch", "cronjobs", "jobs"),
        rule(writing, "policy", "poddisruptionbudgets"),
        rule(writing, "clawkit.dev", "runtimes"),
        rule(writing, "one-click.dev", "rollouts"),
    ]

    private static let managing = [
        rule(writing, "", "secrets", "serviceaccounts"),
        rule(["create"], "", "serviceaccounts/token"),
        rule(reading, "rbac.authorization.k8s.io", "roles", "rolebindings"),
        // Who says who may enter by an address must be one who may enter everything behind it.
        rule(writing, "clawkit.dev", "routes"),
        // What they say holds for everybody's runtimes.
        rule(writing, "clawkit.dev", "environmentsets", "runtimetemplates"),
    ]

    /// Whoever may make somebody an owner must be one.
    private static let owning = [rule(writing, "clawkit.dev", "members")]
}
