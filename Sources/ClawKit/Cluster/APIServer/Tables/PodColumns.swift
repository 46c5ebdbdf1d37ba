import ClawBase
import ClawDocuments
import ClawSchemas

/// The columns of pods and their templates.
enum PodColumns {
    static let byResource: [String: [Column]] = ["pods": pods, "podtemplates": templates]

    private static let pods: [Column] = [
        .name,
        Column("Ready", "The aggregate readiness state of this pod for accepting traffic.") { pod, _ in
            let summary = PodSummary(pod)
            return .string("\(summary.ready)/\(summary.containers)")
        },
        Column("Status", "The aggregate status of the containers in this pod.") { pod, _ in
            .string(PodSummary(pod).word)
        },
        Column(
            "Restarts",
            .text(
                "The number of times the containers in this pod have been restarted and when the last container in this "
                    + "pod has restarted.")
        ) { pod, now in
            let summary = PodSummary(pod)
            guard summary.restarts > 0, let last = summary.lastRestart else { return .string("\(summary.restarts)") }
            return .string("\(summary.restarts) (\(Age.text(since: last, now: now)) ago)")
        },
        .age,
        Column("IP", .field("core/v1 PodStatus.podIP"), priority: 1) { pod, _ in
            let ip = pod["status"]["podIPs"].items.first?["ip"].string ?? pod["status"]["podIP"].string
            return .string(ip.isEmpty ? "<none>" : ip)
        },
        .text("Node", .field("core/v1 PodSpec.nodeName"), ["spec", "nodeName"], none: "<none>", priority: 1),
        .text(
            "Nominated Node", .field("core/v1 PodStatus.nominatedNodeName"), ["status", "nominatedNodeName"],
            none: "<none>", priority: 1),
        Column("Readiness Gates", .field("core/v1 PodSpec.readinessGates"), priority: 1) { pod, _ in
            let gates = pod["spec"]["readinessGates"].items
            let open = gates.count { pod.condition($0["conditionType"].string)?["status"].string == "True" }
            return .string(gates.isEmpty ? "<none>" : "\(open)/\(gates.count)")
        },
    ]

    private static let templates: [Column] =
        [.name] + Column.containers(["template"], priority: 0) + [
            .selector(
                "Pod Labels", "The labels for the pod template.", ["template", "metadata", "labels"], priority: 0)
        ]

    /// Rows of pods that have ended say so.
    static func conditions(_ pod: Field) -> [JSON] {
        func completed(_ message: String) -> [JSON] {
            [
                [
                    "type": "Completed", "status": "True", "reason": .string(pod["status"]["phase"].string),
                    "message": .string(message),
                ]
            ]
        }
        return switch pod["status"]["phase"].string {
        case "Succeeded": completed("The pod has completed successfully.")
        case "Failed": completed("The pod failed.")
        default: []
        }
    }
}
