import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// The group of agent-sandbox's warm pools, from 0.5 on.
/// <https://github.com/kubernetes-sigs/agent-sandbox>
enum SandboxExtensions {
    static let group = "extensions.agents.x-k8s.io"
    static let version = "v1beta1"
}

/// Asks for a sandbox of a warm pool: it becomes the claim's, and goes with it.
struct SandboxClaim: Resource {
    var document: JSONObject
    init(document: JSONObject) { self.document = document }
    static let type = ResourceType(
        group: SandboxExtensions.group, version: SandboxExtensions.version, kind: "SandboxClaim", plural: "sandboxclaims")

    /// - Parameter annotations: which the sandbox's pod gets. Neither variables nor volumes: with either agent-sandbox
    ///   starts a new one.
    init(metadata: ObjectMeta, warmPool: String, podAnnotations annotations: [String: String]) {
        self.init(metadata)
        document["spec"] = [
            "warmPoolRef": ["name": .string(warmPool)],
            "additionalPodMetadata": ["annotations": Self.object(annotations)],
        ]
    }

    /// Of its pod, as they are wanted.
    var podAnnotations: [String: String] {
        let stated = document["spec"]?["additionalPodMetadata"]?["annotations"]?.object ?? JSONObject()
        return Dictionary(stated.compactMap { key, value in value.string.map { ("\(key)", $0) } }) { first, _ in first }
    }

    /// Why there is no sandbox, where its controller is in trouble; nil where it is on its way.
    var trouble: (reason: String, message: String)? {
        let all = document["status"]?["conditions"]?.array ?? []
        let ready = all.lazy.compactMap(\.object).map { Condition(document: $0) }.first { $0.type == "Ready" }
        let serious: Set = ["TemplateNotFound", "WarmPoolNotFound", "InvalidMetadata", "ReconcilerError", "ClaimExpired"]
        guard let ready, ready.status != "True", serious.contains(ready.reason) else { return nil }
        return (ready.reason, ready.message)
    }

    static func object(_ texts: [String: String]) -> JSON {
        .object(JSONObject(texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
}

/// What the sandboxes of a warm pool are made of.
struct SandboxTemplate: Resource {
    var document: JSONObject
    init(document: JSONObject) { self.document = document }
    static let type = ResourceType(
        group: SandboxExtensions.group, version: SandboxExtensions.version, kind: "SandboxTemplate",
        plural: "sandboxtemplates")
}

/// Keeps sandboxes of a template ready.
struct SandboxWarmPool: Resource {
    var document: JSONObject
    init(document: JSONObject) { self.document = document }
    static let type = ResourceType(
        group: SandboxExtensions.group, version: SandboxExtensions.version, kind: "SandboxWarmPool",
        plural: "sandboxwarmpools")
}

extension RuntimeCell {
    /// Takes a sandbox of a pool for this runtime. It has the runtime's name, so that there is one of it at most.
    /// - Throws: ``Finding`` (`E_NOT_POOLED`) where its pod carries what a claim cannot.
    func sandboxClaim(of pool: String) throws(Finding) -> SandboxClaim {
        let pod = pod
        var annotations = pod.annotations
        annotations[Runtime.uidLabel] = owner.uid
        annotations[Runtime.nameLabel] = name
        for key in annotations.keys where !key.hasPrefix("clawkit.dev/") {
            throw Finding(
                .notPooled, "Its pod has the annotation \(key), which a claim may not bring, so that it is made for it.")
        }
        return SandboxClaim(metadata: metadata(name), warmPool: pool, podAnnotations: annotations)
    }
}

extension PersistentVolumeClaim {
    /// Whether agent-sandbox has made it for a sandbox, which it goes with unless somebody else owns it too.
    var isOfSandbox: Bool {
        guard let owner = metadata.controllerReference else { return false }
        return owner.kind == Sandbox.type.kind && owner.apiVersion.hasPrefix("\(Sandbox.group)/")
    }
}
