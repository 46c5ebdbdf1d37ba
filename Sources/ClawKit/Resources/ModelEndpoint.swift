public import ClawCustomResources

/// A model that gateways serve: what clients ask for, and the upstreams that answer. The same shape as an entry of
/// `models` in `claw.yaml`, but for keys, which are entries of Secrets only.
///
/// Of the cluster, not of a namespace: names of models are the same for everybody, and so only the cluster's
/// administrators say where prompts go.
public struct ModelEndpoint: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "ModelEndpoint", shortNames: ["mep"],
        isNamespaced: false)
    public static let summary = "A model that gateways serve: what clients ask for, and the upstreams that answer."
    public static let properties = [
        Property("spec", ModelEndpointSpec.self), Property("status", ModelEndpointStatus?.self),
    ]
    public static let columns = [
        PrinterColumn("Model", "string", ".status.model"),
        PrinterColumn("Dialect", "string", ".spec.upstreams[0].dialect"),
        PrinterColumn("Accepted", "string", #".status.conditions[?(@.type=="Accepted")].status"#),
        PrinterColumn("Reachable", "string", #".status.conditions[?(@.type=="Reachable")].status"#),
        PrinterColumn("Upstreams", "string", ".status.upstreams", description: "How many are asked, of all."),
        PrinterColumn("Reason", "string", #".status.conditions[?(@.type=="Accepted")].message"#, priority: 1),
        .age,
    ]

    public init(name: String, spec: ModelEndpointSpec) {
        self.init(ObjectMeta(name: name))
        self.spec = spec
    }

    public var spec: ModelEndpointSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    public var status: ModelEndpointStatus {
        get { self["status"] }
        set { self["status"] = newValue }
    }
}

public struct ModelEndpointStatus: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public init() { document = JSONObject() }

    public static let properties = [
        Property("model", String?.self, "What clients ask for."),
        Property("upstreams", String?.self, "How many upstreams are asked, of all: 2/3."),
        Property.conditions,
    ]

    public var model: String? {
        get { self["model"] }
        set { self["model"] = newValue }
    }
    public var upstreams: String? {
        get { self["upstreams"] }
        set { self["upstreams"] = newValue }
    }
    /// `Accepted`: gateways serve it, or why not. `Reachable`: what its health checks say.
    public var conditions: [Condition] {
        get { self["conditions"] }
        set { self["conditions"] = newValue }
    }
}
