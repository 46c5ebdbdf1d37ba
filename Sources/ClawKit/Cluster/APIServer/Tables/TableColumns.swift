import ClawBase
import ClawDocuments
import ClawModels

/// The columns of the built-in kinds; a kind not listed shows its name and age.
enum TableColumns {
    static func columns(of type: ResourceType, name: Table.Column, age: Table.Column) -> [Table.Column] {
        switch (type.group, type.plural) {
        case ("", "pods"): [name] + pods + [age] + podsWide
        case ("", "namespaces"): [name, text("Status", .status, "phase"), age]
        case ("", "nodes"): [name] + nodes + [age] + nodesWide
        case ("", "configmaps"): [name, count("Data", "data"), age]
        case ("", "secrets"): [name, text("Type", .type), count("Data", "data"), age]
        case ("", "persistentvolumeclaims"): [name] + claims + [age]
        case ("", "events"): events
        case ("apps", "deployments"):
            [name] + WorkloadColumns.deployments + [age]
                + WorkloadColumns.wide(["spec", "template"], selector: ["spec", "selector", "matchLabels"])
        case ("", "services"): [name] + WorkloadColumns.services + [age, WorkloadColumns.labels("Selector", ["spec", "selector"])]
        case ("batch", "cronjobs"):
            [name] + WorkloadColumns.cronJobs + [age]
                + WorkloadColumns.wide(
                    ["spec", "jobTemplate", "spec", "template"], selector: ["spec", "jobTemplate", "spec", "selector", "matchLabels"])
        case ("apps", "replicasets"):
            [name] + WorkloadColumns.replicaSets + [age]
                + WorkloadColumns.wide(["spec", "template"], selector: ["spec", "selector", "matchLabels"])
        case ("coordination.k8s.io", "leases"): [name, text("Holder", .spec, "holderIdentity"), age]
        case ("certificates.k8s.io", "certificatesigningrequests"): [name, age] + CertificateColumns.requests
        case ("apiextensions.k8s.io", "customresourcedefinitions"):
            [name, text("Created At", .metadata, "creationTimestamp")]
        default: [name, age]
        }
    }

    private static func text(_ title: String, _ path: FieldKey...) -> Table.Column {
        let steps = path.map(\.name)
        return Table.Column(name: title) { object, _ in JSON.object(object).value(at: steps) ?? "" }
    }

    private static func count(_ title: String, _ member: String) -> Table.Column {
        Table.Column(name: title) { object, _ in
            .integer(Int64(object[member]?.object?.count ?? 0))
        }
    }

    // MARK: pods

    private static let pods: [Table.Column] = [
        Table.Column(name: "Ready", cell: { object, _ in
            let pod = Pod(document: object)
            let ready = (pod.status?.containerStatuses ?? []).count(where: \.ready)
            return .string("\(ready)/\(pod.spec?.containers.count ?? 0)")
        }),
        Table.Column(name: "Status", cell: { object, _ in .string(podStatus(Pod(document: object))) }),
        Table.Column(name: "Restarts", cell: { object, now in
            let statuses = Pod(document: object).status?.containerStatuses ?? []
            let restarts = statuses.map(\.restartCount).reduce(0, +)
            let last = statuses.compactMap { $0.lastState?.terminated?.finishedAt }.max()
            return .string(
                restarts > 0 && last != nil ? "\(restarts) (\(Age.text(since: last, now: now)) ago)" : "\(restarts)")
        }),
    ]

    private static let podsWide: [Table.Column] = [
        wide("IP", .status, "podIP"), wide("Node", .spec, "nodeName"), wide("Nominated Node", .status, "nominatedNodeName"),
        Table.Column(name: "Readiness Gates", priority: 1, cell: { _, _ in "<none>" }),
    ]

    private static func wide(_ title: String, _ path: FieldKey...) -> Table.Column {
        let steps = path.map(\.name)
        return Table.Column(name: title, priority: 1) { object, _ in JSON.object(object).value(at: steps) ?? "<none>" }
    }

    /// The one word kubectl shows: why a container waits or ended, before the pod's phase.
    static func podStatus(_ pod: Pod) -> String {
        var word = pod.status?.reason ?? pod.status?.phase ?? "Unknown"
        for status in pod.status?.containerStatuses ?? [] {
            if let reason = status.state?.waiting?.reason, !reason.isEmpty {
                word = reason
            } else if let ended = status.state?.terminated {
                word = ended.reason ?? (ended.signal.map { "Signal:\($0)" } ?? "ExitCode:\(ended.exitCode)")
            }
        }
        return pod.isBeingDeleted ? "Terminating" : word
    }

    // MARK: others

    private static let nodes: [Table.Column] = [
        Table.Column(name: "Status", cell: { object, _ in
            let node = Node(document: object)
            let isReady = node.status?.conditions.first { $0.type == "Ready" }?.status == "True"
            let state = isReady ? "Ready" : "NotReady"
            return .string(node.spec?.unschedulable == true ? "\(state),SchedulingDisabled" : state)
        }),
        Table.Column(name: "Roles", cell: { object, _ in
            let prefix = "node-role.kubernetes.io/"
            let roles = Node(document: object).labels.keys.filter { $0.hasPrefix(prefix) }
                .map { String($0.dropFirst(prefix.count)) }.sorted()
            return .string(roles.isEmpty ? "<none>" : roles.joined(separator: ","))
        }),
    ]

    private static let nodesWide: [Table.Column] = [
        text("Version", .status, "nodeInfo", "kubeletVersion"), wide("Internal-IP", .status, "addresses", "0", "address"),
        wide("OS-Image", .status, "nodeInfo", "osImage"), wide("Kernel-Version", .status, "nodeInfo", "kernelVersion"),
        wide("Container-Runtime", .status, "nodeInfo", "containerRuntimeVersion"),
    ]

    private static let claims: [Table.Column] = [
        text("Status", .status, "phase"), text("Volume", .spec, "volumeName"),
        text("Capacity", .status, "capacity", "storage"),
        Table.Column(name: "Access Modes", cell: { object, _ in
            let short = [
                "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP",
            ]
            let modes = PersistentVolumeClaim(document: object).spec?.accessModes ?? []
            return .string(modes.map { short[$0] ?? $0 }.joined(separator: ","))
        }),
        text("StorageClass", .spec, "storageClassName"),
    ]

    private static let events: [Table.Column] = [
        Table.Column(name: "Last Seen", cell: { object, now in
            .string(Age.text(since: object.string("lastTimestamp") ?? object.string("eventTime"), now: now))
        }),
        text("Type", .type), text("Reason", .reason),
        Table.Column(name: "Object", cell: { object, _ in
            let about = object["involvedObject"]
            return .string("\((about?["kind"]?.string ?? "").lowercased())/\(about?["name"]?.string ?? "")")
        }),
        text("Message", .message),
    ]
}
