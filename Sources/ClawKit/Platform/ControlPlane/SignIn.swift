import ClawBase
import ClawDocuments
import HTTPTypes

/// Turns a token or a password into a session, slowly for those who guess.
struct SignIn: Sendable {
    struct Result: Sendable {
        let user: String
        let expiresAt: Timestamp
        /// The `Set-Cookie` value.
        let cookie: String
    }

    private let services: PlatformServices
    private let passwords: Passwords

    init(_ services: PlatformServices) { (self.services, passwords) = (services, Passwords(services)) }

    /// - Throws: ``Finding``: `E_SESSION` for a token that is no good, `E_THROTTLED`.
    func begin(_ token: Secret<String>, _ call: Call) async throws -> Result {
        guard !CrossSite.isForeignWrite(call.request) else { throw Finding.foreignWrite }
        let key = "peer:\(services.origin(of: call.request))"
        try services.throttle.admit(key)
        switch try await services.authenticator.identify(token: token) {
        case .anonymous(let finding):
            services.throttle.noteFailure(key)
            await refused(call, "token", finding)
            throw finding
        case .principal(let principal):
            services.throttle.noteSuccess(key)
            // A session carries all of its user's rights.
            guard principal.scope == .administer else { throw Finding.scopeNeeded(.administer, principal.scope) }
            let user = try await services.store.require(User.self, principal.user).record
            return try await session(of: user, until: principal.expiresAt, by: "token", credential: User.Credential.id(of: token), call)
        }
    }

    /// - Parameter new: takes the password's place, which a temporary one demands.
    /// - Throws: ``Finding``: `E_SESSION` where user or password is wrong, `E_PASSWORD_CHANGE` without the new one that
    ///   is needed, `E_PASSWORD` for one that is not taken, `E_THROTTLED`, `E_BUSY`.
    func begin(_ name: String, password: Secret<String>, new: Secret<String>?, _ call: Call) async throws -> Result {
        guard !CrossSite.isForeignWrite(call.request) else { throw Finding.foreignWrite }
        let found: Versioned<User>
        do {
            found = try await passwords.check(name, password, call.request)
        } catch let finding as Finding where finding.code == .session || finding.code == .throttled {
            // Attempts that are not even looked at would fill the trail until it forgets what matters.
            if finding.code == .session { await refused(call, "password", finding) }
            throw finding
        }
        var user = found.record
        if let new {
            user = try await passwords.replace(password, by: new, of: found, field: "newPassword")
            await services.audit(call, "password.change", "user/\(user.name)")
        } else if user.password?.temporaryUntil != nil {
            throw Finding(
                .passwordChange, "Somebody else has set this password; choose one of your own.", field: "newPassword")
        } else {
            await passwords.refresh(password, of: found)
        }
        return try await session(of: user, by: "password", call)
    }

    private func refused(_ call: Call, _ proof: String, _ finding: Finding) async {
        services.metrics.signIns.add(1, "refused")
        // Not even the name that was given: people type passwords there.
        await services.audit(
            call, "session.create", "session", outcome: .refused,
            details: ["code": finding.code.rawValue, "by": proof])
    }

    /// Begins a session with an id of its own, whatever cookie the request had; the session of that one ends.
    /// - Parameter end: of the proof: no session outlives what it was begun with.
    func session(
        of user: User, until end: Timestamp? = nil, by proof: String, credential: String? = nil, _ call: Call
    ) async throws -> Result {
        let now = services.time.now
        let lifetime = Duration.seconds(3600 * services.configuration.sessionHours)
        let session = Session(
            id: RecordID.make(at: now), user: user.name, issuedAt: now,
            expiresAt: min(now + lifetime, end ?? now + lifetime), epoch: user.sessionEpoch)
        try await services.store.begin(
            SessionRecord(
                id: session.id, user: user.name, createdAt: session.issuedAt, expiresAt: session.expiresAt,
                peer: call.request.peer, userAgent: call.request.headers[.userAgent], credential: credential))
        if let old = call.principal?.session { try? await services.store.endSession(old, at: now) }
        services.metrics.signIns.add(1, "accepted")
        await services.audit(call, "session.create", "user/\(user.name)", details: ["by": proof])
        let cookie = SessionCookie.set(
            services.signer.sign(session), lifetime: session.expiresAt - now,
            isSecure: services.configuration.isSecure, domain: services.configuration.cookieDomain)
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

extension SignIn.Result {
    /// `{user, expiresAt}`
    var representation: JSON { ["user": .string(user), "expiresAt": .string(expiresAt.rfc3339())] }
}
