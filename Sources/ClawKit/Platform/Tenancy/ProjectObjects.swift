import ClawControl
import ClawKubernetes
import ClawModels
import ClawResources

/// What stands in a project's namespace from its beginning.
struct ProjectObjects {
    /// Secrets of type `kubernetes.io/dockerconfigjson` with this label are what the project's images are pulled with.
    static let pullSecretLabel = "clawkit.dev/image-pull-secret"
    /// The service account for pods that need no rights in the cluster, and the name of quota and defaults.
    static let name = "project"

    private let project: Project
    private let members: [Member]
    private let pullSecrets: [String]
    private let containerLimits: [String: Quantity]

    /// - Parameter containerLimits: the most that a container may be given; what it gets that asks for nothing.
    init(
        _ project: Project, members: [Member], pullSecrets: [String], containerLimits: [String: Quantity] = [:]
    ) {
        (self.project, self.members) = (project, members)
        (self.pullSecrets, self.containerLimits) = (pullSecrets, containerLimits)
    }

    /// Bindings after the roles they name, everything after the namespace.
    var children: [Child] {
        [Child(account, stage: 1)] + ProjectRole.allCases.map { Child(role($0), stage: 1) }
            + (quota.map { [Child($0, stage: 1)] } ?? []) + (defaults.map { [Child($0, stage: 1)] } ?? [])
            + ProjectPolicies(project.spec.network).all.map { Child(inNamespace($0), stage: 1) }
            + ProjectRole.allCases.compactMap(binding).map { Child($0, stage: 2) }
    }

    private func metadata(_ name: String) -> ObjectMeta { ObjectMeta(name: name, namespace: project.name) }

    private func inNamespace(_ policy: NetworkPolicy) -> NetworkPolicy {
        var policy = policy
        policy.metadata.namespace = project.name
        return policy
    }

    private var account: ServiceAccount {
        ServiceAccount(
            metadata: metadata(Self.name), automountServiceAccountToken: false,
            imagePullSecrets: pullSecrets.map { LocalObjectReference(name: $0) })
    }

    // MARK: who

    private func role(_ role: ProjectRole) -> Role {
        Role(metadata: metadata(role.roleName), rules: ProjectRules.rules(of: role))
    }

    /// nil where nobody has the role.
    private func binding(_ role: ProjectRole) -> RoleBinding? {
        let users = members.filter { $0.effectiveRole == role }.map(\.user).sorted()
        guard !users.isEmpty else { return nil }
        return RoleBinding(
            metadata: metadata(role.roleName),
            roleRef: RoleRef(kind: "Role", name: role.roleName, apiGroup: Role.type.group),
            subjects: users.map {
                Subject(kind: "User", name: ClusterIdentity.user($0), apiGroup: Role.type.group)
            })
    }

    // MARK: how much

    private var quota: ResourceQuota? {
        guard !project.spec.quota.isEmpty else { return nil }
        return ResourceQuota(metadata: metadata(Self.name), spec: ResourceQuotaSpec(hard: project.spec.quota))
    }

    /// A quota for processors or memory refuses pods that do not say how much they ask for, so that there must be an
    /// answer for them: <https://kubernetes.io/docs/concepts/policy/resource-quotas/>
    private var defaults: ClawModels.LimitRange? {
        var wish = project.spec.containerDefaults ?? ContainerDefaults()
        let needed = Set(project.spec.quota.keys)
        for (name, ask, most) in Self.standard {
            if wish.requests[name] == nil, needed.contains(name) || needed.contains("requests.\(name)") {
                wish.requests[name] = ask
            }
            if wish.limits[name] == nil, needed.contains("limits.\(name)") { wish.limits[name] = most }
        }
        for (name, most) in containerLimits where wish.limits[name]?.exceeds(most) ?? true { wish.limits[name] = most }
        for (name, most) in wish.limits where wish.requests[name]?.exceeds(most) ?? false { wish.requests[name] = most }
        guard !wish.requests.isEmpty || !wish.limits.isEmpty else { return nil }
        return ClawModels.LimitRange(
            metadata: metadata(Self.name),
            spec: LimitRangeSpec(
                limits: [LimitRangeItem(type: "Container", default: wish.limits, defaultRequest: wish.requests)]))
    }

    private static let standard: [(String, Quantity, Quantity)] = [
        ("cpu", "100m", "1"), ("memory", "128Mi", "1Gi"),
    ]
}

extension ProjectRole {
    /// As the Role and its binding are called.
    var roleName: String { "clawkit:\(rawValue)" }
}

/// What people of the platform are called in a cluster.
public enum ClusterIdentity {
    /// The prefix keeps a user named `admin` from being somebody of the cluster's own.
    public static func user(_ name: String) -> String { "clawkit:\(name)" }
}
