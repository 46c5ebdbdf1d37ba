public import ClawDocuments

extension HTTPRoute {
    /// A change of the request or response; the member named by the type is set.
    public struct Filter: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            type: String, requestHeaderModifier: HeaderModifier? = nil, responseHeaderModifier: HeaderModifier? = nil,
            requestMirror: Mirror? = nil, requestRedirect: Redirect? = nil, urlRewrite: Rewrite? = nil,
            cors: CORS? = nil, extensionRef: GatewayObjectReference? = nil
        ) {
            document = JSONObject()
            document.set(.type, type)
            document.set("requestHeaderModifier", requestHeaderModifier)
            document.set("responseHeaderModifier", responseHeaderModifier)
            document.set("requestMirror", requestMirror)
            document.set("requestRedirect", requestRedirect)
            document.set("urlRewrite", urlRewrite)
            document.set("cors", cors)
            document.set("extensionRef", extensionRef)
        }

        /// `RequestHeaderModifier`, `ResponseHeaderModifier`, `RequestMirror`, `RequestRedirect`, `URLRewrite`, …
        public var type: String { get { document.string(.type) ?? "" } set { document.set(.type, newValue) } }
        public var requestHeaderModifier: HeaderModifier? {
            get { document.view("requestHeaderModifier") }
            set { document.set("requestHeaderModifier", newValue) }
        }
        public var responseHeaderModifier: HeaderModifier? {
            get { document.view("responseHeaderModifier") }
            set { document.set("responseHeaderModifier", newValue) }
        }
        public var requestMirror: Mirror? {
            get { document.view("requestMirror") }
            set { document.set("requestMirror", newValue) }
        }
        public var requestRedirect: Redirect? {
            get { document.view("requestRedirect") }
            set { document.set("requestRedirect", newValue) }
        }
        public var urlRewrite: Rewrite? {
            get { document.view("urlRewrite") }
            set { document.set("urlRewrite", newValue) }
        }
        public var cors: CORS? { get { document.view("cors") } set { document.set("cors", newValue) } }
        public var extensionRef: GatewayObjectReference? {
            get { document.view("extensionRef") }
            set { document.set("extensionRef", newValue) }
        }
    }

    /// `set` replaces, `add` adds, `remove` removes.
    public struct HeaderModifier: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(set: [Header] = [], add: [Header] = [], remove: [String] = []) {
            document = JSONObject()
            document.set("set", set)
            document.set(.add, add)
            document.set("remove", remove)
        }

        public var set: [Header] { get { document.views("set") } set { document.set("set", newValue) } }
        public var add: [Header] { get { document.views(.add) } set { document.set(.add, newValue) } }
        public var remove: [String] { get { document.strings("remove") } set { document.set("remove", newValue) } }
    }

    /// A header with its value.
    public struct Header: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(name: String, value: String) {
            document = JSONObject()
            document.set(.name, name)
            document.set(.value, value)
        }

        public var name: String { get { document.string(.name) ?? "" } set { document.set(.name, newValue) } }
        public var value: String { get { document.string(.value) ?? "" } set { document.set(.value, newValue) } }
    }

    /// An answer that sends the client elsewhere.
    public struct Redirect: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            scheme: String? = nil, hostname: String? = nil, path: PathModifier? = nil, port: Int? = nil,
            statusCode: Int? = nil
        ) {
            document = JSONObject()
            document.set(.scheme, scheme)
            document.set(.hostname, hostname)
            document.set(.path, path)
            document.set(.port, port)
            document.set("statusCode", statusCode)
        }

        public var scheme: String? { get { document.string(.scheme) } set { document.set(.scheme, newValue) } }
        public var hostname: String? {
            get { document.string(.hostname) }
            set { document.set(.hostname, newValue) }
        }
        public var path: PathModifier? { get { document.view(.path) } set { document.set(.path, newValue) } }
        public var port: Int? { get { document.int(.port) } set { document.set(.port, newValue) } }
        /// 301, 302 (where absent), 303, 307 or 308.
        public var statusCode: Int? {
            get { document.int("statusCode") }
            set { document.set("statusCode", newValue) }
        }
    }

    /// What the backend sees.
    public struct Rewrite: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(hostname: String? = nil, path: PathModifier? = nil) {
            document = JSONObject()
            document.set(.hostname, hostname)
            document.set(.path, path)
        }

        public var hostname: String? {
            get { document.string(.hostname) }
            set { document.set(.hostname, newValue) }
        }
        public var path: PathModifier? { get { document.view(.path) } set { document.set(.path, newValue) } }
    }

    /// The member named by the type is set.
    public struct PathModifier: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(type: String, replaceFullPath: String? = nil, replacePrefixMatch: String? = nil) {
            document = JSONObject()
            document.set(.type, type)
            document.set("replaceFullPath", replaceFullPath)
            document.set("replacePrefixMatch", replacePrefixMatch)
        }

        /// `ReplaceFullPath` or `ReplacePrefixMatch`.
        public var type: String { get { document.string(.type) ?? "" } set { document.set(.type, newValue) } }
        public var replaceFullPath: String? {
            get { document.string("replaceFullPath") }
            set { document.set("replaceFullPath", newValue) }
        }
        public var replacePrefixMatch: String? {
            get { document.string("replacePrefixMatch") }
            set { document.set("replacePrefixMatch", newValue) }
        }
    }

    /// Sends a copy; its answer is ignored.
    public struct Mirror: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(backendRef: GatewayObjectReference, percent: Int? = nil) {
            document = JSONObject()
            document.set("backendRef", backendRef)
            document.set("percent", percent)
        }

        public var backendRef: GatewayObjectReference {
            get { document.viewOrEmpty("backendRef") }
            set { document.set("backendRef", newValue) }
        }
        public var percent: Int? { get { document.int("percent") } set { document.set("percent", newValue) } }
    }

    /// <https://fetch.spec.whatwg.org/#http-cors-protocol>
    public struct CORS: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            allowOrigins: [String] = [], allowCredentials: Bool? = nil, allowMethods: [String] = [],
            allowHeaders: [String] = [], exposeHeaders: [String] = [], maxAge: Int? = nil
        ) {
            document = JSONObject()
            document.set("allowOrigins", allowOrigins)
            document.set("allowCredentials", allowCredentials)
            document.set("allowMethods", allowMethods)
            document.set("allowHeaders", allowHeaders)
            document.set("exposeHeaders", exposeHeaders)
            document.set("maxAge", maxAge)
        }

        public var allowOrigins: [String] {
            get { document.strings("allowOrigins") }
            set { document.set("allowOrigins", newValue) }
        }
        public var allowCredentials: Bool? {
            get { document.bool("allowCredentials") }
            set { document.set("allowCredentials", newValue) }
        }
        public var allowMethods: [String] {
            get { document.strings("allowMethods") }
            set { document.set("allowMethods", newValue) }
        }
        public var allowHeaders: [String] {
            get { document.strings("allowHeaders") }
            set { document.set("allowHeaders", newValue) }
        }
        public var exposeHeaders: [String] {
            get { document.strings("exposeHeaders") }
            set { document.set("exposeHeaders", newValue) }
        }
        /// In seconds.
        public var maxAge: Int? { get { document.int("maxAge") } set { document.set("maxAge", newValue) } }
    }
}
