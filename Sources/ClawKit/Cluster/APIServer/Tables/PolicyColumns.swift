import ClawDocuments
import ClawSchemas

/// The columns of what limits others: quotas, budgets, priorities, autoscalers, flow control.
enum PolicyColumns {
    static let byResource: [String: [Column]] = [
        "resourcequotas": quotas,
        "poddisruptionbudgets.policy": budgets,
        "horizontalpodautoscalers.autoscaling": autoscalers,
        "priorityclasses.scheduling.k8s.io": priorities,
        "flowschemas.flowcontrol.apiserver.k8s.io": flowSchemas,
        "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": priorityLevels,
    ]

    private static let quotas: [Column] = {
        @Sendable func used(_ quota: Field, limits: Bool) -> JSON {
            let shown = quota["status"]["hard"].entries.filter { $0.name.hasPrefix("limits.") == limits }.map {
                name, hard in
                "\(name): \(quota["status"]["used"][name].amount)/\(hard.amount)"
            }
            return .string(shown.joined(separator: ", "))
        }
        return [
            .name,
            Column("Request", "Request represents a minimum amount of cpu/memory that a container may consume.") {
                quota, _ in
                used(quota, limits: false)
            },
            Column(
                "Limit",
                .text(
                    "Limits control the maximum amount of cpu/memory that a container may use independent of contention on "
                        + "the node.")
            ) { quota, _ in used(quota, limits: true) },
            .age,
        ]
    }()

    private static let budgets: [Column] = {
        func amount(_ name: String, _ description: Column.Description, _ member: String) -> Column {
            Column(name, description) { budget, _ in
                let amount = budget["spec"][member]
                return .string(amount.integer.map { "\($0)" } ?? amount.value?.string ?? "N/A")
            }
        }
        return [
            .name, amount("Min Available", "The minimum number of pods that must be available.", "minAvailable"),
            amount("Max Unavailable", "The maximum number of pods that may be unavailable.", "maxUnavailable"),
            .number(
                "Allowed Disruptions", "Calculated number of pods that may be disrupted at this time.",
                ["status", "disruptionsAllowed"]),
            .age,
        ]
    }()

    private static let priorities: [Column] = [
        .name, .number("Value", .field("scheduling/v1 PriorityClass.value"), ["value"]),
        Column("Global-Default", .field("scheduling/v1 PriorityClass.globalDefault"), type: "boolean") { object, _ in
            .bool(object["globalDefault"].isTrue)
        },
        .age, .text("PreemptionPolicy", .field("scheduling/v1 PriorityClass.preemptionPolicy"), ["preemptionPolicy"]),
    ]

    private static let autoscalers: [Column] = {
        func field(_ text: String) -> Column.Description { .field("autoscaling/v2 HorizontalPodAutoscaler\(text)") }
        return [
            .name,
            Column("Reference", field("Spec.scaleTargetRef")) { object, _ in
                let target = object["spec"]["scaleTargetRef"]
                return .string("\(target["kind"].string)/\(target["name"].string)")
            },
            Column("Targets", field("Spec.metrics")) { object, _ in .string(MetricTargets.text(object)) },
            Column("MinPods", field("Spec.minReplicas")) { object, _ in
                .string(object["spec"]["minReplicas"].integer.map { "\($0)" } ?? "<unset>")
            },
            .number("MaxPods", field("Spec.maxReplicas"), ["spec", "maxReplicas"], type: "string"),
            .number("Replicas", field("Status.currentReplicas"), ["status", "currentReplicas"], type: "string"), .age,
        ]
    }()

    private static let flowSchemas: [Column] = [
        .name,
        .text(
            "PriorityLevel", .field("flowcontrol/v1 PriorityLevelConfigurationReference.name"),
            ["spec", "priorityLevelConfiguration", "name"]),
        .number(
            "MatchingPrecedence", .field("flowcontrol/v1 FlowSchemaSpec.matchingPrecedence"),
            ["spec", "matchingPrecedence"],
            type: "string"),
        .text(
            "DistinguisherMethod", .field("flowcontrol/v1 FlowSchemaSpec.distinguisherMethod"),
            ["spec", "distinguisherMethod", "type"], none: "<none>"),
        .age,
        Column("MissingPL", "references a broken or non-existent PriorityLevelConfiguration") { object, _ in
            .string(object.condition("Dangling")?["status"].string ?? "?")
        },
    ]

    private static let priorityLevels: [Column] = {
        func limited(_ name: String, _ type: String, _ path: [String]) -> Column {
            Column(name, .field("flowcontrol/v1 \(type).\(path.last ?? "")")) { object, _ in
                guard object["spec"]["limited"][path.dropLast()].isSet else { return "<none>" }
                return .integer(object["spec"]["limited"][path].integer ?? 0)
            }
        }
        let queuing = ["limitResponse", "queuing"]
        return [
            .name, .text("Type", .field("flowcontrol/v1 PriorityLevelConfigurationSpec.type"), ["spec", "type"]),
            limited("NominalConcurrencyShares", "LimitedPriorityLevelConfiguration", ["nominalConcurrencyShares"]),
            limited("Queues", "QueuingConfiguration", queuing + ["queues"]),
            limited("HandSize", "QueuingConfiguration", queuing + ["handSize"]),
            limited("QueueLengthLimit", "QueuingConfiguration", queuing + ["queueLengthLimit"]), .age,
        ]
    }()
}

/// What an autoscaler aims at and where it stands: `cpu: 20%/80%`.
enum MetricTargets {
    static func text(_ object: Field) -> String {
        var texts = zip(0..., object["spec"]["metrics"].items).map { index, metric in
            text(metric, object["status"]["currentMetrics"].items.dropFirst(index).first)
        }
        // autoscaling/v1 knows the processor only.
        if let target = object["spec"]["targetCPUUtilizationPercentage"].integer {
            let current = object["status"]["currentCPUUtilizationPercentage"].integer.map { "\($0)%" } ?? "<unknown>"
            texts.append("cpu: \(current)/\(target)%")
        }
        return Field.some(of: texts, 2, none: "<none>", separator: ", ")
    }

    private static func text(_ metric: Field, _ status: Field?) -> String {
        let sources = [
            "External": "external", "Pods": "pods", "Object": "object", "Resource": "resource",
            "ContainerResource": "containerResource",
        ]
        guard let member = sources[metric["type"].string] else { return "<unknown type>" }
        let (target, current) = (metric[member]["target"], status?[member]["current"])
        func now(_ name: String) -> String {
            guard let value = current?[name], value.isSet else { return "<unknown>" }
            return value.amount
        }
        switch member {
        case "pods": return "\(now("averageValue"))/\(target["averageValue"].amount)"
        case "external", "object":
            return target["averageValue"].isSet
                ? "\(now("averageValue"))/\(target["averageValue"].amount) (avg)"
                : "\(now("value"))/\(target["value"].amount)"
        default:
            let name = metric[member]["name"].string
            if target["averageValue"].isSet {
                return "\(name): \(now("averageValue"))/\(target["averageValue"].amount)"
            }
            let percent = current?["averageUtilization"].integer.map { "\($0)%" } ?? "<unknown>"
            return "\(name): \(percent)/\(target["averageUtilization"].integer.map { "\($0)%" } ?? "<auto>")"
        }
    }
}
