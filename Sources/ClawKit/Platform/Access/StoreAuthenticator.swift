public import ClawBase
import HTTPTypes

/// Identifies by session cookie or bearer token, against the users of a ``PlatformStore``.
///
/// A bearer token goes first: a program that sends one means it, whatever cookies lie about.
public struct StoreAuthenticator: Authenticator {
    private let store: any PlatformStore
    private let signer: SessionSigner
    private let time: any TimeSource

    public init(store: any PlatformStore, signer: SessionSigner, time: any TimeSource = SystemTime()) {
        self.store = store
        self.signer = signer
        self.time = time
    }

    public func identify(_ request: Request) async throws -> Identity {
        if let token = BearerToken.value(in: request.headers) { return try await identify(token: token) }
        guard let cookie = SessionCookie.value(in: request.headers) else { return .anonymous(.signInNeeded) }
        if CrossSite.isForeignWrite(request) { return .anonymous(.foreignWrite) }
        return try await identify(cookie: cookie)
    }

    /// Who an API token belongs to.
    public func identify(token: Secret<String>) async throws -> Identity {
        guard let (found, credential) = try await store.user(withToken: token) else { return .anonymous(.tokenUnknown) }
        let user = found.record
        if user.isDisabled { return .anonymous(.userDisabled) }
        if let end = credential.expiresAt, end <= time.now { return .anonymous(.tokenExpired) }
        return .principal(
            Principal(
                user: user.name, isAdministrator: user.isAdministrator, proof: .token, expiresAt: credential.expiresAt))
    }

    private func identify(cookie: Secret<String>) async throws -> Identity {
        try await signer.learnKey(of: cookie)
        let session: Session
        do {
            session = try signer.verify(cookie, now: time.now)
        } catch {
            return .anonymous(error)
        }
        async let record = store.get(SessionRecord.self, session.id)
        guard let user = try await store.get(User.self, session.user)?.record, user.sessionEpoch == session.epoch,
            // A name that was given up and taken again is another person.
            user.createdAt.seconds <= session.issuedAt.seconds,
            let known = try await record?.record, known.user == user.name, known.revokedAt == nil
        else { return .anonymous(.sessionVoid) }
        if user.isDisabled { return .anonymous(.userDisabled) }
        // Whoever asks does not wait for more than this, nor is refused where it cannot be noted.
        try? await store.noteUse(of: known, at: time.now)
        return .principal(
            Principal(
                user: user.name, isAdministrator: user.isAdministrator, proof: .session, expiresAt: session.expiresAt,
                session: session.id))
    }
}

/// Requests that another site's page made a browser send.
enum CrossSite {
    /// Whether a request that may change something comes from another origin, as its browser says
    /// (`Sec-Fetch-Site`, Fetch Metadata; else `Origin`, RFC 6454). Requests without either are no browser's.
    static func isForeignWrite(_ request: Request) -> Bool {
        if [.get, .head, .options].contains(request.method) { return false }
        if let site = request.headers[.secFetchSite] { return site != "same-origin" && site != "none" }
        guard let origin = request.headers[.origin] else { return false }
        let host = request.head.authority ?? request.headers[.host] ?? ""
        return !(origin == "http://\(host)" || origin == "https://\(host)")
    }
}

extension HTTPField.Name {
    // Valid tokens, so the initialisers cannot fail.
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
    static let host = HTTPField.Name("Host")!
}

extension Finding {
    static let foreignWrite = Finding(
        .session, "The request came from another site's page; send it from this one, or with a bearer token.")
}
