public import ClawBase
public import ClawKubernetes
import ClawModels
import HTTPTypes

/// A node's endpoint for API servers of other processes: the node itself behind a bearer token, which the API server
/// finds in a Secret of the cluster.
public struct NodeEndpoint: Handler {
    private let node: any Handler
    private let tokenHash: String

    /// Makes a token and leaves it in the cluster; an earlier one is void from then on.
    public init(_ node: some Handler, named name: String, api: some KubernetesAPI) async throws {
        self.node = node
        let token = Token.random(prefix: "node")
        tokenHash = Token.hash(token.reveal())
        let secret = KubernetesSecret(
            metadata: ObjectMeta(name: NodeCredentials.secretName(node: name), namespace: NodeCredentials.namespace),
            data: [NodeCredentials.tokenKey: Base64.encode(Array(token.reveal().utf8))])
        _ = try await api.apply(secret, manager: "clawkit-node", force: true)
    }

    public func respond(to request: Request) async -> Response {
        let header = request.headers[.authorization] ?? ""
        guard header.hasPrefix("Bearer "), Token.hash(String(header.dropFirst(7))) == tokenHash else {
            return .text("the node asks for its token", status: .unauthorized)
        }
        return await node.respond(to: request)
    }
}
