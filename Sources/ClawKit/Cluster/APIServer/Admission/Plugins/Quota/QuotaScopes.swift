import ClawDocuments
import ClawModels

/// Which objects a quota with scopes counts: pods, and claims by their attributes class.
/// <https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-scopes>
struct QuotaScopes {
    private let requirements: [ScopedResourceSelectorRequirement]

    init(_ quota: ResourceQuota) {
        requirements = (quota.spec?.scopes ?? []).map { .init(operator: "Exists", scopeName: $0) }
            + (quota.spec?.scopeSelector?.matchExpressions ?? [])
    }

    func include(_ object: JSONObject, _ type: ResourceType) -> Bool {
        guard !requirements.isEmpty else { return true }
        guard type.group.isEmpty, type.plural == "pods" else { return false }
        let pod = Pod(document: object)
        return requirements.allSatisfy { Self.matches($0, pod) }
    }

    private static func matches(_ requirement: ScopedResourceSelectorRequirement, _ pod: Pod) -> Bool {
        switch requirement.scopeName {
        case "Terminating": pod.spec?.activeDeadlineSeconds != nil
        case "NotTerminating": pod.spec?.activeDeadlineSeconds == nil
        case "BestEffort": PodDefaults.qualityOfService(pod.spec) == "BestEffort"
        case "NotBestEffort": PodDefaults.qualityOfService(pod.spec) != "BestEffort"
        case "PriorityClass": matches(requirement, pod.spec?.priorityClassName ?? "")
        case "CrossNamespacePodAffinity": usesOtherNamespaces(pod)
        default: false
        }
    }

    private static func matches(_ requirement: ScopedResourceSelectorRequirement, _ name: String) -> Bool {
        switch requirement.operator {
        case "Exists": !name.isEmpty
        case "DoesNotExist": name.isEmpty
        case "In": requirement.values.contains(name)
        case "NotIn": !requirement.values.contains(name)
        default: false
        }
    }

    private static func usesOtherNamespaces(_ pod: Pod) -> Bool {
        func reaches(_ affinity: JSON?) -> Bool {
            let required = affinity?["requiredDuringSchedulingIgnoredDuringExecution"]?.array ?? []
            let preferred = (affinity?["preferredDuringSchedulingIgnoredDuringExecution"]?.array ?? []).compactMap { $0["podAffinityTerm"] }
            return (required + preferred).contains {
                !($0["namespaces"]?.array?.isEmpty ?? true) || $0["namespaceSelector"]?.object != nil
            }
        }
        let affinity = pod.spec?.affinity?.document
        return reaches(affinity?["podAffinity"]) || reaches(affinity?["podAntiAffinity"])
    }
}
