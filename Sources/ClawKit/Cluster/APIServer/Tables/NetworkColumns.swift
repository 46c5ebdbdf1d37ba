import ClawDocuments
import ClawSchemas

/// The columns of services, ingresses and what belongs to them.
enum NetworkColumns {
    static let byResource: [String: [Column]] = [
        "services": services,
        "endpoints": [
            .name, Column("Endpoints", .field("core/v1 Endpoints.subsets")) { object, _ in .string(addresses(object)) },
            .age,
        ],
        "endpointslices.discovery.k8s.io": endpointSlices,
        "ingresses.networking.k8s.io": ingresses,
        "ingressclasses.networking.k8s.io": ingressClasses,
        "networkpolicies.networking.k8s.io": [
            .name,
            .selector(
                "Pod-Selector", .field("networking/v1 NetworkPolicySpec.podSelector"), ["spec", "podSelector"],
                priority: 0),
            .age,
        ],
        "servicecidrs.networking.k8s.io": [
            .name,
            Column("CIDRs", .field("networking/v1 ServiceCIDRSpec.cidrs")) { object, _ in
                .string(object["spec"]["cidrs"].strings.joined(separator: ","))
            },
            .age,
        ],
        "ipaddresses.networking.k8s.io": [
            .name,
            Column("ParentRef", .field("networking/v1 IPAddressSpec.parentRef")) { object, _ in .string(parent(object))
            },
        ],
    ]

    // MARK: services

    private static let services: [Column] = [
        .name, .text("Type", .field("core/v1 ServiceSpec.type"), ["spec", "type"]),
        Column("Cluster-IP", .field("core/v1 ServiceSpec.clusterIP")) { service, _ in
            .string(service["spec"]["clusterIPs"].strings.first ?? "<none>")
        },
        Column("External-IP", .field("core/v1 ServiceSpec.externalIPs")) { service, _ in .string(external(service)) },
        Column("Port(s)", .field("core/v1 ServiceSpec.ports")) { service, _ in
            let ports = service["spec"]["ports"].items.map { port in
                let node = port["nodePort"].integer ?? 0
                return "\(port["port"].integer ?? 0)\(node > 0 ? ":\(node)" : "")/\(port["protocol"].string)"
            }
            return .string(ports.isEmpty ? "<none>" : ports.joined(separator: ","))
        },
        .age, .selector("Selector", .field("core/v1 ServiceSpec.selector"), ["spec", "selector"]),
    ]

    private static func external(_ service: Field) -> String {
        let own = service["spec"]["externalIPs"].strings
        switch service["spec"]["type"].string {
        case "ClusterIP", "NodePort": return own.isEmpty ? "<none>" : own.joined(separator: ",")
        case "LoadBalancer":
            let all = balancers(service) + own
            return all.isEmpty ? "<pending>" : all.joined(separator: ",")
        case "ExternalName": return service["spec"]["externalName"].string
        default: return "<unknown>"
        }
    }

    private static func balancers(_ object: Field) -> [String] {
        let given = object["status"]["loadBalancer"]["ingress"].items.map {
            $0["ip"].isEmpty ? $0["hostname"].string : $0["ip"].string
        }
        return Set(given.filter { !$0.isEmpty }).sorted()
    }

    // MARK: endpoints

    private static func addresses(_ object: Field) -> String {
        let texts = object["subsets"].items.flatMap { subset -> [String] in
            let addresses = subset["addresses"].items.map { $0["ip"].string }
            let ports = subset["ports"].items.map { $0["port"].integer ?? 0 }
            if ports.isEmpty { return addresses }
            return ports.flatMap { port in addresses.map { $0.contains(":") ? "[\($0)]:\(port)" : "\($0):\(port)" } }
        }
        if object["subsets"].isEmpty { return "<none>" }
        return Field.some(of: texts, 3, none: "")
    }

    private static let endpointSlices: [Column] = [
        .name, .text("AddressType", .field("discovery/v1beta1 EndpointSlice.addressType"), ["addressType"]),
        Column("Ports", .field("discovery/v1beta1 EndpointSlice.ports")) { slice, _ in
            let ports = slice["ports"].items.map { port in
                port["port"].integer.map { "\($0)" } ?? port["name"].value?.string ?? "*"
            }
            return .string(Field.some(of: ports, 3, none: "<unset>"))
        },
        Column("Endpoints", .field("discovery/v1beta1 EndpointSlice.endpoints")) { slice, _ in
            .string(Field.some(of: slice["endpoints"].items.flatMap { $0["addresses"].strings }, 3, none: "<unset>"))
        },
        .age,
    ]

    // MARK: ingresses

    private static let ingresses: [Column] = [
        .name,
        .text(
            "Class", "The name of the IngressClass resource that should be used for additional configuration",
            ["spec", "ingressClassName"], none: "<none>"),
        Column("Hosts", "Hosts that incoming requests are matched against before the ingress rule") { ingress, _ in
            let rules = ingress["spec"]["rules"].items
            let shown = rules.prefix { _ in true }.map { $0["host"].string }.filter { !$0.isEmpty }
            return .string(hosts(shown, rules: rules.count))
        },
        Column("Address", "Address is a list containing ingress points for the load-balancer") { ingress, _ in
            .string(balancers(ingress).joined(separator: ","))
        },
        Column("Ports", "Ports of TLS configurations that open") { ingress, _ in
            ingress["spec"]["tls"].isEmpty ? "80" : "80, 443"
        },
        .age,
    ]

    /// More than three are counted among all rules.
    private static func hosts(_ hosts: [String], rules: Int) -> String {
        if hosts.isEmpty { return "*" }
        let shown = hosts.prefix(3).joined(separator: ",")
        return hosts.count > 3 ? "\(shown) + \(rules - 3) more..." : shown
    }

    private static let ingressClasses: [Column] = [
        .name, .text("Controller", "Controller that is responsible for handling this class", ["spec", "controller"]),
        Column("Parameters", "A reference to a resource with additional parameters") { object, _ in
            let reference = object["spec"]["parameters"]
            guard reference.isSet else { return "<none>" }
            let group = reference["apiGroup"].isSet ? ".\(reference["apiGroup"].string)" : ""
            return .string("\(reference["kind"].string)\(group)/\(reference["name"].string)")
        },
        .age,
    ]

    private static func parent(_ object: Field) -> String {
        let reference = object["spec"]["parentRef"]
        guard reference.isSet else { return "<none>" }
        let (group, namespace) = (reference["group"].string, reference["namespace"].string)
        let resource = (group.isEmpty ? reference["resource"].string : "\(reference["resource"].string).\(group)")
            .lowercased()
        return "\(resource)\(namespace.isEmpty ? "" : "/\(namespace)")/\(reference["name"].string)"
    }
}
