public import ClawDocuments
public import HTTPTypes

/// One call of the Kubernetes API as a value: what, where, with what. No I/O.
public struct APIRequest: Sendable {
    public var method: HTTPRequest.Method
    /// `/api/v1/namespaces/demo/pods/web/log`, percent-encoded. Setting it forgets the ``target``.
    public var path: String {
        get { target?.path ?? plainPath }
        set { (target, plainPath) = (nil, newValue) }
    }
    /// The resource that is meant; nil for paths given as text.
    public var target: Target?
    private var plainPath: String
    public var query: QueryParameters
    /// Beside those that the client and its transport add.
    public var headers: HTTPFields = [:]
    public var body: JSON?
    public var contentType: String
    public var accept: String
    /// How long until the response's head is there.
    public var timeout: Duration
    /// How long a streamed response may stay silent; nil: for ever.
    public var idleTimeout: Duration?
    /// What the answer has to be, for clients that check it.
    public var expectation: Expectation?
    /// What becomes of the answer's `metadata.managedFields`; nil: as the client has it.
    public var managedFields: JSONParser.ManagedFields?
    /// Told each warning that comes with the answer.
    public var onWarning: (@Sendable (ServerWarning) -> Void)?

    /// An object of a kind, or all.
    public struct Target: Sendable, Hashable {
        public var type: ResourceType
        public var namespace: String?
        public var name: String?
        public var subresource: String?

        public var path: String { type.path(namespace: namespace, name: name, subresource: subresource) }
    }

    /// The answer's type, by its name in the table of schemas.
    public enum Expectation: Sendable, Hashable {
        case object(String)
        case list(of: String)
    }

    public init(
        _ method: HTTPRequest.Method, _ path: String, query: QueryParameters = [:], body: JSON? = nil,
        contentType: String = "application/json", accept: String = "application/json",
        timeout: Duration = .seconds(30), idleTimeout: Duration? = .seconds(60)
    ) {
        self.method = method
        plainPath = path
        self.query = query
        self.body = body
        self.contentType = contentType
        self.accept = accept
        self.timeout = timeout
        self.idleTimeout = idleTimeout
    }

    /// The call for a resource: the collection without `name`, one object with it.
    public init(
        _ method: HTTPRequest.Method, _ type: ResourceType, namespace: String?, name: String? = nil,
        subresource: String? = nil, query: QueryParameters = [:], body: JSON? = nil
    ) {
        self.init(method, "", query: query, body: body)
        target = Target(type: type, namespace: namespace, name: name, subresource: subresource)
    }

    package var httpRequest: Request {
        let target = query.items.isEmpty ? path : "\(path)?\(query)"
        var fields = headers
        fields.setValue(accept, for: .accept)
        if body != nil { fields.setValue(contentType, for: .contentType) }
        return Request(
            method, target, headers: fields, body: body.map { .value($0) } ?? .empty, headTimeout: timeout,
            idleTimeout: idleTimeout)
    }
}

extension JSON: Body.Value {
    public func encodedBytes() -> [UInt8] { bytes() }
}

extension ResourceType {
    /// `/api/v1/…` for the core group, `/apis/GROUP/VERSION/…` for every other; without a namespace, or with an empty
    /// one, the path over all namespaces. Names are percent-encoded; a subresource stands as it is (`proxy/a/b`).
    public func path(namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
        var path = group.isEmpty ? "/api" : "/apis"
        path.reserveCapacity(96)
        func append(_ segment: String) {
            path.append("/")
            path.append(segment)
        }
        if !group.isEmpty { append(group) }
        append(version)
        if isNamespaced, let namespace, !namespace.isEmpty {
            append("namespaces")
            append(Percent.encode(namespace))
        }
        append(plural)
        if let name { append(Percent.encode(name, allowing: ":")) }
        if let subresource { append(subresource) }
        return path
    }
}
