public import ClawDocuments

/// What a node uses: `metrics.k8s.io/v1beta1` `NodeMetrics`, served by metrics-server.
/// <https://kubernetes.io/docs/reference/external-api/metrics.v1beta1/>
public struct NodeMetrics: Resource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let type = ResourceType(
        group: "metrics.k8s.io", version: "v1beta1", kind: "NodeMetrics", plural: "nodes", singular: "",
        isNamespaced: false)

    public init(
        metadata: ObjectMeta = ObjectMeta(), timestamp: String, window: String, usage: [String: Quantity] = [:]
    ) {
        document = JSONObject()
        document.setKind("metrics.k8s.io/v1beta1", "NodeMetrics")
        if !metadata.document.isEmpty { self.metadata = metadata }
        document.set("timestamp", timestamp)
        document.set("window", window)
        document.set("usage", usage)
    }

    /// When the window ended, RFC 3339.
    public var timestamp: String {
        get { document.string("timestamp") ?? "" }
        set { document.set("timestamp", newValue) }
    }
    /// How long was measured, as a Go duration: `20s`.
    public var window: String {
        get { document.string("window") ?? "" }
        set { document.set("window", newValue) }
    }
    /// Amounts by resource: `cpu` in cores, `memory` in bytes.
    public var usage: [String: Quantity] {
        get { document.scalarMap("usage") }
        set { document.set("usage", newValue) }
    }
}
