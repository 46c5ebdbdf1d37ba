import ClawDocuments
import ClawSchemas

/// The columns of nodes, namespaces, configuration and of what concerns the cluster itself.
enum ClusterColumns {
    static let byResource: [String: [Column]] = [
        "nodes": nodes,
        "namespaces": [.name, .text("Status", "The status of the namespace", ["status", "phase"]), .age],
        "configmaps": [
            .name,
            Column("Data", .field("core/v1 ConfigMap.data")) { object, _ in
                .integer(Int64(object["data"].count + object["binaryData"].count))
            },
            .age,
        ],
        "secrets": [
            .name, .text("Type", .field("core/v1 Secret.type"), ["type"]),
            .count("Data", .field("core/v1 Secret.data"), ["data"], type: "string"), .age,
        ],
        "serviceaccounts": [.name, .age],
        "componentstatuses": components,
        "leases.coordination.k8s.io": [
            .name, .text("Holder", .field("coordination/v1 LeaseSpec.holderIdentity"), ["spec", "holderIdentity"]),
            .age,
        ],
        "runtimeclasses.node.k8s.io": [.name, .text("Handler", "", ["handler"]), .age],
        "apiservices.apiregistration.k8s.io": services,
        "deviceclasses.resource.k8s.io": [.name, .age],
        "resourceclaimtemplates.resource.k8s.io": [.name, .age],
        "resourceclaims.resource.k8s.io": [
            .name,
            Column("State", "A summary of the current state (allocated, pending, reserved, etc.).") { object, _ in
                .string(state(ofClaim: object))
            },
            .age,
        ],
        "resourceslices.resource.k8s.io": [
            .name, .text("Node", .field("resource/v1 ResourceSliceSpec.nodeName"), ["spec", "nodeName"]),
            .text("Driver", .field("resource/v1 ResourceSliceSpec.driver"), ["spec", "driver"]),
            .text("Pool", .field("resource/v1 ResourcePool.name"), ["spec", "pool", "name"]), .age,
        ],
    ]

    // MARK: nodes

    private static let nodes: [Column] = [
        .name, Column("Status", "The status of the node") { node, _ in .string(state(of: node)) },
        Column("Roles", "The roles of the node") { node, _ in .string(roles(of: node)) }, .age,
        .text("Version", .field("core/v1 NodeSystemInfo.kubeletVersion"), ["status", "nodeInfo", "kubeletVersion"]),
        address("Internal-IP", "InternalIP"), address("External-IP", "ExternalIP"), fact("OS-Image", "osImage"),
        fact("Kernel-Version", "kernelVersion"), fact("Container-Runtime", "containerRuntimeVersion"),
    ]

    private static func state(of node: Field) -> String {
        let ready = node.condition("Ready").map { $0["status"].string == "True" ? "Ready" : "NotReady" } ?? "Unknown"
        return node["spec"]["unschedulable"].isTrue ? "\(ready),SchedulingDisabled" : ready
    }

    /// From labels `node-role.kubernetes.io/ROLE` and `kubernetes.io/role=ROLE`.
    private static func roles(of node: Field) -> String {
        let prefix = "node-role.kubernetes.io/"
        let roles = node["metadata"]["labels"].entries.compactMap { name, value in
            name.hasPrefix(prefix)
                ? String(name.dropFirst(prefix.count)) : name == "kubernetes.io/role" ? value.string : nil
        }
        let shown = Set(roles.filter { !$0.isEmpty }).sorted().joined(separator: ",")
        return shown.isEmpty ? "<none>" : shown
    }

    private static func address(_ name: String, _ type: String) -> Column {
        Column(name, .field("core/v1 NodeStatus.addresses"), priority: 1) { node, _ in
            let address = node["status"]["addresses"].items.first { $0["type"].string == type }
            return .string(address?["address"].string ?? "<none>")
        }
    }

    private static func fact(_ name: String, _ member: String) -> Column {
        .text(
            name, .field("core/v1 NodeSystemInfo.\(member)"), ["status", "nodeInfo", member], none: "<unknown>",
            priority: 1)
    }

    // MARK: others

    private static let components: [Column] = {
        @Sendable func healthy(_ object: Field) -> Field? {
            object["conditions"].items.first { $0["type"].string == "Healthy" }
        }
        return [
            .name,
            Column("Status", "Status of the component conditions") { object, _ in
                .string(healthy(object).map { $0["status"].string == "True" ? "Healthy" : "Unhealthy" } ?? "Unknown")
            },
            Column("Message", "Message of the component conditions") { object, _ in
                .string(healthy(object)?["message"].string ?? "")
            },
            Column("Error", "Error of the component conditions") { object, _ in
                .string(healthy(object)?["error"].string ?? "")
            },
        ]
    }()

    private static let services: [Column] = [
        .name,
        Column("Service", "The reference to the service that hosts this API endpoint.") { object, _ in
            let service = object["spec"]["service"]
            return .string(service.isSet ? "\(service["namespace"].string)/\(service["name"].string)" : "Local")
        },
        Column("Available", "Whether this service is available.") { object, _ in
            guard let condition = object.condition("Available") else { return "Unknown" }
            let (status, reason) = (condition["status"].string, condition["reason"].string)
            return .string(status == "True" || reason.isEmpty ? status : "\(status) (\(reason))")
        },
        .age,
    ]

    private static func state(ofClaim claim: Field) -> String {
        let isDeleted = claim["metadata"]["deletionTimestamp"].isSet
        var words = isDeleted ? ["deleted"] : []
        if !claim["status"]["allocation"].isSet {
            if !isDeleted { words.append("pending") }
        } else {
            words.append("allocated")
            if !claim["status"]["reservedFor"].isEmpty { words.append("reserved") }
        }
        return words.joined(separator: ",")
    }
}
