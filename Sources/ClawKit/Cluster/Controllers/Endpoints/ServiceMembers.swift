import ClawKubernetes
import ClawModels

/// Names that Services' endpoints use.
/// <https://kubernetes.io/docs/reference/labels-annotations-taints/>
enum EndpointNames {
    static let service = "kubernetes.io/service-name"
    static let sliceManager = "endpointslice.kubernetes.io/managed-by"
    static let sliceController = "endpointslice-controller.k8s.io"
    static let mirrorController = "endpointslicemirroring-controller.k8s.io"
    static let skipMirror = "endpointslice.kubernetes.io/skip-mirror"
    static let manager = "endpoints.kubernetes.io/managed-by"
    static let endpointsController = "endpoint-controller"
    static let headless = "service.kubernetes.io/headless"
    static let lastChange = "endpoints.kubernetes.io/last-change-trigger-time"
    static let overCapacity = "endpoints.kubernetes.io/over-capacity"
    static let leader = "control-plane.alpha.kubernetes.io/leader"
    static let zone = "topology.kubernetes.io/zone"
}

extension Service {
    var isHeadless: Bool { spec?.clusterIP == "None" || (spec?.clusterIP ?? "").isEmpty }

    /// nil where its endpoints are somebody else's business.
    var members: LabelQuery? {
        guard let spec, spec.type != "ExternalName", !spec.selector.isEmpty else { return nil }
        return LabelQuery(requirements: spec.selector.sorted { $0.key < $1.key }.map { .isIn($0.key, [$0.value]) })
    }

    /// `IPv4`, `IPv6`.
    var addressFamilies: [String] {
        let families = spec?.ipFamilies ?? []
        if !families.isEmpty { return families }
        return [spec?.clusterIP?.contains(":") == true ? "IPv6" : "IPv4"]
    }

    /// Labels its endpoints get from it.
    var labelsForEndpoints: [String: String] {
        var labels = labels.filter {
            ![EndpointNames.service, EndpointNames.sliceManager, EndpointNames.headless].contains($0.key)
        }
        if isHeadless { labels[EndpointNames.headless] = "" }
        return labels
    }

    /// Where the pod listens for the Service's ports; those it does not have by name are left out.
    func ports(of pod: Pod) -> [DiscoveryEndpointPort] {
        (spec?.ports ?? []).compactMap { port in
            pod.number(of: port).map {
                DiscoveryEndpointPort(
                    name: port.name ?? "", appProtocol: port.appProtocol, port: $0, protocol: port.protocol ?? "TCP")
            }
        }
    }
}

extension Pod {
    func addresses(_ family: String) -> [String] {
        let all = (status?.podIPs ?? []).map(\.ip)
        let known = all.isEmpty ? [status?.podIP].compactMap { $0 } : all
        return known.filter { !$0.isEmpty && $0.contains(":") == (family == "IPv6") }
    }

    /// A pod that says so is found by its own name below the Service's.
    func hostname(under service: Service) -> String? {
        guard let hostname = spec?.hostname, !hostname.isEmpty, spec?.subdomain == service.name else { return nil }
        return hostname
    }

    var reference: ObjectReference { ObjectReference(kind: "Pod", name: name, namespace: namespace, uid: uid) }

    fileprivate func number(of port: ServicePort) -> Int? {
        let sidecars = (spec?.initContainers ?? []).filter { $0.restartPolicy == "Always" }
        let declared = ((spec?.containers ?? []) + sidecars).flatMap(\.ports)
            .filter { ($0.protocol ?? "TCP") == (port.protocol ?? "TCP") }
        switch port.targetPort ?? .int(port.port) {
        case .int(let wanted):
            let number = wanted == 0 ? port.port : wanted
            return declared.first { $0.containerPort == number }.map(inUse) ?? number
        case .string(let name): return declared.first { $0.name == name }.map(inUse)
        }
    }

    /// Pods of a process node share the host's network, so that the node chooses other ports than they declare.
    private func inUse(_ port: ContainerPort) -> Int {
        PodEndpoint.ports(of: self)[PodEndpoint.key(of: port)] ?? port.containerPort
    }
}
