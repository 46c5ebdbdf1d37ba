import ClawBase
import ClawDocuments
import ClawModels

/// The defaults that belong to what a writer wrote, and are owned by that writer.
/// Source: the API reference's "Defaults to …" of each kind.
enum Defaults {
    static func apply(to object: inout JSONObject, _ type: ResourceType) {
        switch (type.group, type.plural) {
        case ("", "pods"):
            var pod = Pod(document: object)
            if var spec = pod.spec {
                PodDefaults.fill(&spec, isTemplate: false)
                pod.spec = spec
            }
            object = pod.document
        case ("", "namespaces"):
            let name = object.objectName
            var labels = object[.metadata]?.object?.stringMap(.labels) ?? [:]
            labels["kubernetes.io/metadata.name"] = name
            object.setMetadata(.labels, .object(JSONObject(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })))
        case ("", "persistentvolumeclaims"): object.fill(.spec, ["volumeMode": "Filesystem"])
        case ("", "persistentvolumes"):
            object.fill(.spec, ["volumeMode": "Filesystem", "persistentVolumeReclaimPolicy": "Retain"])
        case ("", "secrets"):
            if object.string(.type) == nil { object[.type] = "Opaque" }
            mergeStringData(&object)
        case ("", "services"): fillService(&object)
        case ("scheduling.k8s.io", "priorityclasses"):
            if object["preemptionPolicy"] == nil { object["preemptionPolicy"] = "PreemptLowerPriority" }
        case ("storage.k8s.io", "storageclasses"):
            if object["reclaimPolicy"] == nil { object["reclaimPolicy"] = "Delete" }
            if object["volumeBindingMode"] == nil { object["volumeBindingMode"] = "Immediate" }
        case ("", "nodes"):
            object.modify(.status) { status in
                if status?["allocatable"] == nil, let capacity = status?["capacity"] { status?["allocatable"] = capacity }
            }
        case ("apiextensions.k8s.io", "customresourcedefinitions"): CustomResourceDefinitions.fillDefaults(&object)
        default: WorkloadDefaults.apply(to: &object, type)
        }
    }

    private static func fillService(_ object: inout JSONObject) {
        object.fill(.spec, ["type": "ClusterIP", "sessionAffinity": "None"])
        let isExternal = object[.spec]?["type"] == "ExternalName"
        if !isExternal { object.fill(.spec, ["internalTrafficPolicy": "Cluster"]) }
        object.modify(.spec) { spec in
            guard let ports = spec?["ports"]?.array else { return }
            spec?["ports"] = .array(
                ports.map { port in
                    var port = port
                    if port["protocol"] == nil { port["protocol"] = "TCP" }
                    if port["targetPort"] == nil { port["targetPort"] = port["port"] }
                    return port
                })
        }
    }

    /// `stringData` is write-only: it lands in `data` as base64.
    private static func mergeStringData(_ object: inout JSONObject) {
        let texts = object.stringMap("stringData")
        guard !texts.isEmpty else { return }
        var data = object.stringMap("data")
        for (name, text) in texts { data[name] = Base64.encode(Array(text.utf8)) }
        object["stringData"] = nil
        object.set("data", data)
    }
}

extension JSONObject {
    /// Sets members of a member that are missing; a member that is not there itself stays away.
    func filled(_ missing: JSONObject) -> JSONObject {
        var object = self
        for (name, value) in missing where object[name] == nil { object[name] = value }
        return object
    }

    fileprivate mutating func fill(_ key: FieldKey, _ missing: JSONObject) {
        guard let member = self[key]?.object else { return }
        self[key] = .object(member.filled(missing))
    }
}
