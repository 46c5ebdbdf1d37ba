import ClawDocuments
import ClawModels

/// The plugins in the order in which Kubernetes asks them.
struct AdmissionChain: Sendable {
    private let mutating: [any MutatingPlugin]
    private let validating: [any ValidatingPlugin]
    /// Whether a namespace is made with its default service account.
    let hasDefaultAccounts: Bool

    func admit(_ object: inout JSONObject, _ request: AdmissionRequest) async throws {
        for plugin in mutating where plugin.concerns(request) { try await plugin.admit(&object, request) }
    }

    func validate(_ object: JSONObject?, _ request: AdmissionRequest) async throws {
        for plugin in validating where plugin.concerns(request) { try await plugin.validate(object, request) }
    }
}

extension EmbeddedCluster {
    /// An admission plugin of the API server, by its name in Kubernetes; each can be left out.
    public enum AdmissionKind: String, CaseIterable, Sendable, Hashable {
        /// Holds pods and claims to the LimitRanges of their namespace, and fills in their defaults.
        case limitRanger = "LimitRanger"
        /// Gives each pod a service account, its token and its pull secrets.
        case serviceAccount = "ServiceAccount"
        /// Holds pods to the security level of their namespace.
        case podSecurity = "PodSecurity"
        /// Resolves priority classes.
        case priority = "Priority"
        /// Lets pods stay five minutes on a node that is lost.
        case defaultTolerationSeconds = "DefaultTolerationSeconds"
        /// Keeps volumes and claims while they are in use.
        case storageObjectInUseProtection = "StorageObjectInUseProtection"
        /// Gives claims and ingresses the class marked as default.
        case defaultStorageClass = "DefaultStorageClass"
        case defaultIngressClass = "DefaultIngressClass"
        /// Takes a pod's overhead and node selection from its RuntimeClass.
        case runtimeClass = "RuntimeClass"
        /// Changes objects as mutating admission policies want it.
        case mutatingAdmissionPolicy = "MutatingAdmissionPolicy"
        /// Lets webhooks change what is written.
        case mutatingWebhooks = "MutatingAdmissionWebhook"
        /// Refuses what validating admission policies refuse.
        case validatingAdmissionPolicy = "ValidatingAdmissionPolicy"
        /// Lets webhooks refuse it.
        case validatingWebhooks = "ValidatingAdmissionWebhook"
        /// Counts what a namespace uses against its quotas.
        case resourceQuota = "ResourceQuota"

        public static let all = Set(allCases)
    }
}

extension AdmissionChain {
    init(
        _ kinds: Set<EmbeddedCluster.AdmissionKind>, hasDefaultAccounts: Bool, webhooks: WebhookCaller,
        registry: ResourceRegistry
    ) {
        self.hasDefaultAccounts = hasDefaultAccounts
        let plugins = EmbeddedCluster.AdmissionKind.allCases.filter(kinds.contains).map { kind -> any AdmissionPlugin in
            switch kind {
            case .limitRanger: LimitRanger()
            case .serviceAccount: ServiceAccountPlugin(hasDefaultAccounts: hasDefaultAccounts)
            case .podSecurity: PodSecurityPlugin()
            case .priority: PriorityPlugin()
            case .defaultTolerationSeconds: DefaultTolerations()
            case .storageObjectInUseProtection: StorageProtection()
            case .defaultStorageClass: DefaultStorageClass()
            case .defaultIngressClass: DefaultIngressClass()
            case .runtimeClass: RuntimeClassPlugin()
            case .mutatingWebhooks: MutatingWebhooks(caller: webhooks, registry: registry)
            case .validatingWebhooks: ValidatingWebhooks(caller: webhooks, registry: registry)
            case .mutatingAdmissionPolicy: MutatingPolicyPlugin()
            case .validatingAdmissionPolicy: ValidatingPolicyPlugin()
            case .resourceQuota: QuotaPlugin()
            }
        }
        mutating = plugins.compactMap { $0 as? any MutatingPlugin }
        validating = plugins.compactMap { $0 as? any ValidatingPlugin }
    }
}
