public import ClawDocuments

extension HTTPRoute {
    /// All that is given must match.
    public struct Match: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(path: Path? = nil, headers: [Value] = [], queryParams: [Value] = [], method: String? = nil) {
            document = JSONObject()
            document.set(.path, path)
            document.set("headers", headers)
            document.set("queryParams", queryParams)
            document.set("method", method)
        }

        public var path: Path? { get { document.view(.path) } set { document.set(.path, newValue) } }
        public var headers: [Value] { get { document.views("headers") } set { document.set("headers", newValue) } }
        public var queryParams: [Value] {
            get { document.views("queryParams") }
            set { document.set("queryParams", newValue) }
        }
        public var method: String? { get { document.string("method") } set { document.set("method", newValue) } }
    }

    /// `PathPrefix` `/` where absent.
    public struct Path: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(type: String? = nil, value: String? = nil) {
            document = JSONObject()
            document.set(.type, type)
            document.set(.value, value)
        }

        /// `Exact`, `PathPrefix` or `RegularExpression`.
        public var type: String? { get { document.string(.type) } set { document.set(.type, newValue) } }
        public var value: String? { get { document.string(.value) } set { document.set(.value, newValue) } }
    }

    /// A header or query parameter and what it must be.
    public struct Value: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(name: String, value: String, type: String? = nil) {
            document = JSONObject()
            document.set(.name, name)
            document.set(.value, value)
            document.set(.type, type)
        }

        public var name: String { get { document.string(.name) ?? "" } set { document.set(.name, newValue) } }
        public var value: String { get { document.string(.value) ?? "" } set { document.set(.value, newValue) } }
        /// `Exact` (where absent) or `RegularExpression`.
        public var type: String? { get { document.string(.type) } set { document.set(.type, newValue) } }
    }
}
