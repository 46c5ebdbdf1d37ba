import ClawBase
public import ClawControl
import ClawKubernetes
import ClawModels
public import ClawResources
public import Logging

/// The Project as three pure functions: its namespace, and in it who may do what, how much of it, and whom its pods
/// talk to.
///
/// The namespace is controlled by the Project: garbage collection removes it, with everything in it, after the
/// Project. A namespace that does not bear the project's labels is never adopted.
public struct ProjectKind: ManagedKind {
    public init() {}

    /// The controller, to be run by whoever runs the others.
    public static func controller(caches: SharedCaches, logger: Logger) -> Controller {
        // Without these verbs it could only hand on rights that it has itself:
        // https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
        Controller(
            managing: ProjectKind(), name: "projects", manager: ProjectNamespace.manager, caches: caches, logger: logger
        ).needs(Permission(["bind", "escalate"], Role.type))
    }

    public let children: [any Resource.Type] = [
        Namespace.self, ServiceAccount.self, Role.self, RoleBinding.self, ResourceQuota.self,
        ClawModels.LimitRange.self, NetworkPolicy.self, EffectivePolicy.self,
    ]

    public let childrenOfUnreadStatus: [any Resource.Type] = [ResourceQuota.self]

    /// A key that stands for the policies of all users of a project; no object is called so.
    private static func users(of project: String) -> ObjectKey { ObjectKey(namespace: project, name: "users") }

    public let related = [
        // By name, not by owner: the namespace that stands in the way has another one.
        Relation(Namespace.self) { ObjectKey(name: $0.name) },
        Relation(Member.self) { member in ObjectKey(name: member.project) },
        Relation(KubernetesSecret.self, labeled: ProjectObjects.pullSecretLabel) { secret in
            secret.namespace.map { ObjectKey(name: $0) }
        },
        Relation(
            Policy.self, when: .changed("spec"),
            under: { policy in
                guard case .user(_, let project) = PolicyLayer(policy.name) else { return ObjectKey(policy) }
                return users(of: project)
            },
            soughtBy: { (project: Project) in
                PolicyLayer.all(tenant: project.tenant, project: project.name).map { ObjectKey(name: $0.description) }
                    + [users(of: project.name)]
            }),
    ]

    public func admit(_ project: Project) -> [Finding] {
        guard ProjectName.isReserved(project.name) else { return [] }
        return [
            Finding(
                .badName, "The name is reserved for the cluster; delete the project and choose another.",
                field: "metadata.name")
        ]
    }

    public func desire(_ project: Project, _ observed: Observed) throws(Finding) -> [Child] {
        switch ProjectNamespace.standing(of: observed[Namespace.self, project.name], for: project) {
        case .foreign: throw .namespaceIsForeign(project.name)
        case .going: throw .namespaceIsGoing
        case .absent, .ours: break
        }
        let policies = try ProjectPolicySet(project, observed.all(Policy.self))
        var allowed = project
        allowed.spec = policies.common.narrowed(project.spec)
        let objects = ProjectObjects(
            allowed, members: observed.all(Member.self), pullSecrets: observed.all(KubernetesSecret.self).map(\.name),
            containerLimits: policies.common.containerLimits)
        return [Child(ProjectNamespace.desired(for: allowed), policy: .adopted)] + objects.children
            + policies.effective.map { Child($0, stage: 1) }
    }

    public func observe(_ project: Project, _ observed: Observed, now: Timestamp) -> Observation<Project> {
        let (isReady, reason, message) = standing(project, observed)
        let old = project.conditions.first { $0.type == "Ready" }
        let status = isReady ? "True" : "False"
        var seen = project
        seen.conditions = project.conditions.filter { $0.type != "Ready" } + [
            Condition(
                type: "Ready", status: status, reason: reason, message: message,
                lastTransitionTime: old.flatMap { $0.status == status ? $0.lastTransitionTime : nil } ?? now.rfc3339(),
                observedGeneration: project.metadata.generation)
        ]
        // The end of the other namespace wakes this controller; the look is for what the watch may not tell.
        return Observation(seen, lookAgainAfter: reason == "NamespaceTerminating" ? .seconds(5) : nil)
    }

    private func standing(
        _ project: Project, _ observed: Observed
    ) -> (isReady: Bool, reason: String, message: String) {
        if let finding = observed.findings.first {
            switch finding.code {
            case .badName: return (false, "ReservedName", finding.message)
            case .namespaceForeign: return (false, "NamespaceNotOurs", finding.message)
            case .namespaceGoing: return (false, "NamespaceTerminating", finding.message)
            default: return (false, "Refused", finding.message)
            }
        }
        if let failure = observed.failures.first { return (false, "Incomplete", failure.finding.message) }
        return (true, "NamespaceReady", "")
    }
}

extension FindingCode {
    fileprivate static let namespaceForeign = FindingCode(rawValue: "E_NAMESPACE_FOREIGN")
    fileprivate static let namespaceGoing = FindingCode(rawValue: "E_NAMESPACE_GOING")
}

extension Finding {
    fileprivate static func namespaceIsForeign(_ name: String) -> Finding {
        Finding(
            .namespaceForeign,
            "The namespace \(name) is there and was not made for this project; remove it, or delete the project and "
                + "choose another name.")
    }
    fileprivate static let namespaceIsGoing = Finding(
        .namespaceGoing, "The namespace of an earlier project of this name is still going.")
}
