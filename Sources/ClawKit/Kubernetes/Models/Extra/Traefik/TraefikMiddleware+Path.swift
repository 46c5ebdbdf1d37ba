public import ClawDocuments

extension TraefikMiddleware {
    /// Puts a prefix before the path.
    public struct AddPrefix: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(prefix: String) {
            document = JSONObject()
            document.set(.prefix, prefix)
        }

        public var prefix: String { get { document.string(.prefix) ?? "" } set { document.set(.prefix, newValue) } }
    }

    /// Takes the first matching prefix off the path, and tells it in `X-Forwarded-Prefix`.
    public struct StripPrefix: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(prefixes: [String], forceSlash: Bool? = nil) {
            document = JSONObject()
            document.setRequired("prefixes", prefixes)
            document.set("forceSlash", forceSlash)
        }

        public var prefixes: [String] {
            get { document.strings("prefixes") }
            set { document.setRequired("prefixes", newValue) }
        }
        public var forceSlash: Bool? {
            get { document.bool("forceSlash") }
            set { document.set("forceSlash", newValue) }
        }
    }

    /// As ``StripPrefix``, by patterns.
    public struct StripPrefixRegex: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(regex: [String]) {
            document = JSONObject()
            document.setRequired("regex", regex)
        }

        public var regex: [String] {
            get { document.strings("regex") }
            set { document.setRequired("regex", newValue) }
        }
    }

    /// Replaces the path, and tells the old one in `X-Replaced-Path`.
    public struct ReplacePath: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(path: String) {
            document = JSONObject()
            document.set(.path, path)
        }

        public var path: String { get { document.string(.path) ?? "" } set { document.set(.path, newValue) } }
    }

    /// Replaces the path by a pattern.
    public struct ReplacePathRegex: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(regex: String, replacement: String) {
            document = JSONObject()
            document.set("regex", regex)
            document.set("replacement", replacement)
        }

        public var regex: String { get { document.string("regex") ?? "" } set { document.set("regex", newValue) } }
        public var replacement: String {
            get { document.string("replacement") ?? "" }
            set { document.set("replacement", newValue) }
        }
    }

    /// Sends the client to another scheme.
    public struct RedirectScheme: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(scheme: String, port: String? = nil, permanent: Bool? = nil) {
            document = JSONObject()
            document.set(.scheme, scheme)
            document.set(.port, port)
            document.set("permanent", permanent)
        }

        public var scheme: String { get { document.string(.scheme) ?? "" } set { document.set(.scheme, newValue) } }
        public var port: String? { get { document.string(.port) } set { document.set(.port, newValue) } }
        public var permanent: Bool? {
            get { document.bool("permanent") }
            set { document.set("permanent", newValue) }
        }
    }

    /// Sends the client to another URL by a pattern.
    public struct RedirectRegex: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(regex: String, replacement: String, permanent: Bool? = nil) {
            document = JSONObject()
            document.set("regex", regex)
            document.set("replacement", replacement)
            document.set("permanent", permanent)
        }

        public var regex: String { get { document.string("regex") ?? "" } set { document.set("regex", newValue) } }
        public var replacement: String {
            get { document.string("replacement") ?? "" }
            set { document.set("replacement", newValue) }
        }
        public var permanent: Bool? {
            get { document.bool("permanent") }
            set { document.set("permanent", newValue) }
        }
    }

    /// Several middlewares as one, in order.
    public struct Chain: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(middlewares: [TraefikObjectReference]) {
            document = JSONObject()
            document.setRequired("middlewares", middlewares)
        }

        public var middlewares: [TraefikObjectReference] {
            get { document.views("middlewares") }
            set { document.setRequired("middlewares", newValue) }
        }
    }
}
