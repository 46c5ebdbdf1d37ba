public import ClawDocuments

/// Gateway API's `gateway.networking.k8s.io/v1` `GatewayClass`: which controller serves gateways of that class.
/// <https://gateway-api.sigs.k8s.io/reference/spec/>
public struct GatewayClass: Resource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let type = ResourceType(
        group: "gateway.networking.k8s.io", version: "v1", kind: "GatewayClass", plural: "gatewayclasses",
        shortNames: ["gc"], categories: ["gateway-api"], isNamespaced: false)

    public init(metadata: ObjectMeta = ObjectMeta(), spec: Spec? = nil, status: Status? = nil) {
        document = JSONObject()
        document.setKind("gateway.networking.k8s.io/v1", "GatewayClass")
        if !metadata.document.isEmpty { self.metadata = metadata }
        document.set(.spec, spec)
        document.set(.status, status)
    }

    public var spec: Spec? { get { document.view(.spec) } set { document.set(.spec, newValue) } }
    public var status: Status? { get { document.view(.status) } set { document.set(.status, newValue) } }

    /// Fixed once created.
    public struct Spec: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(controllerName: String, parametersRef: GatewayObjectReference? = nil, description: String? = nil) {
            document = JSONObject()
            document.set("controllerName", controllerName)
            document.set("parametersRef", parametersRef)
            document.set(.description, description)
        }

        /// A domain with a path: `example.com/gateway`.
        public var controllerName: String {
            get { document.string("controllerName") ?? "" }
            set { document.set("controllerName", newValue) }
        }
        public var parametersRef: GatewayObjectReference? {
            get { document.view("parametersRef") }
            set { document.set("parametersRef", newValue) }
        }
        public var description: String? {
            get { document.string(.description) }
            set { document.set(.description, newValue) }
        }
    }

    /// The controller's word.
    public struct Status: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(conditions: [Condition] = [], supportedFeatures: [SupportedFeature] = []) {
            document = JSONObject()
            document.set(.conditions, conditions)
            document.set("supportedFeatures", supportedFeatures)
        }

        public var conditions: [Condition] {
            get { document.views(.conditions) }
            set { document.set(.conditions, newValue) }
        }
        public var supportedFeatures: [SupportedFeature] {
            get { document.views("supportedFeatures") }
            set { document.set("supportedFeatures", newValue) }
        }
    }

    /// A feature by its name in the conformance suite.
    public struct SupportedFeature: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(name: String) {
            document = JSONObject()
            document.set(.name, name)
        }

        public var name: String { get { document.string(.name) ?? "" } set { document.set(.name, newValue) } }
    }
}
