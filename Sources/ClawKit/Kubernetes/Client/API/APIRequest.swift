public import HTTPTypes

/// One call of the Kubernetes API as a value: what, where, with what. No I/O.
public struct APIRequest: Sendable {
    public var method: HTTPRequest.Method
    /// `/api/v1/namespaces/demo/pods/web/log`, percent-encoded.
    public var path: String
    public var query: QueryParameters
    public var body: JSON?
    public var contentType: String
    public var accept: String
    /// How long until the response's head is there.
    public var timeout: Duration
    /// How long a streamed response may stay silent; nil: for ever.
    public var idleTimeout: Duration?

    public init(
        _ method: HTTPRequest.Method, _ path: String, query: QueryParameters = [:], body: JSON? = nil,
        contentType: String = "application/json", accept: String = "application/json",
        timeout: Duration = .seconds(30), idleTimeout: Duration? = .seconds(60)
    ) {
        self.method = method
        self.path = path
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
        self.init(
            method, type.path(namespace: namespace, name: name, subresource: subresource), query: query, body: body)
    }

    package var httpRequest: Request {
        let target = query.items.isEmpty ? path : "\(path)?\(query)"
        var request = Request(method, target, headTimeout: timeout, idleTimeout: idleTimeout)
        request.headers[.accept] = accept
        if let body {
            request.headers[.contentType] = contentType
            request.body = .value(body)
        }
        return request
    }
}

extension JSON: Body.Value {
    public func encodedBytes() -> [UInt8] { bytes() }
}

extension ResourceType {
    /// `/api/v1/…` for the core group, `/apis/GROUP/VERSION/…` for every other.
    public func path(namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
        var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        if isNamespaced, let namespace { path += "/namespaces/\(Percent.encode(namespace))" }
        path += "/\(plural)"
        if let name { path += "/\(Percent.encode(name, allowing: ":"))" }
        if let subresource { path += "/\(subresource)" }
        return path
    }
}
