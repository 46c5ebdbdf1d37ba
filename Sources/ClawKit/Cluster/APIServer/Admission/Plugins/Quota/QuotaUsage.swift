import ClawDocuments
import ClawModels

/// What an object counts against quotas, by the names that quotas use.
/// <https://kubernetes.io/docs/concepts/policy/resource-quotas/>
struct QuotaUsage {
    let type: ResourceType

    /// `count/pods`, `count/deployments.apps`.
    var objectCount: String { "count/\(type.plural)\(type.group.isEmpty ? "" : ".\(type.group)")" }

    private var isCore: Bool { type.group.isEmpty }

    /// Kinds whose number has a name of its own besides `count/…`.
    private static let named: Set = [
        "configmaps", "secrets", "services", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas",
    ]

    /// Whether changes of an object may use more, not only new ones.
    func countsUpdates(subresource: String?) -> Bool {
        guard isCore else { return false }
        return switch type.plural {
        case "services", "persistentvolumeclaims": subresource == nil
        case "pods": subresource == "resize"
        default: false
        }
    }

    /// Whether a change may use less than before: a pod that has ended, a service or claim that asks for less.
    func mayShrink(_ object: JSONObject, from old: JSONObject) -> Bool {
        guard isCore else { return false }
        return switch type.plural {
        case "pods": object[.status]?["phase"] != old[.status]?["phase"] || object[.spec] != old[.spec]
        case "services", "persistentvolumeclaims": object[.spec] != old[.spec]
        default: false
        }
    }

    func amounts(of object: JSONObject) -> [String: Quantity] {
        var amounts: [String: Quantity] = [objectCount: "1"]
        guard isCore else { return amounts }
        if Self.named.contains(type.plural) { amounts[type.plural] = "1" }
        switch type.plural {
        case "pods": amounts.merge(Self.amounts(of: Pod(document: object))) { $1 }
        case "services": amounts.merge(Self.amounts(of: Service(document: object))) { $1 }
        case "persistentvolumeclaims": amounts.merge(Self.amounts(of: PersistentVolumeClaim(document: object))) { $1 }
        default: break
        }
        return amounts
    }

    /// Those of a quota's names that objects of this kind can count against.
    func relevant(_ names: some Sequence<String>) -> [String] { names.filter(isRelevant) }

    private func isRelevant(_ name: String) -> Bool {
        if name == objectCount { return true }
        guard isCore else { return false }
        return switch type.plural {
        case "pods":
            Self.podResources.contains(name) || name.hasPrefix("hugepages-") || name.hasPrefix("requests.hugepages-")
                || name.hasPrefix("requests.") && name.contains("/")
        case "services": ["services", "services.nodeports", "services.loadbalancers"].contains(name)
        case "persistentvolumeclaims":
            ["persistentvolumeclaims", "requests.storage"].contains(name) || name.contains(".storageclass.storage.k8s.io/")
        default: Self.named.contains(type.plural) && name == type.plural
        }
    }

    private static let podResources: Set = [
        "pods", "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage",
        "limits.cpu", "limits.memory", "limits.ephemeral-storage",
    ]

    // MARK: pods

    /// Pods that have ended count as objects only.
    private static func amounts(of pod: Pod) -> [String: Quantity] {
        guard !["Succeeded", "Failed"].contains(pod.status?.phase ?? "") else { return [:] }
        let total = LimitedAmounts(sumOf: pod)
        var amounts = compute(requests: total.requests, limits: total.limits)
        for (name, overhead) in pod.spec?.overhead ?? [:] {
            for key in [name, "requests.\(name)", "limits.\(name)"] {
                if let amount = amounts[key] { amounts[key] = amount + overhead }
            }
        }
        amounts["pods"] = "1"
        return amounts
    }

    private static func compute(requests: [String: Quantity], limits: [String: Quantity]) -> [String: Quantity] {
        var amounts: [String: Quantity] = [:]
        for name in ["cpu", "memory", "ephemeral-storage"] {
            if let request = requests[name] {
                amounts[name] = request
                amounts["requests.\(name)"] = request
            }
            if let limit = limits[name] { amounts["limits.\(name)"] = limit }
        }
        for (name, request) in requests {
            if name.hasPrefix("hugepages-") { amounts[name] = request }
            if name.hasPrefix("hugepages-") || name.contains("/") { amounts["requests.\(name)"] = request }
        }
        return amounts
    }

    /// Where processor or memory is limited, each container must say what it wants; which do not, by resource.
    func unstated(_ limited: some Sequence<String>, in object: JSONObject) -> [(resource: String, containers: [String])] {
        guard isCore, type.plural == "pods", let spec = Pod(document: object).spec else { return [] }
        let demanded = Set(limited).intersection([
            "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory",
        ])
        return demanded.sorted().compactMap { resource in
            let silent = (spec.containers + spec.initContainers).filter { container in
                Self.compute(requests: container.resources?.requests ?? [:], limits: container.resources?.limits ?? [:])[resource] == nil
            }
            return silent.isEmpty ? nil : (resource, silent.map(\.name).sorted())
        }
    }

    // MARK: services and claims

    private static func amounts(of service: Service) -> [String: Quantity] {
        let ports = service.spec?.ports ?? []
        var nodePorts = 0
        var balancers = 0
        switch service.spec?.type {
        case "NodePort": nodePorts = ports.count
        case "LoadBalancer":
            balancers = 1
            nodePorts =
                service.spec?.allocateLoadBalancerNodePorts == false ? ports.filter { ($0.nodePort ?? 0) != 0 }.count : ports.count
        default: break
        }
        return [
            "services.nodeports": Quantity("\(nodePorts)") ?? .zero, "services.loadbalancers": Quantity("\(balancers)") ?? .zero,
        ]
    }

    private static func amounts(of claim: PersistentVolumeClaim) -> [String: Quantity] {
        var amounts: [String: Quantity] = [:]
        let storage = claim.spec?.resources?.requests["storage"]
        if let storage { amounts["requests.storage"] = storage }
        if let name = claim.spec?.storageClassName, !name.isEmpty {
            amounts["\(name).storageclass.storage.k8s.io/persistentvolumeclaims"] = "1"
            if let storage { amounts["\(name).storageclass.storage.k8s.io/requests.storage"] = storage }
        }
        return amounts
    }
}
