public import ClawDocuments

extension TraefikMiddleware {
    /// Headers set or (with an empty value) removed, CORS, and security headers.
    public struct Headers: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(
            customRequestHeaders: [String: String] = [:], customResponseHeaders: [String: String] = [:],
            accessControlAllowCredentials: Bool? = nil, accessControlAllowHeaders: [String] = [],
            accessControlAllowMethods: [String] = [], accessControlAllowOriginList: [String] = [],
            accessControlAllowOriginListRegex: [String] = [], accessControlExposeHeaders: [String] = [],
            accessControlMaxAge: Int? = nil, addVaryHeader: Bool? = nil, allowedHosts: [String] = [],
            hostsProxyHeaders: [String] = [], sslProxyHeaders: [String: String] = [:], stsSeconds: Int? = nil,
            stsIncludeSubdomains: Bool? = nil, stsPreload: Bool? = nil, forceSTSHeader: Bool? = nil,
            frameDeny: Bool? = nil, customFrameOptionsValue: String? = nil, contentTypeNosniff: Bool? = nil,
            browserXssFilter: Bool? = nil, customBrowserXSSValue: String? = nil, contentSecurityPolicy: String? = nil,
            contentSecurityPolicyReportOnly: String? = nil, referrerPolicy: String? = nil,
            permissionsPolicy: String? = nil, publicKey: String? = nil, isDevelopment: Bool? = nil
        ) {
            document = JSONObject()
            document.set("customRequestHeaders", customRequestHeaders)
            document.set("customResponseHeaders", customResponseHeaders)
            document.set("accessControlAllowCredentials", accessControlAllowCredentials)
            document.set("accessControlAllowHeaders", accessControlAllowHeaders)
            document.set("accessControlAllowMethods", accessControlAllowMethods)
            document.set("accessControlAllowOriginList", accessControlAllowOriginList)
            document.set("accessControlAllowOriginListRegex", accessControlAllowOriginListRegex)
            document.set("accessControlExposeHeaders", accessControlExposeHeaders)
            document.set("accessControlMaxAge", accessControlMaxAge)
            document.set("addVaryHeader", addVaryHeader)
            document.set("allowedHosts", allowedHosts)
            document.set("hostsProxyHeaders", hostsProxyHeaders)
            document.set("sslProxyHeaders", sslProxyHeaders)
            document.set("stsSeconds", stsSeconds)
            document.set("stsIncludeSubdomains", stsIncludeSubdomains)
            document.set("stsPreload", stsPreload)
            document.set("forceSTSHeader", forceSTSHeader)
            document.set("frameDeny", frameDeny)
            document.set("customFrameOptionsValue", customFrameOptionsValue)
            document.set("contentTypeNosniff", contentTypeNosniff)
            document.set("browserXssFilter", browserXssFilter)
            document.set("customBrowserXSSValue", customBrowserXSSValue)
            document.set("contentSecurityPolicy", contentSecurityPolicy)
            document.set("contentSecurityPolicyReportOnly", contentSecurityPolicyReportOnly)
            document.set("referrerPolicy", referrerPolicy)
            document.set("permissionsPolicy", permissionsPolicy)
            document.set("publicKey", publicKey)
            document.set("isDevelopment", isDevelopment)
        }

