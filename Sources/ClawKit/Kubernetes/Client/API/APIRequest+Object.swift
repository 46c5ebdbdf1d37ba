import ClawBase
import HTTPTypes

/// The verbs' calls, with names held to what may stand in a path.
extension APIRequest {
    /// The call for one object.
    /// - Throws: ``Finding`` with ``FindingCode/badName``: an empty name would mean the whole collection, and `..`
    ///   the namespace itself.
    static func object(
        _ method: HTTPRequest.Method, _ type: ResourceType, _ name: String, in namespace: String?,
        subresource: String? = nil, query: QueryParameters = [:], body: JSON? = nil
    ) throws -> APIRequest {
        guard isPathSegment(name) else {
            throw Finding(
                .badName, "'\(name)' is no name of a \(type.kind): it is empty, '.' or '..', or holds '/' or '%'.",
                field: "metadata.name")
        }
        var request = try collection(method, type, in: namespace, query: query, body: body)
        request.target?.name = name
        request.target?.subresource = subresource
        return request
    }

    /// The call for all objects of a kind, in one namespace or (nil or empty) in all.
    static func collection(
        _ method: HTTPRequest.Method, _ type: ResourceType, in namespace: String?, query: QueryParameters = [:],
        body: JSON? = nil
    ) throws -> APIRequest {
        guard namespace.map({ $0.isEmpty || isPathSegment($0) }) ?? true else {
            throw Finding(
                .badName, "'\(namespace ?? "")' is no name of a namespace: it is '.' or '..', or holds '/' or '%'.",
                field: "metadata.namespace")
        }
        guard !type.plural.isEmpty else {
            throw Finding(.badRequest, "\(type.kind) alone names no kind; say which is meant: `of: type`.", field: "of")
        }
        return APIRequest(method, type, namespace: namespace, query: query, body: body)
    }

    /// What every Kubernetes name must be at least; each kind may ask for more, which is the server's to say.
    private static func isPathSegment(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".."
            && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%") }
    }
}
