public import ClawCustomResources

/// The Gateway API's pool of model servers: pods by their labels, and the port they serve at. Defined by the project
/// gateway-api-inference-extension, whose definition a cluster has where its pools are used; here is what a gateway
/// reads of it.
/// <https://gateway-api-inference-extension.sigs.k8s.io/reference/spec/#inferencepool>
public struct InferencePool: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: "inference.networking.k8s.io", version: "v1", kind: "InferencePool", shortNames: ["infpool"])
    public static let summary = "A pool of model servers."
    public static let properties = [
        Property("spec", InferencePoolSpec.self),
        Property("status", .anything, mayBeAbsent: true, description: "By parent; nothing of it is read."),
    ]

    public init(metadata: ObjectMeta, matching labels: [String: String], ports: [Int]) {
        self.init(metadata)
        spec = InferencePoolSpec(matching: labels, ports: ports)
    }

    public var spec: InferencePoolSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }
}

public struct InferencePoolSpec: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("selector", InferencePoolSelector.self, "Pods of the pool's own namespace."),
        Property("targetPorts", [InferencePoolPort].self, .required, .count(1...8)),
        Property(
            "endpointPickerRef", .anything, mayBeAbsent: true,
            description: "Who chooses a pod for other gateways; this one chooses by itself."),
    ]

    public init(matching labels: [String: String], ports: [Int]) {
        document = [
            "selector": [
                "matchLabels": .object(JSONObject(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
            ],
            "targetPorts": .array(ports.map { ["number": .integer(Int64($0))] }),
        ]
    }

    /// All of these, each with its value; empty: no pod.
    public var labels: [String: String] { (self["selector"] as InferencePoolSelector).matchLabels }
    public var ports: [Int] { (self["targetPorts"] as [InferencePoolPort]).map(\.number) }
}

public struct InferencePoolSelector: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [Property("matchLabels", [String: String].self, .required)]
    public var matchLabels: [String: String] { self["matchLabels"] }
}

public struct InferencePoolPort: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [Property("number", Int.self, .range(1...65535))]
    public var number: Int { self["number"] }
}
