public import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels

/// One stateful pod with a stable name that may be suspended: the kind of kubernetes-sigs/agent-sandbox, from 0.5 on.
/// <https://github.com/kubernetes-sigs/agent-sandbox>
struct Sandbox: Resource {
    enum OperatingMode: String, Sendable { case running = "Running", suspended = "Suspended" }

    var document: JSONObject
    init(document: JSONObject) { self.document = document }

    static let group = "agents.x-k8s.io"
    static let version = "v1beta1"
    static let type = ResourceType(group: group, version: version, kind: "Sandbox", plural: "sandboxes")
    /// The annotation that names its pod, where that has another name than it.
    static let podNameAnnotation = "agents.x-k8s.io/pod-name"

    /// - Parameter pod: what its pod is made from.
    init(metadata: ObjectMeta, running pod: Pod) {
        self.init(metadata)
        // A name in the cluster's DNS that outlives its pods.
        document["spec"] = ["service": true]
        run(pod)
    }

    /// Has it run a pod like this one. One that is there stays as it is: it has to be gone by then.
    mutating func run(_ pod: Pod) {
        var template: JSONObject = ["spec": pod.document["spec"] ?? .object(JSONObject())]
        func object(_ texts: [String: String]) -> JSON {
            .object(JSONObject(texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        }
        template["metadata"] = ["labels": object(pod.metadata.labels), "annotations": object(pod.annotations)]
        var spec = document["spec"]?.object ?? JSONObject()
        spec["podTemplate"] = .object(template)
        spec["operatingMode"] = .string(OperatingMode.running.rawValue)
        document["spec"] = .object(spec)
    }

    /// What it is wanted to do; absent: running.
    var operatingMode: OperatingMode {
        document["spec"]?["operatingMode"]?.string.flatMap(OperatingMode.init) ?? .running
    }

    /// Its pod's annotations, as they are wanted.
    var podAnnotations: [String: String] {
        let stated = document["spec"]?["podTemplate"]?["metadata"]?["annotations"]?.object ?? JSONObject()
        return Dictionary(stated.compactMap { key, value in value.string.map { ("\(key)", $0) } }) { first, _ in first }
    }

    func condition(_ type: String) -> Condition? {
        let all = document["status"]?["conditions"]?.array ?? []
        return all.lazy.compactMap(\.object).map { Condition(document: $0) }.first { $0.type == type }
    }

    /// Whether its controller says that it is suspended and no pod is left, in answer to the present spec: the
    /// condition of an earlier suspension may still be there.
    var isAtRest: Bool {
        guard operatingMode == .suspended, let suspended = condition("Suspended") else { return false }
        return suspended.status == "True" && suspended.observedGeneration == metadata.generation
    }

    var isReady: Bool { condition("Ready")?.status == "True" }

    /// Why it is not ready, where its own controller is in trouble; nil where it is on its way.
    var trouble: (reason: String, message: String)? {
        guard let ready = condition("Ready"), ready.status != "True" else { return nil }
        // While it has a pod, that one tells more.
        let usual: Set = ["DependenciesNotReady", "SandboxSuspended", "PodSucceeded", "PodFailed"]
        return usual.contains(ready.reason) ? nil : (ready.reason, ready.message)
    }
}

extension FindingCode {
    /// A runtime is to run as a Sandbox, and the cluster serves none.
    public static let sandboxUnserved = FindingCode(rawValue: "E_SANDBOX_UNSERVED")
}
