import ClawBase
import ClawDocuments
import ClawModels

/// The defaults that belong to what a writer wrote, and are owned by that writer.
/// Source: the API reference's "Defaults to …" of each kind.
enum Defaults {
    static func apply(to object: inout JSONObject, _ type: ResourceType) {
        switch (type.group, type.plural) {
        case ("", "configmaps"): break
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
            if (object.string(.type) ?? "").isEmpty { object[.type] = "Opaque" }
            mergeStringData(&object)
        case ("", "services"): ServiceDefaults.fill(&object)
        case ("", "endpoints"):
            object.modifyEach("subsets") { $0.modifyEach("ports") { $0.fillIn(["protocol": "TCP"]) } }
        case ("discovery.k8s.io", "endpointslices"): object.modifyEach("ports") { $0.fillIn(["name": "", "protocol": "TCP"]) }
        case ("", "limitranges"): object.modifyMember("spec") { $0.modifyEach("limits", fillLimits) }
        case ("", "nodes"): fillNode(&object)
        case ("scheduling.k8s.io", "priorityclasses"): object.fillIn(["preemptionPolicy": "PreemptLowerPriority"])
        case ("storage.k8s.io", "storageclasses"):
            object.fillIn(["reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"])
        case ("apiextensions.k8s.io", "customresourcedefinitions"): CustomResourceDefinitions.fillDefaults(&object)
        case ("admissionregistration.k8s.io", let plural) where plural.contains("admissionpolic"):
            AdmissionPolicyDefaults.fill(&object)
        case ("rbac.authorization.k8s.io", _), ("networking.k8s.io", _), ("autoscaling", _):
            PolicyDefaults.apply(to: &object, type)
        default: WorkloadDefaults.apply(to: &object, type)
        }
    }

    /// Limits of containers fill each other in, from the maximum down to what is requested.
    private static func fillLimits(_ limit: inout JSONObject) {
        guard limit["type"] == "Container" else { return }
        func amounts(_ name: String) -> JSONObject { limit[name]?.object ?? JSONObject() }
        let defaults = amounts("default").filled(amounts("max"))
        let requests = amounts("defaultRequest").filled(defaults).filled(amounts("min"))
        if !defaults.isEmpty { limit["default"] = .object(defaults) }
        if !requests.isEmpty { limit["defaultRequest"] = .object(requests) }
    }

    private static func fillNode(_ object: inout JSONObject) {
        if object[.status]?["allocatable"] == nil, let capacity = object[.status]?["capacity"] {
            object.modify(.status) { $0?["allocatable"] = capacity }
        }
        if let range = object[.spec]?["podCIDR"], range != "", object[.spec]?["podCIDRs"]?.array?.isEmpty ?? true {
            object.modify(.spec) { $0?["podCIDRs"] = [range] }
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
        object.fillIn(missing)
        return object
    }

    /// Sets members that are missing.
    mutating func fillIn(_ missing: JSONObject) {
        for (name, value) in missing where self[name].map(\.isNull) ?? true { self[name] = .some(value) }
    }

    mutating func fill(_ key: FieldKey, _ missing: JSONObject) {
        guard let member = self[key]?.object else { return }
        self[key] = .object(member.filled(missing))
    }

    /// Changes a member that is an object, where there is one.
    mutating func modifyMember(_ name: String, _ change: (inout JSONObject) -> Void) {
        guard var member = self[name]?.object else { return }
        change(&member)
        self[name] = .object(member)
    }

    /// Changes each object of a list, where there is one.
    mutating func modifyEach(_ name: String, _ change: (inout JSONObject) -> Void) {
        guard let list = self[name]?.array, !list.isEmpty else { return }
        self[name] = .array(
            list.map { element in
                guard case .object(var object) = element else { return element }
                change(&object)
                return .object(object)
            })
    }
}
