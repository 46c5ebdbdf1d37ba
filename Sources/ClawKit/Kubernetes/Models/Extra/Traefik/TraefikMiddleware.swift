public import ClawDocuments

/// Traefik's `traefik.io/v1alpha1` `Middleware`: what happens to a request on its way.
/// <https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/overview/>
public struct TraefikMiddleware: Resource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let type = ResourceType(
        group: "traefik.io", version: "v1alpha1", kind: "Middleware", plural: "middlewares", singular: "middleware")

    public init(metadata: ObjectMeta = ObjectMeta(), spec: Spec? = nil) {
        document = JSONObject()
        document.setKind("traefik.io/v1alpha1", "Middleware")
        if !metadata.document.isEmpty { self.metadata = metadata }
        document.set(.spec, spec)
    }

    public var spec: Spec? { get { document.view(.spec) } set { document.set(.spec, newValue) } }

    /// Exactly one of them is set.
    public struct Spec: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            addPrefix: AddPrefix? = nil, stripPrefix: StripPrefix? = nil, stripPrefixRegex: StripPrefixRegex? = nil,
            replacePath: ReplacePath? = nil, replacePathRegex: ReplacePathRegex? = nil, chain: Chain? = nil,
            headers: Headers? = nil, forwardAuth: ForwardAuth? = nil, basicAuth: BasicAuth? = nil,
            redirectScheme: RedirectScheme? = nil, redirectRegex: RedirectRegex? = nil, ipAllowList: IPAllowList? = nil,
            rateLimit: RateLimit? = nil, inFlightReq: InFlightRequests? = nil, buffering: Buffering? = nil,
            retry: Retry? = nil, compress: Compress? = nil, circuitBreaker: JSON? = nil, errors: JSON? = nil,
            digestAuth: JSON? = nil, passTLSClientCert: JSON? = nil, contentType: JSON? = nil, grpcWeb: JSON? = nil,
            plugin: JSON? = nil
        ) {
            document = JSONObject()
            document.set("addPrefix", addPrefix)
            document.set("stripPrefix", stripPrefix)
            document.set("stripPrefixRegex", stripPrefixRegex)
            document.set("replacePath", replacePath)
            document.set("replacePathRegex", replacePathRegex)
            document.set("chain", chain)
            document.set("headers", headers)
            document.set("forwardAuth", forwardAuth)
            document.set("basicAuth", basicAuth)
            document.set("redirectScheme", redirectScheme)
            document.set("redirectRegex", redirectRegex)
            document.set("ipAllowList", ipAllowList)
            document.set("rateLimit", rateLimit)
            document.set("inFlightReq", inFlightReq)
            document.set("buffering", buffering)
            document.set("retry", retry)
            document.set("compress", compress)
            document.set("circuitBreaker", circuitBreaker)
            document.set("errors", errors)
            document.set("digestAuth", digestAuth)
            document.set("passTLSClientCert", passTLSClientCert)
            document.set("contentType", contentType)
            document.set("grpcWeb", grpcWeb)
            document.set("plugin", plugin)
        }

        public var addPrefix: AddPrefix? {
            get { document.view("addPrefix") }
            set { document.set("addPrefix", newValue) }
        }
        public var stripPrefix: StripPrefix? {
            get { document.view("stripPrefix") }
            set { document.set("stripPrefix", newValue) }
        }
        public var stripPrefixRegex: StripPrefixRegex? {
            get { document.view("stripPrefixRegex") }
            set { document.set("stripPrefixRegex", newValue) }
        }
        public var replacePath: ReplacePath? {
            get { document.view("replacePath") }
            set { document.set("replacePath", newValue) }
        }
        public var replacePathRegex: ReplacePathRegex? {
            get { document.view("replacePathRegex") }
            set { document.set("replacePathRegex", newValue) }
        }
        public var chain: Chain? { get { document.view("chain") } set { document.set("chain", newValue) } }
        public var headers: Headers? { get { document.view("headers") } set { document.set("headers", newValue) } }
        public var forwardAuth: ForwardAuth? {
            get { document.view("forwardAuth") }
            set { document.set("forwardAuth", newValue) }
        }
        public var basicAuth: BasicAuth? {
            get { document.view("basicAuth") }
            set { document.set("basicAuth", newValue) }
        }
        public var redirectScheme: RedirectScheme? {
            get { document.view("redirectScheme") }
            set { document.set("redirectScheme", newValue) }
        }
        public var redirectRegex: RedirectRegex? {
            get { document.view("redirectRegex") }
            set { document.set("redirectRegex", newValue) }
        }
        public var ipAllowList: IPAllowList? {
            get { document.view("ipAllowList") }
            set { document.set("ipAllowList", newValue) }
        }
        public var rateLimit: RateLimit? {
            get { document.view("rateLimit") }
            set { document.set("rateLimit", newValue) }
        }
        public var inFlightReq: InFlightRequests? {
            get { document.view("inFlightReq") }
            set { document.set("inFlightReq", newValue) }
        }
        public var buffering: Buffering? {
            get { document.view("buffering") }
            set { document.set("buffering", newValue) }
        }
        public var retry: Retry? { get { document.view("retry") } set { document.set("retry", newValue) } }
        public var compress: Compress? {
            get { document.view("compress") }
            set { document.set("compress", newValue) }
        }
        public var circuitBreaker: JSON? {
            get { document["circuitBreaker"] }
            set { document.set("circuitBreaker", newValue) }
        }
        public var errors: JSON? { get { document["errors"] } set { document.set("errors", newValue) } }
        public var digestAuth: JSON? { get { document["digestAuth"] } set { document.set("digestAuth", newValue) } }
        public var passTLSClientCert: JSON? {
            get { document["passTLSClientCert"] }
            set { document.set("passTLSClientCert", newValue) }
        }
        public var contentType: JSON? {
            get { document["contentType"] }
            set { document.set("contentType", newValue) }
        }
        public var grpcWeb: JSON? { get { document["grpcWeb"] } set { document.set("grpcWeb", newValue) } }
        public var plugin: JSON? { get { document["plugin"] } set { document.set("plugin", newValue) } }
    }
}
