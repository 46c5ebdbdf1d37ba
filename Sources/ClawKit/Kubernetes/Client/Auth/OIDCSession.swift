import ClawBase
import ClawDocuments
import HTTPTypes

/// The tokens of one OIDC user in memory, and how the next is got (OpenID Connect Core 1.0, section 12; Discovery 1.0,
/// section 4).
actor OIDCSession {
    private let provider: OIDCProvider
    private let time: any TimeSource
    private let connect: @Sendable (CurlTransport.Configuration) -> any Transport
    private var idToken: Secret<String>?
    private var refreshToken: Secret<String>?
    /// The first attempt may use the token that the file brought.
    private var isFresh = true

    private static let answerLimit = 1 << 20
    /// A token that ends within this time is not worth sending.
    private static let leeway: Duration = .seconds(10)

    init(
        _ provider: OIDCProvider, time: any TimeSource,
        connect: @escaping @Sendable (CurlTransport.Configuration) -> any Transport
    ) {
        self.provider = provider
        self.time = time
        self.connect = connect
        idToken = provider.idToken
        refreshToken = provider.refreshToken
    }

    func token(isRefused: Bool) async throws -> Credential {
        defer { isFresh = false }
        if isFresh, !isRefused, let idToken, let end = JSONWebToken.expiration(of: idToken),
            end - time.now > Self.leeway
        {
            return .bearer(idToken, expires: end)
        }
        return try await refresh()
    }

    private func refresh() async throws -> Credential {
        guard let refreshToken else {
            throw problem("the ID token has ended and there is no refresh token; sign in anew")
        }
        var configuration = CurlTransport.Configuration(userAgent: UserAgent.current)
        configuration.tls.certificateAuthorities = provider.certificateAuthority
        let transport = connect(configuration)
        let endpoint = try await discover(transport)
        let answer = try await ask(transport, endpoint, refreshToken)
        guard let text = answer["id_token"]?.string, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw problem("the provider's answer holds no ID token")
        }
        let token = Secret(text)
        guard let end = JSONWebToken.expiration(of: token) else {
            throw problem("the provider's ID token does not say when it ends")
        }
        let renewed = answer["refresh_token"]?.string.flatMap { $0.isEmpty ? nil : Secret($0) }
        idToken = token
        self.refreshToken = renewed ?? refreshToken
        try await provider.onRenewal?(token, renewed)
        return .bearer(token, expires: end)
    }

    private struct Endpoint {
        var url: String
        /// `client_secret_basic` unless the provider names its methods and that is not among them.
        var takesBasic: Bool
    }

    private func discover(_ transport: any Transport) async throws -> Endpoint {
        let issuer = provider.issuer.hasSuffix("/") ? String(provider.issuer.dropLast()) : provider.issuer
        try mustBeSecret(issuer)
        let document = try await json(
            transport, Request(.get, "\(issuer)/.well-known/openid-configuration", headers: [.accept: "application/json"]))
        guard document["issuer"]?.string == provider.issuer else {
            throw problem("its discovery document names another issuer; mend 'idp-issuer-url'")
        }
        guard let url = document["token_endpoint"]?.string else {
            throw problem("its discovery document names no token endpoint")
        }
        try mustBeSecret(url)
        let methods = document["token_endpoint_auth_methods_supported"]?.array?.compactMap(\.string)
        return Endpoint(url: url, takesBasic: methods?.contains("client_secret_basic") ?? true)
    }

    private func ask(
        _ transport: any Transport, _ endpoint: Endpoint, _ refreshToken: Secret<String>
    ) async throws -> JSON {
        var form: QueryParameters = ["grant_type": "refresh_token", "refresh_token": refreshToken.reveal()]
        var request = Request(
            .post, endpoint.url,
            headers: [.accept: "application/json", .contentType: "application/x-www-form-urlencoded"])
        if let secret = provider.clientSecret, endpoint.takesBasic {
            // RFC 6749, section 2.3.1: both parts are form-encoded first.
            request.headers[.authorization] = Credential.basic(
                user: Percent.encode(provider.clientID), password: Secret(Percent.encode(secret.reveal()))
            ).authorization?.reveal()
        } else {
            form["client_id"] = provider.clientID
            if let secret = provider.clientSecret { form["client_secret"] = secret.reveal() }
        }
        request.body = .string("\(form)")
        return try await json(transport, request)
    }

    private func json(_ transport: any Transport, _ request: Request) async throws -> JSON {
        let response: Response
        do {
            response = try await transport.send(request)
        } catch let error as TransportError {
            throw problem(error.message.hasSuffix(".") ? String(error.message.dropLast()) : error.message)
        }
        let answer = try? JSONParser.parse(try await response.body.collect(limit: Self.answerLimit))
        guard response.status == .ok else {
            // RFC 6749, section 5.2: a code from a closed set. The description is left out; it may quote the token.
            let code = answer?["error"]?.string ?? ""
            let mend = code == "invalid_grant" ? "; the refresh token has ended or was taken back: sign in anew" : ""
            throw problem("\(request.path) answered \(response.status.code)\(code.isEmpty ? "" : " \(code)")\(mend)")
        }
        guard let answer, case .object = answer else { throw problem("\(request.path) answered no JSON object") }
        return answer
    }

    /// Tokens go over TLS, or do not leave this machine.
    private func mustBeSecret(_ url: String) throws {
        guard ServerAddress(url)?.keepsSecrets ?? false else {
            throw problem("\(url) is not https, and tokens must not go in clear")
        }
    }

    private func problem(_ what: String) -> Finding {
        Finding(
            .credentials, "No token from the OIDC provider \(provider.issuer): \(what).", field: "auth-provider.config")
    }
}
