import ClawBase
import ClawDocuments
import ClawModels

/// The columns of services and of what makes pods.
enum WorkloadColumns {
    static let services: [Table.Column] = [
        Table.Column(name: "Type") { object, _ in object[.spec]?["type"] ?? "<none>" },
        Table.Column(name: "Cluster-IP") { object, _ in object[.spec]?["clusterIP"] ?? "<none>" },
        Table.Column(name: "External-IP") { object, _ in .string(externalAddress(object)) },
        Table.Column(name: "Port(s)") { object, _ in
            let ports = (object[.spec]?["ports"]?.array ?? []).map { port in
                let node = port["nodePort"]?.integer.map { ":\($0)" } ?? ""
                return "\(port["port"]?.integer ?? 0)\(node)/\(port["protocol"]?.string ?? "TCP")"
            }
            return .string(ports.isEmpty ? "<none>" : ports.joined(separator: ","))
        },
    ]

    static let deployments: [Table.Column] = [
        Table.Column(name: "Ready") { object, _ in
            let deployment = Deployment(document: object)
            return .string("\(deployment.status?.readyReplicas ?? 0)/\(deployment.spec?.replicas ?? 1)")
        },
        number("Up-to-date", "status", "updatedReplicas", type: "string"),
        number("Available", "status", "availableReplicas", type: "string"),
    ]

    static let replicaSets: [Table.Column] = [
        number("Desired", "spec", "replicas"), number("Current", "status", "replicas"),
        number("Ready", "status", "readyReplicas"),
    ]

    static let cronJobs: [Table.Column] = [
        Table.Column(name: "Schedule") { object, _ in object[.spec]?["schedule"] ?? "<none>" },
        Table.Column(name: "Timezone") { object, _ in object[.spec]?["timeZone"] ?? "<none>" },
        Table.Column(name: "Suspend", type: "boolean") { object, _ in
            .string(object[.spec]?["suspend"]?.bool == true ? "True" : "False")
        },
        Table.Column(name: "Active", type: "integer") { object, _ in
            .integer(Int64(object[.status]?["active"]?.array?.count ?? 0))
        },
        Table.Column(name: "Last Schedule") { object, now in
            .string(object[.status]?["lastScheduleTime"]?.string.map { Age.text(since: $0, now: now) } ?? "<none>")
        },
    ]

    /// What `-o wide` adds for everything with a pod template.
    static func wide(_ templatePath: [String], selector: [String]) -> [Table.Column] {
        @Sendable func each(_ object: JSONObject, _ member: String) -> JSON {
            let path = templatePath + ["spec", "containers"]
            let texts = JSON.object(object).value(at: path)?.array?.compactMap { $0[member]?.string } ?? []
            return .string(texts.isEmpty ? "<none>" : texts.joined(separator: ","))
        }
        return [
            Table.Column(name: "Containers", priority: 1) { object, _ in each(object, "name") },
            Table.Column(name: "Images", priority: 1) { object, _ in each(object, "image") },
            labels("Selector", selector),
        ]
    }

    /// `a=b,c=d`
    static func labels(_ title: String, _ path: [String]) -> Table.Column {
        Table.Column(name: title, priority: 1) { object, _ in
            let labels = JSON.object(object).value(at: path)?.object ?? JSONObject()
            let texts = labels.map { "\($0)=\($1.string ?? "")" }.sorted()
            return .string(texts.isEmpty ? "<none>" : texts.joined(separator: ","))
        }
    }

    private static func number(_ title: String, _ path: String..., type: String = "integer") -> Table.Column {
        Table.Column(name: title, type: type) { object, _ in JSON.object(object).value(at: path) ?? 0 }
    }

    private static func externalAddress(_ service: JSONObject) -> String {
        let own = service[.spec]?["externalIPs"]?.array?.compactMap(\.string) ?? []
        switch service[.spec]?["type"]?.string {
        case "ExternalName": return service[.spec]?["externalName"]?.string ?? "<none>"
        case "LoadBalancer":
            let given = (service[.status]?["loadBalancer"]?["ingress"]?.array ?? []).compactMap {
                ($0["ip"] ?? $0["hostname"])?.string
            }
            return given + own == [] ? "<pending>" : (given + own).joined(separator: ",")
        default: return own.isEmpty ? "<none>" : own.joined(separator: ",")
        }
    }
}
