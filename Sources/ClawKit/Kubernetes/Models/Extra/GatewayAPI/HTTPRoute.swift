public import ClawDocuments

/// Gateway API's `gateway.networking.k8s.io/v1` `HTTPRoute`: which requests go where.
/// <https://gateway-api.sigs.k8s.io/reference/spec/>
public struct HTTPRoute: Resource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let type = ResourceType(
        group: "gateway.networking.k8s.io", version: "v1", kind: "HTTPRoute", plural: "httproutes",
        categories: ["gateway-api"])

    public init(metadata: ObjectMeta = ObjectMeta(), spec: Spec? = nil, status: Status? = nil) {
        document = JSONObject()
        document.setKind("gateway.networking.k8s.io/v1", "HTTPRoute")
        if !metadata.document.isEmpty { self.metadata = metadata }
        document.set(.spec, spec)
        document.set(.status, status)
    }

    public var spec: Spec? { get { document.view(.spec) } set { document.set(.spec, newValue) } }
    public var status: Status? { get { document.view(.status) } set { document.set(.status, newValue) } }

    /// What is wanted.
    public struct Spec: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(parentRefs: [GatewayParentReference] = [], hostnames: [String] = [], rules: [Rule] = []) {
            document = JSONObject()
            document.set("parentRefs", parentRefs)
            document.set(.hostnames, hostnames)
            document.set(.rules, rules)
        }

        /// The gateways to attach to.
        public var parentRefs: [GatewayParentReference] {
            get { document.views("parentRefs") }
            set { document.set("parentRefs", newValue) }
        }
        /// Without a port; `*.example.com` matches names below.
        public var hostnames: [String] {
            get { document.strings(.hostnames) }
            set { document.set(.hostnames, newValue) }
        }
        public var rules: [Rule] { get { document.views(.rules) } set { document.set(.rules, newValue) } }
    }

    /// What matches goes through the filters to one of the backends.
    public struct Rule: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            name: String? = nil, matches: [Match] = [], filters: [Filter] = [],
            backendRefs: [GatewayBackendReference] = [], timeouts: Timeouts? = nil, retry: Retry? = nil,
            sessionPersistence: JSON? = nil
        ) {
            document = JSONObject()
            document.set(.name, name)
            document.set("matches", matches)
            document.set("filters", filters)
            document.set("backendRefs", backendRefs)
            document.set("timeouts", timeouts)
            document.set("retry", retry)
            document.set("sessionPersistence", sessionPersistence)
        }

        public var name: String? { get { document.string(.name) } set { document.set(.name, newValue) } }
        /// Any of them; none: every request.
        public var matches: [Match] { get { document.views("matches") } set { document.set("matches", newValue) } }
        public var filters: [Filter] { get { document.views("filters") } set { document.set("filters", newValue) } }
        public var backendRefs: [GatewayBackendReference] {
            get { document.views("backendRefs") }
            set { document.set("backendRefs", newValue) }
        }
        public var timeouts: Timeouts? {
            get { document.view("timeouts") }
            set { document.set("timeouts", newValue) }
        }
        public var retry: Retry? { get { document.view("retry") } set { document.set("retry", newValue) } }
        public var sessionPersistence: JSON? {
            get { document["sessionPersistence"] }
            set { document.set("sessionPersistence", newValue) }
        }
    }

    /// As `10s`, `500ms`; `0s` for none.
    public struct Timeouts: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(request: String? = nil, backendRequest: String? = nil) {
            document = JSONObject()
            document.set(.request, request)
            document.set("backendRequest", backendRequest)
        }

        public var request: String? { get { document.string(.request) } set { document.set(.request, newValue) } }
        public var backendRequest: String? {
            get { document.string("backendRequest") }
            set { document.set("backendRequest", newValue) }
        }
    }

    /// Experimental in v1.
    public struct Retry: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(codes: [Int] = [], attempts: Int? = nil, backoff: String? = nil) {
            document = JSONObject()
            document.set("codes", codes)
            document.set("attempts", attempts)
            document.set("backoff", backoff)
        }

        public var codes: [Int] { get { document.ints("codes") } set { document.set("codes", newValue) } }
        public var attempts: Int? { get { document.int("attempts") } set { document.set("attempts", newValue) } }
        public var backoff: String? { get { document.string("backoff") } set { document.set("backoff", newValue) } }
    }

    /// One entry per parent.
    public struct Status: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(parents: [ParentStatus]) {
            document = JSONObject()
            document.setRequired("parents", parents)
        }

        public var parents: [ParentStatus] {
            get { document.views("parents") }
            set { document.setRequired("parents", newValue) }
        }
    }

    /// What one gateway's controller says.
    public struct ParentStatus: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(parentRef: GatewayParentReference, controllerName: String, conditions: [Condition] = []) {
            document = JSONObject()
            document.set(.parentRef, parentRef)
            document.set("controllerName", controllerName)
            document.set(.conditions, conditions)
        }

        public var parentRef: GatewayParentReference {
            get { document.viewOrEmpty(.parentRef) }
            set { document.set(.parentRef, newValue) }
        }
        public var controllerName: String {
            get { document.string("controllerName") ?? "" }
            set { document.set("controllerName", newValue) }
        }
        public var conditions: [Condition] {
            get { document.views(.conditions) }
            set { document.set(.conditions, newValue) }
        }
    }
}
