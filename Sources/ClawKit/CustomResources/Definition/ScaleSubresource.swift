import ClawDocuments

/// Where `kubectl scale` and autoscalers read and write: JSON paths under `.spec` and `.status`.
public struct ScaleSubresource: Sendable, Hashable {
    public let replicas: String
    public let statusReplicas: String
    /// A label selector as text; autoscalers find the pods by it.
    public let selector: String?

    public init(
        replicas: String = ".spec.replicas", statusReplicas: String = ".status.replicas", selector: String? = nil
    ) {
        (self.replicas, self.statusReplicas, self.selector) = (replicas, statusReplicas, selector)
    }

    var json: JSON {
        var scale: JSONObject = ["specReplicasPath": .string(replicas), "statusReplicasPath": .string(statusReplicas)]
        scale.set("labelSelectorPath", selector)
        return .object(scale)
    }
}
