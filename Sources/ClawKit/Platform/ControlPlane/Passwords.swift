import ClawBase
import ClawDocuments
import ClawKubernetes
import HTTPTypes

/// Checks and sets passwords. Slow for those who guess: each failure makes the next attempt for the same user, and from
/// the same address, wait longer. Who has no password, and who is no user at all, is refused in the same words after the
/// same time.
struct Passwords: Sendable {
    /// How long a password holds that somebody else has set.
    static let temporaryLifetime = Duration.seconds(7 * 86400)
    static let wrong = Finding(.session, "User or password is wrong.")

    private let services: PlatformServices

    init(_ services: PlatformServices) { self.services = services }

    // MARK: checking

    /// The user, where the password is theirs.
    /// - Throws: ``Finding``: `E_SESSION`, `E_THROTTLED`, `E_BUSY`.
    func check(_ name: String, _ password: Secret<String>, _ request: Request) async throws -> Versioned<User> {
        let peer = "password:\(services.origin(of: request))"
        try services.peers.begin(peer)
        let attempt: PasswordThrottle.Attempt
        do {
            attempt = try await services.passwordThrottle.begin(String(name.prefix(64)))
        } catch {
            // Who waits for one user has not tried another.
            services.peers.takeBack(peer)
            throw error
        }
        let user: Versioned<User>?
        let isRight: Bool
        do {
            user = (try? DNSLabel(name)) == nil ? nil : try await services.store.get(User.self, name)
            isRight = try await services.hasher.isRight(
                password.reveal().utf8.count > PasswordRules.longest ? Secret("") : password,
                for: user?.record.password.flatMap { PasswordHash($0.hash) })
        } catch {
            // The attempt was not made.
            await services.passwordThrottle.takeBack(attempt)
            services.peers.takeBack(peer)
            throw error
        }
        guard isRight, let user, let known = user.record.password,
            known.temporaryUntil.map({ services.time.now < $0 }) ?? true
        else {
            try await services.passwordThrottle.failed(attempt)
            throw Self.wrong
        }
        try await services.passwordThrottle.succeeded(attempt)
        // One's own password says nothing about the others that were tried from there.
        services.peers.takeBack(peer)
        if user.record.isDisabled { throw Finding.userDisabled }
        return user
    }

    /// Hashes the password again where it was hashed at another cost. Whoever signs in does not fail by that.
    func refresh(_ password: Secret<String>, of user: Versioned<User>) async {
        guard let known = user.record.password, PasswordHash(known.hash)?.cost != services.hasher.cost,
            let fresh = try? await services.hasher.hash(password).text
        else { return }
        _ = try? await services.store.modify(User.self, user.record.name) { user in
            if user.password?.hash == known.hash { user.password?.hash = fresh }
        }
    }

    // MARK: setting

    /// A hash of a password that follows the rules.
    /// - Throws: ``Finding`` (`E_PASSWORD`, `E_BUSY`).
    func hash(
        _ password: Secret<String>, of user: String, field: String, until end: Timestamp? = nil
    ) async throws -> User.Password {
        try PasswordRules.check(password, of: user, field: field)
        let hash = try await services.hasher.hash(password).text
        return User.Password(hash: hash, changedAt: services.time.now, temporaryUntil: end)
    }

    /// Puts another password in place of the one that was just checked. All of the user's sessions end.
    /// - Throws: ``Finding``: `E_PASSWORD`; `E_STALE` where it was changed meanwhile.
    func replace(
        _ old: Secret<String>?, by new: Secret<String>, of user: Versioned<User>, field: String
    ) async throws -> User {
        guard old != new else {
            throw Finding(.badPassword, "The new password is the old one; choose another.", field: field)
        }
        let (before, fresh) = (
            user.record.password, try await hash(new, of: user.record.name, field: field)
        )
        return try await services.store.modify(User.self, user.record.name) { user in
            // The hash alone may have been made anew.
            guard user.password?.changedAt == before?.changedAt else {
                throw Finding(.stale, "The password was changed meanwhile; sign in with the new one.")
            }
            user.password = fresh
            user.sessionEpoch += 1
        }.record
    }

    /// Sets a password that its user must change before anything else; nil takes it away. All sessions end.
    /// - Throws: ``Finding``: `E_NOT_FOUND`, `E_PASSWORD`.
    func reset(_ name: String, to password: Secret<String>?) async throws -> Timestamp? {
        _ = try await services.store.require(User.self, name)
        let end = services.time.now + Self.temporaryLifetime
        var fresh: User.Password?
        if let password { fresh = try await hash(password, of: name, field: "password", until: end) }
        let set = fresh
        try await services.store.modify(User.self, name) { user in
            user.password = set
            user.sessionEpoch += 1
        }
        return set?.temporaryUntil
    }
}
