import ClawBase
import ClawDocuments
import HTTPTypes

/// `/api/v1/nodes/NODE/proxy/…`: the node's own HTTP API, for whoever may use `nodes/proxy`.
/// <https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#-strong-proxy-operations-node-v1-core-strong->
extension APIServer {
    func nodeProxy(_ call: ResourceCall) async throws -> Response {
        guard store.get(call.resource.collection, try call.key()) != nil else {
            throw APIStatus.notFound(call.resource.subject, call.name)
        }
        _ = try await admitConnection(call)
        let path = "/" + call.target.rest.map { Percent.encode($0) }.joined(separator: "/")
        return try await nodes.send(call.request.method, path, query: call.query, to: call.name, store: store)
    }
}