        public var customRequestHeaders: [String: String] {
            get { document.stringMap("customRequestHeaders") }
            set { document.set("customRequestHeaders", newValue) }
        }
        public var customResponseHeaders: [String: String] {
            get { document.stringMap("customResponseHeaders") }
            set { document.set("customResponseHeaders", newValue) }
        }
        public var accessControlAllowCredentials: Bool? {
            get { document.bool("accessControlAllowCredentials") }
            set { document.set("accessControlAllowCredentials", newValue) }
        }
        public var accessControlAllowHeaders: [String] {
            get { document.strings("accessControlAllowHeaders") }
            set { document.set("accessControlAllowHeaders", newValue) }
        }
        public var accessControlAllowMethods: [String] {
            get { document.strings("accessControlAllowMethods") }
            set { document.set("accessControlAllowMethods", newValue) }
        }
        public var accessControlAllowOriginList: [String] {
            get { document.strings("accessControlAllowOriginList") }
            set { document.set("accessControlAllowOriginList", newValue) }
        }
        public var accessControlAllowOriginListRegex: [String] {
            get { document.strings("accessControlAllowOriginListRegex") }
            set { document.set("accessControlAllowOriginListRegex", newValue) }
        }
        public var accessControlExposeHeaders: [String] {
            get { document.strings("accessControlExposeHeaders") }
            set { document.set("accessControlExposeHeaders", newValue) }
        }
        /// In seconds.
        public var accessControlMaxAge: Int? {
            get { document.int("accessControlMaxAge") }
            set { document.set("accessControlMaxAge", newValue) }
        }
        public var addVaryHeader: Bool? {
            get { document.bool("addVaryHeader") }
            set { document.set("addVaryHeader", newValue) }
        }
        public var allowedHosts: [String] {
            get { document.strings("allowedHosts") }
            set { document.set("allowedHosts", newValue) }
        }
        public var hostsProxyHeaders: [String] {
            get { document.strings("hostsProxyHeaders") }
            set { document.set("hostsProxyHeaders", newValue) }
        }
        public var sslProxyHeaders: [String: String] {
            get { document.stringMap("sslProxyHeaders") }
            set { document.set("sslProxyHeaders", newValue) }
        }
        public var stsSeconds: Int? {
            get { document.int("stsSeconds") }
            set { document.set("stsSeconds", newValue) }
        }
        public var stsIncludeSubdomains: Bool? {
            get { document.bool("stsIncludeSubdomains") }
            set { document.set("stsIncludeSubdomains", newValue) }
        }
        public var stsPreload: Bool? {
            get { document.bool("stsPreload") }
            set { document.set("stsPreload", newValue) }
        }
        public var forceSTSHeader: Bool? {
            get { document.bool("forceSTSHeader") }
            set { document.set("forceSTSHeader", newValue) }
        }
        public var frameDeny: Bool? {
            get { document.bool("frameDeny") }
            set { document.set("frameDeny", newValue) }
        }
        public var customFrameOptionsValue: String? {
            get { document.string("customFrameOptionsValue") }
            set { document.set("customFrameOptionsValue", newValue) }
        }
        public var contentTypeNosniff: Bool? {
            get { document.bool("contentTypeNosniff") }
            set { document.set("contentTypeNosniff", newValue) }
        }
        public var browserXssFilter: Bool? {
            get { document.bool("browserXssFilter") }
            set { document.set("browserXssFilter", newValue) }
        }
        public var customBrowserXSSValue: String? {
            get { document.string("customBrowserXSSValue") }
            set { document.set("customBrowserXSSValue", newValue) }
        }
        public var contentSecurityPolicy: String? {
            get { document.string("contentSecurityPolicy") }
            set { document.set("contentSecurityPolicy", newValue) }
        }
        public var contentSecurityPolicyReportOnly: String? {
            get { document.string("contentSecurityPolicyReportOnly") }
            set { document.set("contentSecurityPolicyReportOnly", newValue) }
        }
        public var referrerPolicy: String? {
            get { document.string("referrerPolicy") }
            set { document.set("referrerPolicy", newValue) }
        }
        public var permissionsPolicy: String? {
            get { document.string("permissionsPolicy") }
            set { document.set("permissionsPolicy", newValue) }
        }
        public var publicKey: String? {
            get { document.string("publicKey") }
            set { document.set("publicKey", newValue) }
        }
        public var isDevelopment: Bool? {
            get { document.bool("isDevelopment") }
            set { document.set("isDevelopment", newValue) }
        }
    }
}
