public import ClawDocuments

/// What a pod's containers use: `metrics.k8s.io/v1beta1` `PodMetrics`, served by metrics-server.
/// <https://kubernetes.io/docs/reference/external-api/metrics.v1beta1/>
public struct PodMetrics: Resource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let type = ResourceType(
        group: "metrics.k8s.io", version: "v1beta1", kind: "PodMetrics", plural: "pods", singular: "")

    public init(
        metadata: ObjectMeta = ObjectMeta(), timestamp: String, window: String, containers: [ContainerMetrics] = []
    ) {
        document = JSONObject()
        document.setKind("metrics.k8s.io/v1beta1", "PodMetrics")
        if !metadata.document.isEmpty { self.metadata = metadata }
        document.set("timestamp", timestamp)
        document.set("window", window)
        document.set(.containers, containers)
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
    public var containers: [ContainerMetrics] {
        get { document.views(.containers) }
        set { document.set(.containers, newValue) }
    }
}

/// One container's part of ``PodMetrics``.
public struct ContainerMetrics: DocumentView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public init(name: String, usage: [String: Quantity] = [:]) {
        document = JSONObject()
        document.set(.name, name)
        document.set("usage", usage)
    }

    public var name: String { get { document.string(.name) ?? "" } set { document.set(.name, newValue) } }
    /// Amounts by resource: `cpu` in cores, `memory` in bytes.
    public var usage: [String: Quantity] {
        get { document.scalarMap("usage") }
        set { document.set("usage", newValue) }
    }
}
