public import ClawBase
import ClawModels
import Synchronization

/// Asks the API server whose a bearer token is, and whether it was issued for this service.
///
///     let reviewer = TokenReviewer(api, audiences: ["clawkit.dev/models"])
///     guard case .accepted(let holder) = try await reviewer.review(token) else { … }
///
/// The server looks whether the account, and the pod that a token is bound to, are still there; so its word counts for
/// moments only, and a refusal is not remembered at all. Needs `create` on `tokenreviews` (`system:auth-delegator`).
public final class TokenReviewer: Sendable {
    private struct State {
        /// By the tokens' hashes.
        var known: [String: (token: ReviewedToken, until: Timestamp)] = [:]
        var underWay = 0
    }

    private let api: any KubernetesAPI
    private let audiences: [String]
    private let lifetime: Duration
    private let capacity: Int
    private let mostAtOnce: Int
    private let deadline: Duration
    private let time: any TimeSource
    private let state = Mutex(State())

    /// - Parameters:
    ///   - audiences: whom tokens must be issued for, one of them at least; empty: the API server itself, whose own
    ///     tokens open it. A service of one's own names itself, so that what it is shown opens nothing else.
    ///   - remembering: how long an accepted token is not asked about again; `.zero`: each time.
    ///   - capacity: so many accepted tokens are remembered at most.
    ///   - mostAtOnce: so many questions are under way at most.
    ///   - deadline: how long the server may take.
    public init(
        _ api: some KubernetesAPI, audiences: [String], remembering: Duration = .seconds(10), capacity: Int = 1024,
        mostAtOnce: Int = 64, deadline: Duration = .seconds(10), time: some TimeSource = .system
    ) {
        (self.api, self.audiences, self.time) = (api, audiences, time)
        (lifetime, self.capacity, self.mostAtOnce) = (remembering, capacity, mostAtOnce)
        self.deadline = deadline
    }

    /// The longest token that is asked about, in bytes.
    public static let longestToken = 16 << 10

    /// Whose token it is.
    /// - Throws: ``KubernetesError`` where the question itself was refused (403 without the right to ask),
    ///   ``TransportError``; ``Finding`` with `E_DEADLINE`, or with `E_BUSY` where too many questions are under way.
    public func review(_ token: Secret<String>) async throws -> TokenVerdict {
        let text = token.reveal()
        guard !text.isEmpty, text.utf8.count <= Self.longestToken else {
            return .refused(reason: "the token is empty or longer than \(Self.longestToken) bytes")
        }
        let hash = Token.hash(text)
        let now = time.now
        if let known = state.withLock({ $0.known[hash] }), now < known.until { return .accepted(known.token) }
        try enter()
        defer { state.withLock { $0.underWay -= 1 } }
        let (api, audiences) = (api, audiences)
        let answer = try await time.withDeadline(deadline, "the review of a token") {
            try await api.create(TokenReview(spec: TokenReviewSpec(token: text, audiences: audiences)))
        }
        let verdict = verdict(answer.status, token)
        if case .accepted(let accepted) = verdict { remember(accepted, hash, since: now) }
        return verdict
    }

    /// Forgets what was accepted: the next review of any token asks.
    public func forget() { state.withLock { $0.known = [:] } }

    private func enter() throws(Finding) {
        let isFree = state.withLock { state in
            guard state.underWay < mostAtOnce else { return false }
            state.underWay += 1
            return true
        }
        guard isFree else { throw Finding(.busy, "\(mostAtOnce) tokens are being reviewed already; try again in a moment.") }
    }

    private func verdict(_ status: TokenReviewStatus?, _ token: Secret<String>) -> TokenVerdict {
        guard let status, status.authenticated == true, let user = status.user else {
            return .refused(reason: status?.error ?? "the token is not good")
        }
        // A server that knows nothing of audiences leaves them out: then the token was issued for the server.
        let common = audiences.isEmpty ? status.audiences : status.audiences.filter(audiences.contains)
        guard audiences.isEmpty || !common.isEmpty else {
            return .refused(reason: "the token is not for \(audiences.joined(separator: ", "))")
        }
        return .accepted(ReviewedToken(user, audiences: common, expires: JSONWebToken.expiration(of: token)))
    }

    private func remember(_ accepted: ReviewedToken, _ hash: String, since now: Timestamp) {
        let until = min(now + lifetime, accepted.expires ?? now + lifetime)
        state.withLock { state in
            if state.known.count >= capacity { state.known = state.known.filter { now < $0.value.until } }
            guard state.known.count < capacity else { return }
            state.known[hash] = (accepted, until)
        }
    }
}

extension FindingCode {
    /// Too much is under way already.
    public static let busy = FindingCode(rawValue: "E_BUSY")
}
