import ClawBase
package import Yams

extension ConfigurationReader {
    /// The section `routing`.
    mutating func routing(_ node: Node) -> RoutingSettings {
        var settings = RoutingSettings()
        let known: Set<String> = ["driver", "accessURL", "entryPoints", "ingressClass", "gateway"]
        guard let members = members(node, at: "routing", known: known.sorted()) else { return settings }
        if let url = text(members, "accessURL") {
            if ["http://", "https://"].contains(where: { url.hasPrefix($0) && url.count > $0.count }) {
                settings.accessURL = url.hasSuffix("/") ? String(url.dropLast()) : url
            } else {
                fail(members["accessURL"], "routing.accessURL must be an http or https URL.")
            }
        }
        let driver = text(members, "driver") ?? "inProcess"
        for (name, owner) in [("entryPoints", "traefik"), ("ingressClass", "ingress"), ("gateway", "gateway")]
        where members[name] != nil && owner != driver {
            fail(members[name], "routing.\(name) is for the driver \(owner); remove it, or choose that driver.")
        }
        switch driver {
        case "inProcess": break
        case "traefik":
            let points = list(members, "entryPoints") ?? []
            settings.driver = .traefik(
                entryPoints: points.enumerated().compactMap { text($1, at: "routing.entryPoints[\($0)]") })
        case "ingress": settings.driver = .ingress(className: text(members, "ingressClass"))
        case "gateway": if let gateway = gateway(members) { settings.driver = gateway }
        default:
            fail(members["driver"], "routing.driver must be one of inProcess, traefik, ingress, gateway.")
        }
        return settings
    }

    private mutating func gateway(_ members: Members) -> RoutingSettings.Driver? {
        guard let node = members["gateway"] else {
            fail(members.node, "routing.gateway is missing; name the Gateway, and the control plane's service.")
            return nil
        }
        guard let gateway = self.members(node, at: "routing.gateway", known: ["name", "namespace", "controlPlane"]),
            let name = requiredText(gateway, "name"), let namespace = requiredText(gateway, "namespace")
        else { return nil }
        guard let node = gateway["controlPlane"] else {
            fail(gateway.node, "routing.gateway.controlPlane is missing; name the control plane's service.")
            return nil
        }
        let place = "routing.gateway.controlPlane"
        guard let service = self.members(node, at: place, known: ["name", "namespace", "port"]),
            let serviceName = requiredText(service, "name"),
            let serviceNamespace = requiredText(service, "namespace")
        else { return nil }
        let port = integer(service, "port", in: 1...65535) ?? 80
        return .gateway(
            name: name, namespace: namespace,
            controlPlane: RoutingSettings.Backend(name: serviceName, namespace: serviceNamespace, port: port))
    }
}
