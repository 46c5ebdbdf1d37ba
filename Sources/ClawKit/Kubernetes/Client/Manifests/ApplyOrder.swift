/// In which order objects are applied: what others need comes first. Deleting goes the other way round.
enum ApplyOrder {
    /// Namespaces and definitions, then Helm's order (<https://helm.sh/docs/intro/using_helm/>); kinds that are not
    /// listed come after all workloads, and webhooks last of all: they may bar everything while nobody serves them.
    private static let kinds: [String] = [
        "Namespace", "CustomResourceDefinition.apiextensions.k8s.io", "PriorityClass.scheduling.k8s.io",
        "NetworkPolicy.networking.k8s.io", "ResourceQuota", "LimitRange", "PodDisruptionBudget.policy",
        "ServiceAccount",
        "Secret", "ConfigMap", "StorageClass.storage.k8s.io", "PersistentVolume", "PersistentVolumeClaim",
        "ClusterRole.rbac.authorization.k8s.io", "ClusterRoleBinding.rbac.authorization.k8s.io",
        "Role.rbac.authorization.k8s.io", "RoleBinding.rbac.authorization.k8s.io", "Service", "DaemonSet.apps", "Pod",
        "ReplicationController", "ReplicaSet.apps", "Deployment.apps", "HorizontalPodAutoscaler.autoscaling",
        "StatefulSet.apps", "Job.batch", "CronJob.batch", "IngressClass.networking.k8s.io", "Ingress.networking.k8s.io",
    ]
    private static let lastKinds: [String] = [
        "APIService.apiregistration.k8s.io", "MutatingWebhookConfiguration.admissionregistration.k8s.io",
        "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
    ]

    private static let ranks: [String: Int] = {
        var ranks: [String: Int] = [:]
        for (rank, kind) in kinds.enumerated() { ranks[kind] = rank }
        for (rank, kind) in lastKinds.enumerated() { ranks[kind] = kinds.count + 1 + rank }
        return ranks
    }()

    static func rank(_ kind: GroupKind) -> Int { ranks[kind.description] ?? kinds.count }

    /// Objects of one kind stay in the order they had.
    static func sorted<Item>(_ items: [Item], by kind: (Item) -> GroupKind) -> [Item] {
        items.enumerated().map { (rank: rank(kind($1)), place: $0, item: $1) }
            .sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }.map(\.item)
    }
}
