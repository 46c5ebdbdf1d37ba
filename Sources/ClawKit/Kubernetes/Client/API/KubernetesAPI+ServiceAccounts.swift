public import ClawBase
import HTTPTypes

/// A token that a server issued for a service account.
public struct ServiceAccountToken: Sendable {
    public let token: Secret<String>
    /// When it ends; servers may shorten or lengthen what was asked for.
    public let expires: Timestamp?
}

extension KubernetesAPI {
    /// Asks for a token of a service account.
    /// <https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/>
    /// - Parameters:
    ///   - audiences: who is to accept it; empty: the API server.
    ///   - lifetime: at least ten minutes; nil: an hour, usually.
    ///   - object: the token ends with this object.
    public func requestToken(
        forServiceAccount name: String, in namespace: String? = nil, audiences: [String] = [],
        lifetime: Duration? = nil, boundTo object: BoundObjectReference? = nil
    ) async throws -> ServiceAccountToken {
        let seconds = lifetime.map { Int($0.components.seconds) }
        let body = TokenRequest(
            spec: TokenRequestSpec(audiences: audiences, boundObjectRef: object, expirationSeconds: seconds))
        let answer: TokenRequest = try await view(
            .object(
                .post, ServiceAccount.type, name, in: namespace, subresource: "token", body: .object(body.document)))
        guard let token = answer.status?.token, !token.isEmpty else {
            throw Finding(.badRequest, "The server issued no token for the service account '\(name)'.")
        }
        return ServiceAccountToken(
            token: Secret(token), expires: answer.status?.document.timestamp(.expirationTimestamp))
    }
}
