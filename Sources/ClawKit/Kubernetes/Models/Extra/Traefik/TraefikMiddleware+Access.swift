public import ClawDocuments

extension TraefikMiddleware {
    /// Asks another service whether the request may pass: 2xx lets it, anything else is the answer.
    public struct ForwardAuth: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            address: String, trustForwardHeader: Bool? = nil, authResponseHeaders: [String] = [],
            authResponseHeadersRegex: String? = nil, authRequestHeaders: [String] = [],
            addAuthCookiesToResponse: [String] = [], headerField: String? = nil, forwardBody: Bool? = nil,
            maxBodySize: Int? = nil, maxResponseBodySize: Int? = nil, preserveLocationHeader: Bool? = nil,
            preserveRequestMethod: Bool? = nil, tls: ClientTLS? = nil
        ) {
            document = JSONObject()
            document.set(.address, address)
            document.set("trustForwardHeader", trustForwardHeader)
            document.set("authResponseHeaders", authResponseHeaders)
            document.set("authResponseHeadersRegex", authResponseHeadersRegex)
            document.set("authRequestHeaders", authRequestHeaders)
            document.set("addAuthCookiesToResponse", addAuthCookiesToResponse)
            document.set("headerField", headerField)
            document.set("forwardBody", forwardBody)
            document.set("maxBodySize", maxBodySize)
            document.set("maxResponseBodySize", maxResponseBodySize)
            document.set("preserveLocationHeader", preserveLocationHeader)
            document.set("preserveRequestMethod", preserveRequestMethod)
            document.set(.tls, tls)
        }

        public var address: String {
            get { document.string(.address) ?? "" }
            set { document.set(.address, newValue) }
        }
        public var trustForwardHeader: Bool? {
            get { document.bool("trustForwardHeader") }
            set { document.set("trustForwardHeader", newValue) }
        }
        /// Copied from the answer to the request.
        public var authResponseHeaders: [String] {
            get { document.strings("authResponseHeaders") }
            set { document.set("authResponseHeaders", newValue) }
        }
        public var authResponseHeadersRegex: String? {
            get { document.string("authResponseHeadersRegex") }
            set { document.set("authResponseHeadersRegex", newValue) }
        }
        /// Copied to the question; all where empty.
        public var authRequestHeaders: [String] {
            get { document.strings("authRequestHeaders") }
            set { document.set("authRequestHeaders", newValue) }
        }
        public var addAuthCookiesToResponse: [String] {
            get { document.strings("addAuthCookiesToResponse") }
            set { document.set("addAuthCookiesToResponse", newValue) }
        }
        public var headerField: String? {
            get { document.string("headerField") }
            set { document.set("headerField", newValue) }
        }
        public var forwardBody: Bool? {
            get { document.bool("forwardBody") }
            set { document.set("forwardBody", newValue) }
        }
        /// In bytes.
        public var maxBodySize: Int? {
            get { document.int("maxBodySize") }
            set { document.set("maxBodySize", newValue) }
        }
        /// In bytes.
        public var maxResponseBodySize: Int? {
            get { document.int("maxResponseBodySize") }
            set { document.set("maxResponseBodySize", newValue) }
        }
        public var preserveLocationHeader: Bool? {
            get { document.bool("preserveLocationHeader") }
            set { document.set("preserveLocationHeader", newValue) }
        }
        public var preserveRequestMethod: Bool? {
            get { document.bool("preserveRequestMethod") }
            set { document.set("preserveRequestMethod", newValue) }
        }
        public var tls: ClientTLS? { get { document.view(.tls) } set { document.set(.tls, newValue) } }
    }

    /// How to talk TLS to the service.
    public struct ClientTLS: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(caSecret: String? = nil, certSecret: String? = nil, insecureSkipVerify: Bool? = nil) {
            document = JSONObject()
            document.set("caSecret", caSecret)
            document.set("certSecret", certSecret)
            document.set("insecureSkipVerify", insecureSkipVerify)
        }

        public var caSecret: String? {
            get { document.string("caSecret") }
            set { document.set("caSecret", newValue) }
        }
        public var certSecret: String? {
            get { document.string("certSecret") }
            set { document.set("certSecret", newValue) }
        }
        public var insecureSkipVerify: Bool? {
            get { document.bool("insecureSkipVerify") }
            set { document.set("insecureSkipVerify", newValue) }
        }
    }

    /// User names and passwords.
    public struct BasicAuth: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(secret: String, realm: String? = nil, removeHeader: Bool? = nil, headerField: String? = nil) {
            document = JSONObject()
            document.set(.secret, secret)
            document.set("realm", realm)
            document.set("removeHeader", removeHeader)
            document.set("headerField", headerField)
        }

        /// The name of a Secret with a member `users` in htpasswd's form.
        public var secret: String { get { document.string(.secret) ?? "" } set { document.set(.secret, newValue) } }
        public var realm: String? { get { document.string("realm") } set { document.set("realm", newValue) } }
        public var removeHeader: Bool? {
            get { document.bool("removeHeader") }
            set { document.set("removeHeader", newValue) }
        }
        public var headerField: String? {
            get { document.string("headerField") }
            set { document.set("headerField", newValue) }
        }
    }

    /// Only these clients.
    public struct IPAllowList: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(sourceRange: [String], ipStrategy: JSON? = nil, rejectStatusCode: Int? = nil) {
            document = JSONObject()
            document.setRequired("sourceRange", sourceRange)
            document.set("ipStrategy", ipStrategy)
            document.set("rejectStatusCode", rejectStatusCode)
        }

        /// Addresses or CIDRs.
        public var sourceRange: [String] {
            get { document.strings("sourceRange") }
            set { document.setRequired("sourceRange", newValue) }
        }
        public var ipStrategy: JSON? { get { document["ipStrategy"] } set { document.set("ipStrategy", newValue) } }
        public var rejectStatusCode: Int? {
            get { document.int("rejectStatusCode") }
            set { document.set("rejectStatusCode", newValue) }
        }
    }
}
