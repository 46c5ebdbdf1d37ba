public import ClawBase
public import ClawControl
import ClawDocuments
import ClawModels
public import ClawKubernetes
import ClawPlatform
import HTTPTypes
public import Logging

/// Exchanges the token of a pod's service account for a short-lived model key: RFC 8693 at `POST /oauth/token`;
/// whatever else is asked for goes on to the gateway.
///
///     let reviewer = TokenReviewer(api, audiences: [TokenExchange.audience])
///     let handler = TokenExchange(before: gateway, reviewer: reviewer, keys: PodKeys(caches: caches, grants: grants))
///
/// The token must be bound to a pod, and be for ``audience`` alone or among others: what the gateway is shown must not
/// open the API server. `scope` may name models, separated by blanks; without it the key is for all that the runtime's
/// grant allows. Errors have the form of RFC 6749, section 5.2.
public struct TokenExchange: Handler {
    /// Where it is asked for.
    public static let path = RuntimeCell.tokenPath
    /// Whom the tokens are for: the one that runtimes' pods find mounted.
    public static let audience = RuntimeCell.tokenAudience

    /// What the exchange asks of the API server, the reviews of tokens and the keys.
    public static let permissions = PodKeys.permissions + [Permission(["create"], TokenReview.type)]

    static let grantType = "urn:ietf:params:oauth:grant-type:token-exchange"
    static let jwt = "urn:ietf:params:oauth:token-type:jwt"
    static let accessToken = "urn:ietf:params:oauth:token-type:access_token"
    private static let bodyLimit = 32 << 10
    private static let mostModels = 64

    private let next: any Handler
    private let reviewer: TokenReviewer
    private let keys: PodKeys
    private let peers: ExchangeThrottle
    private let pods: ExchangeThrottle
    private let logger: Logger

    /// - Parameters:
    ///   - reviewer: for ``audience``.
    ///   - perPeer: how often one address may ask.
    ///   - perPod: how often one pod is given a key.
    public init(
        before next: some Handler, reviewer: TokenReviewer, keys: PodKeys,
        perPeer: RateLimit = RateLimit(perSecond: 20, burst: 300),
        perPod: RateLimit = RateLimit(perSecond: 0.2, burst: 20),
        time: some TimeSource = .system, logger: Logger = Logger(label: "clawkit.gateway")
    ) {
        (self.next, self.reviewer, self.keys, self.logger) = (next, reviewer, keys, logger)
        peers = ExchangeThrottle(perPeer, time: time)
        pods = ExchangeThrottle(perPod, time: time)
    }

    public func respond(to request: Request) async -> Response {
        guard request.path == Self.path else { return await next.respond(to: request) }
        guard request.method == .post else {
            var response = ExchangeRefusal(
                .invalidRequest, "\(Self.path) takes POST.", status: .methodNotAllowed).response
            response.headers[.allow] = "POST"
            return response
        }
        do { return try await exchange(request) } catch { return refusal(error).response }
    }

    private func exchange(_ request: Request) async throws -> Response {
        if let wait = peers.admit(Self.host(request.peer)) {
            throw ExchangeRefusal.busy(
                "Too many exchanges from this address; wait, and keep the key until it expires.", for: wait)
        }
        let wish = try await ExchangeWish(request, limit: Self.bodyLimit, mostModels: Self.mostModels)
        let holder: ReviewedToken
        switch try await reviewer.review(wish.token) {
        case .accepted(let accepted): holder = accepted
        case .refused(let reason):
            throw ExchangeRefusal(
                .invalidGrant,
                "The token is not accepted: \(reason). Send one for the audience \(Self.audience), as it is now.")
        }
        guard let account = holder.serviceAccount, let pod = holder.pod else {
            throw ExchangeRefusal(
                .invalidGrant,
                "The token is of \(holder.userName) and bound to no pod; mount one as a projected serviceAccountToken "
                    + "volume.")
        }
        if let wait = pods.admit(pod.uid) {
            throw ExchangeRefusal.busy(
                "The pod \(pod.name) has been given many keys; use the last one until it expires.", for: wait)
        }
        let key = try await keys.issue(
            to: pod, in: account.namespace, models: wish.models, until: holder.expires)
        logger.info(
            "a pod was given a model key",
            metadata: ["pod": "\(account.namespace)/\(pod.name)", "account": "\(account.name)"])
        var answer: JSONObject = [
            "access_token": .string(key.key.reveal()), "issued_token_type": .string(Self.accessToken),
            "token_type": "Bearer", "expires_in": .integer(Int64(key.lifetime.inSeconds)),
        ]
        if !key.models.isEmpty { answer["scope"] = .string(key.models.joined(separator: " ")) }
        return Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .bytes(JSON.object(answer).bytes()))
    }

    /// The address without its port, which is another for each connection.
    private static func host(_ peer: String?) -> String {
        guard let peer, let colon = peer.lastIndex(of: ":") else { return peer ?? "" }
        return String(peer[..<colon])
    }

    private func refusal(_ error: any Error) -> ExchangeRefusal {
        switch error {
        case let refusal as ExchangeRefusal: return refusal
        case let finding as Finding where finding.code == .bodyTooLarge:
            return ExchangeRefusal(.invalidRequest, finding.message, status: .contentTooLarge)
        case let finding as Finding where finding.code == .busy: return .busy(finding.message)
        case let error as KubernetesError where error.code == 403:
            logger.error(
                "tokens cannot be exchanged: give the gateway's account the rights that Docs/model-gateway.md lists",
                metadata: ["error": "\(error.message)"])
            return ExchangeRefusal(
                .server, "The gateway may not do this in the cluster; its log says what it lacks.",
                status: .internalServerError)
        default:
            logger.warning("a token could not be exchanged", metadata: ["error": "\(error)"])
            return ExchangeRefusal(
                .unavailable, "The cluster did not answer; try again in a moment.", status: .serviceUnavailable,
                retryAfter: .seconds(2))
        }
    }
}
