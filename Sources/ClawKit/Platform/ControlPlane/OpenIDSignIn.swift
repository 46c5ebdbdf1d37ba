import ClawBase
import ClawDocuments
import HTTPTypes

/// Signing in at an OpenID Connect provider: authorization code with PKCE, in the browser.
///
/// `state` and `nonce` are bound to the browser that began by a sealed cookie, so that nobody can be made to end another
/// person's sign-in; PKCE binds the code to it as well.
struct OpenIDSignIn: Sendable {
    static let path = "/login/oidc"

    private let services: PlatformServices
    private let signIn: SignIn
    private let users: OpenIDUsers
    private let connections: [String: OpenIDConnection]

    init(_ services: PlatformServices) {
        self.services = services
        (signIn, users, connections) = (SignIn(services), OpenIDUsers(services), services.providers)
    }

    /// What the sign-in page offers.
    var providers: [OpenIDProvider] {
        connections.values.map(\.provider).sorted { $0.name.description < $1.name.description }
    }

    private func connection(_ name: String) throws -> OpenIDConnection {
        guard let connection = connections[name] else {
            throw Finding(.notFound, "There is no sign-in provider '\(name.prefix(64))'; see the sign-in page.")
        }
        return connection
    }

    private func redirect(_ provider: OpenIDProvider) -> String {
        "\(services.configuration.publicURL)\(Self.path)/\(provider.name)/callback"
    }

    /// Sends the browser to the provider.
    /// - Parameter target: where it goes afterwards; is safe.
    func begin(_ name: String, target: String) async throws -> Response {
        let connection = try connection(name)
        let (provider, metadata) = (connection.provider, try await connection.metadata())
        let attempt = SignInAttempt(provider: name, target: target, at: services.time.now)
        let query = [
            ("response_type", "code"), ("client_id", provider.clientID), ("redirect_uri", redirect(provider)),
            ("scope", provider.scopes.joined(separator: " ")), ("state", attempt.state), ("nonce", attempt.nonce),
            ("code_challenge", attempt.challenge), ("code_challenge_method", "S256"),
        ].map { "\($0.0)=\(Percent.encode($0.1))" }.joined(separator: "&")
        let location = metadata.authorization + (metadata.authorization.contains("?") ? "&" : "?") + query
        let sealed = try attempt.sealed(with: services.signer.keyring.keys)
        return Response(
            status: .seeOther,
            headers: [
                .location: location, .setCookie: cookie(sealed.reveal(), SignInAttempt.lifetime),
                .cacheControl: "no-store",
            ])
    }

    /// Takes the browser back from the provider.
    /// - Returns: the session, and where the browser goes.
    /// - Throws: ``Finding``: `E_SESSION` for what does not belong together or is not good, `E_FORBIDDEN` for somebody
    ///   who is nobody here, `E_UNREACHABLE`.
    func end(_ name: String, _ call: Call) async throws -> (session: SignIn.Result, target: String) {
        let key = "oidc:\(services.origin(of: call.request))"
        try services.peers.admit(key)
        do {
            let ended = try await completed(name, call)
            services.peers.noteSuccess(key)
            return ended
        } catch let finding as Finding where [.session, .forbidden].contains(finding.code) {
            services.peers.noteFailure(key)
            throw finding
        }
    }

    private func completed(_ name: String, _ call: Call) async throws -> (session: SignIn.Result, target: String) {
        let (connection, query, now) = (try connection(name), call.request.query, services.time.now)
        let keyring = services.signer.keyring
        guard let cookie = SessionCookie.value(SignInAttempt.cookieName, in: call.request.headers) else {
            throw Self.strange
        }
        try await keyring.learn(cookie.reveal().prefix { $0 != "." })
        guard let attempt = SignInAttempt(cookie, keys: keyring.keys, at: now), attempt.provider == name,
            let state = query["state"], ConstantTime.equal(state, attempt.state),
            // RFC 9207: against answers of one provider that are taken for another's.
            query["iss"].map({ $0 == connection.provider.issuer }) ?? true
        else { throw Self.strange }
        if let error = query["error"] {
            throw Finding(.session, "The provider did not sign you in (\(error.prefix(80).filter(\.isASCII))).")
        }
        guard let code = query["code"], (1...4096).contains(code.utf8.count) else { throw Self.strange }
        let answer = try await connection.exchange(
            code: code, verifier: attempt.verifier, redirect: redirect(connection.provider))
        guard let text = answer["id_token"]?.string else { throw Self.strange }
        let token = try await IDToken(Secret(text), from: connection, nonce: attempt.nonce, at: now)
        let user = try await users.user(token, of: connection.provider, call)
        if user.isDisabled { throw Finding.userDisabled }
        return (try await signIn.session(of: user, by: "oidc/\(name)", call), attempt.target)
    }

    /// Notes a sign-in that came to nothing.
    func refused(_ name: String, _ finding: Finding, _ call: Call) async {
        services.metrics.signIns.add(1, "refused")
        // Who asks for what is not there, or too often, would fill the trail until it forgets what matters.
        guard connections[name] != nil, finding.code != .throttled else { return }
        await services.audit(
            call, "session.create", "session", outcome: .refused,
            details: ["code": finding.code.rawValue, "by": "oidc/\(name)"])
    }

    /// An attempt is over once its browser has come back, however that ended.
    var clearedCookie: String { cookie("", .zero) }

    private func cookie(_ value: String, _ lifetime: Duration) -> String {
        "\(SignInAttempt.cookieName)=\(value); Path=\(Self.path); Max-Age=\(lifetime.components.seconds); HttpOnly; "
            + "SameSite=Lax\(services.configuration.isSecure ? "; Secure" : "")"
    }

    private static let strange = Finding(
        .session, "This answer belongs to no sign-in that this browser has begun, or it came too late; sign in again.")
}
