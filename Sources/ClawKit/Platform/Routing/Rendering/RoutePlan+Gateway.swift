import ClawBase
import ClawControl
import ClawKubernetes
import ClawResources

extension RoutePlan {
    /// The Gateway API knows no gate. What needs one goes to the control plane's own proxy, by its service, for which
    /// that namespace must have a ReferenceGrant; what needs none goes straight to its service.
    func httpRoute(
        _ gateway: String, _ namespace: String, _ controlPlane: RoutingSettings.Backend
    ) throws(Finding) -> Child {
        if isGuarded, route.spec.service != nil { throw .needsGate }
        let target = isGuarded
            ? GatewayBackendReference(
                name: controlPlane.name, port: controlPlane.port, namespace: controlPlane.namespace)
            : GatewayBackendReference(name: backend.name, port: backend.port)
        let filters = isGuarded
            ? [] : [HTTPRoute.Filter(type: "RequestHeaderModifier", requestHeaderModifier: .init(remove: Self.strippedHeaders))]
        return Child(
            HTTPRoute(
                metadata: metadata(),
                spec: .init(
                    parentRefs: [GatewayParentReference(name: gateway, namespace: namespace)],
                    hostnames: [route.spec.host],
                    rules: [
                        .init(
                            matches: [.init(path: .init(type: "PathPrefix", value: route.spec.path))], filters: filters,
                            backendRefs: [target])
                    ])), stage: 1)
    }
}

extension Finding {
    fileprivate static let needsGate = Finding(
        .badConfig,
        "The Gateway API has no gate in front of services; make the route for everybody, or use routing.driver traefik "
            + "or ingress.")
}
