import ClawDocuments
import ClawModels
import ClawSchemas

/// Defaults and bounds of a namespace's LimitRanges, for containers, pods and claims.
/// <https://kubernetes.io/docs/concepts/policy/limit-range/>
struct LimitRanger: MutatingPlugin, ValidatingPlugin {
    private static let note = "kubernetes.io/limit-ranger"

    func concerns(_ request: AdmissionRequest) -> Bool {
        request.type.group.isEmpty && ["pods", "persistentvolumeclaims"].contains(request.type.plural)
    }

    func admit(_ object: inout JSONObject, _ request: AdmissionRequest) async throws {
        guard request.createsPod else { return }
        var notes: [String] = []
        for range in Self.ranges(request) {
            guard let limits = range.spec?.limits.filter({ $0.type == "Container" }), !limits.isEmpty else { continue }
            var pod = Pod(document: object)
            notes += ContainerDefaults(limits).fill(&pod)
            object = pod.document
        }
        guard !notes.isEmpty else { return }
        var pod = Pod(document: object)
        pod.metadata.annotations[Self.note] = "LimitRanger plugin set: \(notes.joined(separator: "; "))"
        object = pod.document
    }

    func validate(_ object: JSONObject?, _ request: AdmissionRequest) async throws {
        guard let object, let amounts = Self.amounts(object, request) else { return }
        for range in Self.ranges(request) {
            let problems = (range.spec?.limits ?? []).flatMap { limit in
                amounts.filter { $0.type == limit.type }.flatMap { $0.problems(with: limit) }
            }
            guard let first = problems.first else { continue }
            throw request.forbidden(
                object, problems.count == 1 ? first : "[\(Self.distinct(problems).joined(separator: ", "))]")
        }
    }

    private static func ranges(_ request: AdmissionRequest) -> [LimitRange] {
        request.neighbours("limitranges").map { LimitRange(document: $0) }
    }

    private static func distinct(_ texts: [String]) -> [String] {
        var seen = Set<String>()
        return texts.filter { seen.insert($0).inserted }
    }

    /// What of the object limits may be set on; nil where limits do not concern it.
    private static func amounts(_ object: JSONObject, _ request: AdmissionRequest) -> [LimitedAmounts]? {
        guard request.type.group.isEmpty else { return nil }
        switch (request.type.plural, request.subresource) {
        case ("pods", nil) where request.operation == .create, ("pods", "resize"):
            let pod = Pod(document: object)
            let initContainers = pod.spec?.initContainers ?? []
            var all = ((pod.spec?.containers ?? []) + initContainers).map {
                LimitedAmounts(type: "Container", requests: $0.resources?.requests ?? [:], limits: $0.resources?.limits ?? [:])
            }
            all.append(.init(sumOf: pod))
            return all
        case ("persistentvolumeclaims", nil):
            let claim = PersistentVolumeClaim(document: object)
            return [LimitedAmounts(type: "PersistentVolumeClaim", requests: claim.spec?.resources?.requests ?? [:], limits: [:])]
        default: return nil
        }
    }
}

/// What a LimitRange gives to containers that do not say.
private struct ContainerDefaults {
    private var requests: [String: Quantity] = [:]
    private var limits: [String: Quantity] = [:]

    init(_ items: [LimitRangeItem]) {
        for item in items {
            requests.merge(item.defaultRequest) { $1 }
            limits.merge(item.default) { $1 }
        }
    }

    /// Returns what was set, in the words of the pod's annotation.
    func fill(_ pod: inout Pod) -> [String] {
        guard var spec = pod.spec else { return [] }
        var notes: [String] = []
        spec.containers = spec.containers.map { fill($0, "container", &notes) }
        spec.initContainers = spec.initContainers.map { fill($0, "init container", &notes) }
        pod.spec = spec
        return notes
    }

    private func fill(_ container: Container, _ kind: String, _ notes: inout [String]) -> Container {
        var container = container
        var resources = container.resources ?? ResourceRequirements()
        let setRequests = requests.keys.filter { resources.requests[$0] == nil }.sorted()
        let setLimits = limits.keys.filter { resources.limits[$0] == nil }.sorted()
        for name in setRequests { resources.requests[name] = requests[name] }
        for name in setLimits { resources.limits[name] = limits[name] }
        container.resources = resources
        for (names, what) in [(setRequests, "request"), (setLimits, "limit")] where !names.isEmpty {
            notes.append("\(names.joined(separator: ", ")) \(what) for \(kind) \(container.name)")
        }
        return container
    }
}
