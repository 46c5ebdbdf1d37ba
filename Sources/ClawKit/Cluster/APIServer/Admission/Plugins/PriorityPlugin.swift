import ClawDocuments
import ClawModels

/// Resolves a pod's priority class, and lets only one class be the default.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/>
struct PriorityPlugin: MutatingPlugin, ValidatingPlugin {
    private static let group = "scheduling.k8s.io"

    func concerns(_ request: AdmissionRequest) -> Bool { request.createsPod || request.type.plural == "priorityclasses" }

    func admit(_ object: inout JSONObject, _ request: AdmissionRequest) async throws {
        guard request.createsPod else { return }
        var pod = Pod(document: object)
        guard var spec = pod.spec else { return }
        var priority = 0
        var policy = "PreemptLowerPriority"
        if let name = spec.priorityClassName, !name.isEmpty {
            guard let found = request.find("priorityclasses", group: Self.group, name) else {
                throw request.forbidden(object, "no PriorityClass with name \(name) was found")
            }
            let priorityClass = PriorityClass(document: found)
            (priority, policy) = (priorityClass.value ?? 0, priorityClass.preemptionPolicy ?? policy)
        } else if let priorityClass = Self.defaultClass(request) {
            spec.priorityClassName = priorityClass.name
            (priority, policy) = (priorityClass.value ?? 0, priorityClass.preemptionPolicy ?? policy)
        }
        if let stated = spec.priority, stated != priority {
            throw request.forbidden(
                object,
                "the integer value of priority (\(stated)) must not be provided in pod spec; priority admission controller "
                    + "computed \(priority) from the given PriorityClass name")
        }
        if let stated = spec.preemptionPolicy, stated != policy {
            throw request.forbidden(
                object,
                "the string value of PreemptionPolicy (\(stated)) must not be provided in pod spec; priority admission "
                    + "controller computed \(policy) from the given PriorityClass name")
        }
        spec.priority = priority
        spec.preemptionPolicy = policy
        pod.spec = spec
        object = pod.document
    }

    func validate(_ object: JSONObject?, _ request: AdmissionRequest) async throws {
        guard let object, request.type.group == Self.group, request.type.plural == "priorityclasses",
            object["globalDefault"]?.bool == true, let existing = Self.defaultClass(request),
            existing.name != object.objectName
        else { return }
        throw request.forbidden(
            object, "PriorityClass \(existing.name) is already marked as default. Only one default can exist")
    }

    /// Of several, the one with the lowest value.
    private static func defaultClass(_ request: AdmissionRequest) -> PriorityClass? {
        request.store.list(.init(group: group, plural: "priorityclasses"), namespace: nil).objects
            .filter { $0["globalDefault"]?.bool == true }
            .map { PriorityClass(document: $0) }
            .min { ($0.value ?? 0) < ($1.value ?? 0) }
    }
}
