import Synchronization

/// Credentials that are fetched, kept, and fetched again shortly before they end or when the server refuses them.
///
/// However many requests wait, one fetch is under way at a time, and its failure is that of all who waited for it. The
/// fetch runs in the task of one of those requests: when that one is cancelled, the next fetches anew.
public final class RenewedCredentials: Credentials {
    private struct State {
        var current: Credential?
        var fetched = Timestamp(seconds: 0)
        /// Fetches that ended, and how the last one failed.
        var attempts = 0
        var failure: (any Error)?
        /// After a failed early renewal: not before then.
        var nextTry: Timestamp?
        /// The last fetch because of a refusal.
        var refusal: Timestamp?
    }

    private let fetch: @Sendable (Credential?) async throws -> Credential
    private let time: any TimeSource
    private let leeway: Duration
    private let turnstile = Turnstile()
    private let state = Mutex(State())

    /// - Parameters:
    ///   - leeway: how long before its end a credential is renewed; at most a fifth of its life.
    ///   - fetch: gets the credential that was refused, nil where there was none or it only ends.
    public init(
        time: some TimeSource = .system, leeway: Duration = .seconds(60),
        _ fetch: @escaping @Sendable (_ refused: Credential?) async throws -> Credential
    ) {
        self.time = time
        self.leeway = leeway
        self.fetch = fetch
    }

    /// A server that refuses everything is not to make every request fetch.
    private static let refusalPause: Duration = .seconds(10)
    private static let failurePause: Duration = .seconds(10)

    public func credential() async throws -> Credential {
        if let usable = usable() { return usable }
        let seen = state.withLock { $0.attempts }
        return try await turnstile.pass { [self] in
            if let usable = usable() { return usable }
            if let failure = failure(since: seen) { throw failure }
            do {
                return try await renew(nil)
            } catch {
                // Renewed early: what is there still holds.
                if let valid = state.withLock({ $0.current }), !isOver(valid) { return valid }
                throw error
            }
        }
    }

    public func renew(after refused: Credential) async throws -> Bool {
        let seen = state.withLock { $0.attempts }
        return try await turnstile.pass { [self] in
            if let current = state.withLock({ $0.current }), !current.provesSame(as: refused) { return true }
            if let failure = failure(since: seen) { throw failure }
            let now = time.now
            let mayFetch = state.withLock { state in
                if let last = state.refusal, now - last < Self.refusalPause { return false }
                state.refusal = now
                return true
            }
            guard mayFetch else { return false }
            return try await !renew(refused).provesSame(as: refused)
        }
    }

    private func renew(_ refused: Credential?) async throws -> Credential {
        do {
            let fresh = try await fetch(refused)
            let now = time.now
            state.withLock { state in
                (state.current, state.fetched) = (fresh, now)
                (state.failure, state.nextTry) = (nil, nil)
                state.attempts += 1
            }
            return fresh
        } catch {
            // A cancelled fetch says nothing about the next one.
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            let now = time.now
            state.withLock { state in
                (state.failure, state.nextTry) = (error, now + Self.failurePause)
                state.attempts += 1
            }
            throw error
        }
    }

    /// The failure of a fetch that ended after `seen` was read.
    private func failure(since seen: Int) -> (any Error)? {
        state.withLock { $0.attempts > seen ? $0.failure : nil }
    }

    /// The present credential where it needs no renewal, or none yet.
    private func usable() -> Credential? {
        let now = time.now
        return state.withLock { state in
            guard let current = state.current else { return nil }
            guard let end = current.expires else { return current }
            let margin = min(leeway, max(.zero, (end - state.fetched) / 5))
            if now < end - margin { return current }
            if now < end, let next = state.nextTry, now < next { return current }
            return nil
        }
    }

    private func isOver(_ credential: Credential) -> Bool { credential.expires.map { $0 <= time.now } ?? false }
}
