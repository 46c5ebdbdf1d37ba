import ClawDocuments
import ClawModels
import ClawSchemas

/// The rules of one built-in kind: which names its objects may have, what makes one valid, what may change of it.
struct KindRules: Sendable {
    typealias Check = @Sendable (Field, inout FieldErrors) -> Void
    typealias Change = @Sendable (_ new: Field, _ old: Field, inout FieldErrors) -> Void

    var name: @Sendable (String) -> [String] = NameRules.subdomain
    /// nil: the field table's required members are all there is.
    var check: Check?
    /// Asked of new objects only.
    var checkNew: Check?
    var change: Change?

    /// The rules of a kind; those of the names alone where nothing else is known.
    static func of(_ type: ResourceType) -> KindRules {
        table[type.group]?[type.plural] ?? KindRules()
    }

    private static let table: [String: [String: KindRules]] = [
        "": core, "apps": apps, "batch": batch, "networking.k8s.io": networking, "policy": policy,
        "rbac.authorization.k8s.io": access, "autoscaling": autoscaling,
        "admissionregistration.k8s.io": admission,
        "coordination.k8s.io": ["leases": KindRules(check: PolicyRules.check(lease:_:))],
        "scheduling.k8s.io": [
            "priorityclasses": KindRules(
                check: PolicyRules.check(priority:_:), change: PolicyRules.checkChange(priority:_:_:))
        ],
        "storage.k8s.io": [
            "storageclasses": KindRules(
                check: StorageRules.check(storageClass:_:), change: StorageRules.checkChange(storageClass:_:_:))
        ],
        "discovery.k8s.io": [
            "endpointslices": KindRules(
                check: EndpointRules.check(slice:_:), change: EndpointRules.checkChange(slice:_:_:))
        ],
        "events.k8s.io": ["events": KindRules(
                check: EventRules.check(new:_:), checkNew: EventRules.checkNew(_:_:), change: EventRules.checkChange)],
    ]

    private static let core: [String: KindRules] = [
        "configmaps": KindRules(
            check: DataRules.check(configMap:_:), change: DataRules.checkChange(configMap:_:_:)),
        "secrets": KindRules(check: DataRules.check(secret:_:), change: DataRules.checkChange(secret:_:_:)),
        "pods": KindRules(check: { PodRules.check(spec: $0["spec"], &$1) }, change: PodChanges.check(_:_:_:)),
        "podtemplates": KindRules(check: { PodRules.check(template: $0["template"], &$1) }),
        "replicationcontrollers": KindRules(check: DeploymentRules.check(replicationController:_:)),
        "services": KindRules(name: NameRules.label, check: ServiceRules.check(_:_:), change: ServiceRules.checkChange),
        "endpoints": KindRules(check: EndpointRules.check(_:_:)),
        "namespaces": KindRules(name: NameRules.label, check: { _, _ in }),
        "nodes": KindRules(check: NodeRules.check(_:_:), change: NodeRules.checkChange),
        "limitranges": KindRules(check: QuotaRules.check(limitRange:_:)),
        "resourcequotas": KindRules(check: QuotaRules.check(quota:_:), change: QuotaRules.checkChange(quota:_:_:)),
        "persistentvolumeclaims": KindRules(
            check: StorageRules.check(claim:_:), change: StorageRules.checkChange(claim:_:_:)),
        "persistentvolumes": KindRules(check: StorageRules.check(volume:_:)),
        "events": KindRules(check: EventRules.check(core:_:)),
        "serviceaccounts": KindRules(check: { _, _ in }),
    ]

    private static let apps: [String: KindRules] = [
        "deployments": KindRules(check: DeploymentRules.check(_:_:), change: DeploymentRules.checkChange),
        "replicasets": KindRules(check: DeploymentRules.check(replicaSet:_:), change: DeploymentRules.checkChange),
        "statefulsets": KindRules(check: StatefulSetRules.check(_:_:), change: StatefulSetRules.checkChange),
        "daemonsets": KindRules(check: DaemonSetRules.check(_:_:), change: DeploymentRules.checkChange),
    ]

    private static let batch: [String: KindRules] = [
        "jobs": KindRules(check: JobRules.check(_:_:), change: JobRules.checkChange),
        "cronjobs": KindRules(check: CronJobRules.check(_:_:), checkNew: CronJobRules.checkName),
    ]

    private static let networking: [String: KindRules] = [
        "ingresses": KindRules(check: IngressRules.check(_:_:)),
        "networkpolicies": KindRules(check: NetworkPolicyRules.check(_:_:)),
    ]

    private static let admission = [
        "validatingadmissionpolicies": KindRules(check: AdmissionPolicyRules.check(policy:_:)),
        "validatingadmissionpolicybindings": KindRules(
            check: { AdmissionPolicyRules.check(binding: $0, isMutating: false, &$1) }),
        "mutatingadmissionpolicies": KindRules(check: AdmissionPolicyRules.check(mutatingPolicy:_:)),
        "mutatingadmissionpolicybindings": KindRules(
            check: { AdmissionPolicyRules.check(binding: $0, isMutating: true, &$1) }),
    ]

    private static let policy = ["poddisruptionbudgets": KindRules(check: PolicyRules.check(budget:_:))]
    private static let autoscaling = ["horizontalpodautoscalers": KindRules(check: PolicyRules.check(autoscaler:_:))]

    private static let access: [String: KindRules] = [
        "roles": KindRules(
            name: NameRules.pathSegment, check: { AccessRules.check(role: $0, isNamespaced: true, &$1) }),
        "clusterroles": KindRules(
            name: NameRules.pathSegment, check: { AccessRules.check(role: $0, isNamespaced: false, &$1) }),
        "rolebindings": KindRules(
            name: NameRules.pathSegment, check: { AccessRules.check(binding: $0, isNamespaced: true, &$1) },
            change: AccessRules.checkChange(binding:_:_:)),
        "clusterrolebindings": KindRules(
            name: NameRules.pathSegment, check: { AccessRules.check(binding: $0, isNamespaced: false, &$1) },
            change: AccessRules.checkChange(binding:_:_:)),
    ]
}
