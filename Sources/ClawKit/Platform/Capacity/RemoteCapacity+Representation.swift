import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

extension RemoteCapacity {
    /// `{name, endpoint, runtimes, projects, labels, drain, mutualTLS, phase, message?, trust?, certificate?{fingerprint,
    /// expiresAt}, allocated, ready?, leaving?, lastHeartbeat?, createdAt}`
    var representation: JSONObject {
        var object = JSONObject()
        object.set("name", name)
        object.set("endpoint", spec.endpoint)
        object["runtimes"] = .integer(Int64(spec.runtimes))
        object["projects"] = .array(spec.projects.map(JSON.string))
        object["labels"] = .object(JSONObject(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        object["drain"] = .bool(spec.drain)
        object["mutualTLS"] = .bool(spec.mutualTLS)
        object.set("phase", (status.phase ?? .registered).rawValue)
        let message = status.conditions.first { $0.type == "Available" }?.message ?? ""
        object.set("message", message.isEmpty ? nil : message)
        if status.epoch > 0 { object.set("trust", (status.trust ?? .token).rawValue) }
        if let certificate = status.certificates.last { object["certificate"] = .object(certificate.document) }
        object["allocated"] = .integer(Int64(status.allocated))
        if let ready = status.ready { object["ready"] = .bool(ready) }
        if status.leaving { object["leaving"] = true }
        object.set("lastHeartbeat", status.lastHeartbeat)
        object.set("createdAt", metadata.creationTimestamp)
        return object
    }
}
