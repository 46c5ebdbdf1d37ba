import ClawBase
import ClawDocuments
import HTTPTypes
import Synchronization

/// How the API server reaches nodes for logs, exec, attach and port-forward: a handler where the node runs
/// in this process, HTTP to the address in the node's status otherwise.
final class NodeConnections: Sendable {
    private let handlers = Mutex<[String: any Handler]>([:])
    private let transport: (any Transport)?

    /// - Parameter transport: reaches nodes of other processes; nil where there are none.
    init(transport: (any Transport)?) { self.transport = transport }

    func connect(_ node: String, _ handler: any Handler) { handlers.withLock { $0[node] = handler } }

    func disconnect(_ node: String) { handlers.withLock { _ = $0.removeValue(forKey: node) } }

    func send(
        _ method: HTTPRequest.Method, _ path: String, query: QueryParameters, headers: HTTPFields = [:], to node: String,
        store: ObjectStore
    ) async throws -> Response {
        let target = query.items.isEmpty ? path : "\(path)?\(query)"
        if let handler = handlers.withLock({ $0[node] }) {
            return await handler.respond(to: Request(method, target, headers: headers))
        }
        let entry = store.get(.init(group: "", plural: "nodes"), .init(namespace: "", name: node))
        let status = entry?.object[.status]
        guard let transport, let address = status?["addresses"]?[0]?["address"]?.string,
            let port = status?["daemonEndpoints"]?["kubeletEndpoint"]?["Port"]?.integer
        else { throw APIStatus.unavailable("the node \(node) cannot be reached: it serves no endpoint") }
        var request = Request(method, "http://\(address):\(port)\(target)", headers: headers, idleTimeout: nil)
        let secret = store.get(
            .init(group: "", plural: "secrets"),
            .init(namespace: NodeCredentials.namespace, name: NodeCredentials.secretName(node: node)))
        if let token = secret?.object["data"]?[NodeCredentials.tokenKey]?.string.flatMap(Base64.decode) {
            request.headers[.authorization] = "Bearer \(String(decoding: token, as: UTF8.self))"
        }
        do {
            return try await transport.send(request)
        } catch let error as TransportError {
            throw APIStatus.unavailable("the node \(node) does not answer: \(error.message)")
        }
    }
}

/// Where a node of another process leaves the token that its endpoint asks for.
enum NodeCredentials {
    static let namespace = "kube-system"
    static let tokenKey = "token"
    static func secretName(node: String) -> String { "node-\(node)-endpoint" }
}
