import ClawBase
import ClawDocuments
import HTTPTypes

/// Turns a token into a session, slowly for those who guess.
struct SignIn: Sendable {
    struct Result: Sendable {
        let user: String
        let expiresAt: Timestamp
        /// The `Set-Cookie` value.
        let cookie: String
    }

    private let services: PlatformServices

    init(_ services: PlatformServices) { self.services = services }

    /// - Throws: ``Finding``: `E_SESSION` for a token that is no good, `E_THROTTLED`.
    func begin(_ token: Secret<String>, _ call: Call) async throws -> Result {
        guard !CrossSite.isForeignWrite(call.request) else { throw Finding.foreignWrite }
        let key = "peer:\(Self.host(of: call.request.peer))"
        try services.throttle.admit(key)
        switch try await services.authenticator.identify(token: token) {
        case .anonymous(let finding):
            services.throttle.noteFailure(key)
            services.metrics.signIns.add(1, "refused")
            await services.audit(
                call, "session.create", "session", outcome: .refused, details: ["code": finding.code.rawValue])
            throw finding
        case .principal(let principal):
            services.throttle.noteSuccess(key)
            services.metrics.signIns.add(1, "accepted")
            return try await session(of: principal, call)
        }
    }

    private func session(of principal: Principal, _ call: Call) async throws -> Result {
        let user = try await services.store.require(User.self, principal.user).record
        let now = services.time.now
        let lifetime = Duration.seconds(3600 * services.configuration.sessionHours)
        // A session never outlives the token it was begun with.
        let end = min(now + lifetime, principal.expiresAt ?? now + lifetime)
        let session = Session(
            id: RecordID.make(at: now), user: user.name, issuedAt: now, expiresAt: end, epoch: user.sessionEpoch)
        try await services.store.begin(
            SessionRecord(
                id: session.id, user: user.name, createdAt: session.issuedAt, expiresAt: session.expiresAt,
                peer: call.request.peer, userAgent: call.request.headers[.userAgent]))
        await services.audit(call, "session.create", "user/\(user.name)")
        let cookie = SessionCookie.set(
            services.signer.sign(session), lifetime: end - now, isSecure: services.configuration.isSecure,
            domain: services.configuration.cookieDomain)
        return Result(user: user.name, expiresAt: session.expiresAt, cookie: cookie)
    }

    /// Ends the caller's session, or those on every device; the cookie itself is the response's to clear.
    func end(_ call: Call, everywhere: Bool) async throws {
        guard let caller = call.principal else { return }
        let now = services.time.now
        if everywhere {
            try await services.store.endSessions(of: caller.user, at: now)
        } else if let session = caller.session {
            try await services.store.endSession(session, at: now)
        }
        await services.audit(
            call, "session.delete", "user/\(caller.user)", details: everywhere ? ["everywhere": "true"] : [:])
    }

    var clearedCookie: String {
        SessionCookie.clear(isSecure: services.configuration.isSecure, domain: services.configuration.cookieDomain)
    }

    /// The peer's address without its port, which a guesser can change at will.
    static func host(of peer: String?) -> Substring {
        guard let peer else { return "in process" }
        return peer.lastIndex(of: ":").map { peer[..<$0] } ?? peer[...]
    }
}
