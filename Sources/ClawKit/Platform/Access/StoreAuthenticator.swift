public import ClawBase
import HTTPTypes

/// Identifies by session cookie or bearer token, against the users of a ``PlatformStore``.
///
/// A bearer token goes first: a program that sends one means it, whatever cookies lie about.
///
/// A cookie's signature is checked by keys in memory, and so is whether its session and user are still good: the store
/// is asked once for each of them, and again when it tells that they have changed. A session that is ended, a user who
/// is disabled or removed, a token that is taken back: each is refused at once in the process where that happened, and
/// within a second in all others that share the store. While a store cannot say whether its news are complete
/// (``RecordChanges/isComplete``), it is asked for every request; nobody is let in where it does not answer.
public struct StoreAuthenticator: Authenticator {
    private let accounts: AccountView
    private let signer: SessionSigner?
    private let audience: TokenAudience
    private let services: ServiceIdentities?
    private let time: any TimeSource

    /// - Parameters:
    ///   - signer: nil: no cookie is good, only tokens are.
    ///   - audience: what asks; tokens for others only are nobody's here.
    public init(
        store: any PlatformStore, signer: SessionSigner?, audience: TokenAudience = .controlPlane,
        time: any TimeSource = SystemTime()
    ) {
        self.init(AccountView(store), signer, audience, nil, time)
    }

    private init(
        _ accounts: AccountView, _ signer: SessionSigner?, _ audience: TokenAudience, _ services: ServiceIdentities?,
        _ time: any TimeSource
    ) {
        (self.accounts, self.signer, self.audience) = (accounts, signer, audience)
        (self.services, self.time) = (services, time)
    }

    /// The same users and sessions, asked about for another service.
    public func serving(_ audience: TokenAudience) -> StoreAuthenticator {
        StoreAuthenticator(accounts, signer, audience, nil, time)
    }

    /// And service accounts, by the tokens that Kubernetes issues for them.
    func recognising(_ services: ServiceIdentities) -> StoreAuthenticator {
        StoreAuthenticator(accounts, signer, audience, services, time)
    }

    public func identify(_ request: Request) async throws -> Identity {
        if let token = BearerToken.value(in: request.headers) {
            // Not for signing in: a service has no sessions.
            if let service = try await services?.identify(token, from: request.peer) { return service }
            return try await identify(token: token)
        }
        guard let cookie = SessionCookie.value(in: request.headers) else { return .anonymous(.signInNeeded) }
        if CrossSite.isForeignWrite(request) { return .anonymous(.foreignWrite) }
        return try await identify(cookie: cookie)
    }

    /// Who an API token belongs to.
    public func identify(token: Secret<String>) async throws -> Identity {
        guard let (account, credential) = try await accounts.account(withToken: token) else {
            return .anonymous(.tokenUnknown)
        }
        if account.isDisabled { return .anonymous(.userDisabled) }
        if let end = credential.expiresAt, end <= time.now { return .anonymous(.tokenExpired) }
        guard credential.audiences.contains(audience) else { return .anonymous(.wrongAudience) }
        if audience == .runtimes, credential.scope < .operate {
            return .anonymous(.scopeNeeded(.operate, credential.scope))
        }
        return .principal(
            Principal(
                user: account.name, isAdministrator: account.isAdministrator, proof: .token, scope: credential.scope,
                expiresAt: credential.expiresAt))
    }

    private func identify(cookie: Secret<String>) async throws -> Identity {
        guard let signer else { return .anonymous(.sessionVoid) }
        try await signer.learnKey(of: cookie)
        let session: Session
        do {
            session = try signer.verify(cookie, now: time.now)
        } catch {
            return .anonymous(error)
        }
        guard let account = try await accounts.account(of: session, at: time.now) else {
            return .anonymous(.sessionVoid)
        }
        if account.isDisabled { return .anonymous(.userDisabled) }
        return .principal(
            Principal(
                user: account.name, isAdministrator: account.isAdministrator, proof: .session,
                expiresAt: session.expiresAt, session: session.id))
    }
}

/// Requests that another site's page made a browser send.
enum CrossSite {
    /// Whether a request that may change something comes from another origin, as its browser says
    /// (`Sec-Fetch-Site`, Fetch Metadata; else `Origin`, RFC 6454). Requests without either are no browser's.
    static func isForeignWrite(_ request: Request) -> Bool {
        if [.get, .head, .options].contains(request.method) { return false }
        if let site = request.headers.value(.secFetchSite) { return site != "same-origin" && site != "none" }
        guard let origin = request.headers.value(.origin) else { return false }
        let host = request.head.authority ?? request.headers.value(.host) ?? ""
        return !(origin == "http://\(host)" || origin == "https://\(host)")
    }
}

extension HTTPField.Name {
    // Valid tokens, so the initialisers cannot fail.
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
    static let host = HTTPField.Name("Host")!
}

extension Finding {
    static func scopeNeeded(_ needed: TokenScope, _ has: TokenScope) -> Finding {
        Finding(
            .scope,
            "This needs a token with the scope '\(needed.rawValue)'; the one that was sent has '\(has.rawValue)'.",
            details: ["needed": needed.rawValue, "scope": has.rawValue])
    }

    static let foreignWrite = Finding(
        .session, "The request came from another site's page; send it from this one, or with a bearer token.")
}
