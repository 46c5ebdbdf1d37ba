public import ClawBase
import ClawDocuments
import HTTPTypes
import Synchronization

/// Asks registries for tags and digests, and brings images to them, by the distribution specification of the Open Container Initiative.
/// <https://github.com/opencontainers/distribution-spec/blob/main/spec.md>
///
/// Everything from outside has a limit, redirects are not followed, and pages of a list must stay at their registry.
/// Credentials go to the registry, and to the token service it names (if that is encrypted, or on this machine as the
/// registry is); they are never part of an error.
public final class RegistryClient: Sendable {
    /// What a registry may take and send at most.
    public struct Limits: Sendable {
        /// One answer, in bytes.
        public var answer = 4 << 20
        public var pages = 200
        public var tags = 100_000
        /// For one question with all its pages.
        public var deadline: Duration = .seconds(60)
        /// Of a blob that is pushed, so many bytes at once; registries may want more.
        public var piece = 8 << 20
        /// More at once than this a registry gets not, whatever it wants.
        public var largestPiece = 64 << 20
        /// For one blob that is pushed.
        public var pushDeadline: Duration = .minutes(60)
        public init() {}
    }

    /// What is wanted of a repository, in the words of token services.
    enum Purpose: String {
        case reading = "pull"
        case pushing = "pull,push"
    }

    let transport: any Transport
    let time: any TimeSource
    public let limits: Limits
    private let tokens = Mutex<[TokenKey: Token]>([:])

    public init(_ transport: some Transport, time: some TimeSource = .system, limits: Limits = Limits()) {
        (self.transport, self.time, self.limits) = (transport, time, limits)
    }

    // MARK: one request

    /// Sends a request, and once more with what the registry asks for where it refuses the first.
    /// <https://distribution.github.io/distribution/spec/auth/token/>
    func send(
        _ method: HTTPRequest.Method, _ url: String, _ headers: HTTPFields, _ body: Body = .empty,
        at address: RegistryAddress, _ credentials: RegistryCredentials?, for purpose: Purpose = .reading,
        accepting: Set<Int> = [200, 304]
    ) async throws -> Response {
        let key = TokenKey(address: address, credentials: credentials, purpose: purpose)
        let known = tokens.withLock { $0[key] }.flatMap { time.now < $0.expiry ? $0.authorization : nil }
        let first = try await exchange(method, url, headers, body, known)
        guard first.status == .unauthorized else { return try checked(first, url, accepting) }
        // Only the first: one that is asked for again and again would keep the client for ever.
        let token = try await authorization(for: first, address, credentials, purpose)
        let second = try checked(try await exchange(method, url, headers, body, token.authorization), url, accepting)
        keep(token, for: key)
        return second
    }

    private func exchange(
        _ method: HTTPRequest.Method, _ url: String, _ headers: HTTPFields, _ body: Body,
        _ authorization: Secret<String>?
    ) async throws -> Response {
        var request = Request(method, url, headers: headers, body: body)
        request.headers[.userAgent] = "clawkit"
        if let authorization { request.headers[.authorization] = authorization.reveal() }
        do { return try await transport.send(request) } catch let error as TransportError {
            throw Finding(.unreachable, "The registry gave no answer: \(error.message)")
        }
    }

    /// - Throws: a finding for what is not accepted.
    private func checked(
        _ response: Response, _ url: String, _ accepting: Set<Int> = [200]
    ) throws(Finding) -> Response {
        let place = ObjectName.shown(String(url.prefix { $0 != "?" }))
        if accepting.contains(response.status.code) { return response }
        switch response.status.code {
        case 401, 403:
            throw Finding(.registryDenied, "The registry lets nobody use \(place) with these credentials; mend them.")
        case 404: throw Finding(.registryUnknown, "The registry does not know \(place).")
        case 429, 503:
            let wait = response.headers[.retryAfter].flatMap(Int.init).map { min(max($0, 1), 86_400) } ?? 60
            throw Finding(
                .registryBusy, "The registry asks to come back in \(wait) seconds.", details: ["retryAfter": "\(wait)"])
        default:
            throw Finding(.registry, "The registry answered \(place) with \(response.status.code).")
        }
    }

    /// A body as JSON.
    func document(_ response: Response) async throws -> JSON {
        do {
            return try JSONParser.parse(try await response.body.collect(limit: limits.answer))
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as TransportError {
            throw Finding(.unreachable, "The registry's answer broke off: \(error.message)")
        } catch let finding as Finding where finding.code == .bodyTooLarge {
            throw Finding(.registry, "The registry's answer is larger than \(limits.answer) bytes.")
        } catch {
            throw Finding(.registry, "The registry's answer is no JSON.")
        }
    }

    // MARK: authorization

    struct TokenKey: Hashable {
        let address: RegistryAddress
        let credentials: RegistryCredentials?
        let purpose: Purpose
    }

    struct Token {
        let authorization: Secret<String>
        let expiry: Timestamp
    }

    private func keep(_ token: Token, for key: TokenKey) {
        let now = time.now
        tokens.withLock { tokens in
            if tokens.count >= 1000 { tokens = tokens.filter { now < $0.value.expiry } }
            if tokens.count >= 10_000 { tokens = [:] }
            tokens[key] = token
        }
    }

    private func authorization(
        for refusal: Response, _ address: RegistryAddress, _ credentials: RegistryCredentials?, _ purpose: Purpose
    ) async throws -> Token {
        let challenges = refusal.headers[values: .wwwAuthenticate].flatMap(AuthChallenge.parse)
        if let bearer = challenges.first(where: { $0.scheme == "bearer" }) {
            return try await token(bearer, address, credentials, purpose)
        }
        if challenges.contains(where: { $0.scheme == "basic" }), let credentials {
            return Token(authorization: Secret(credentials.basic), expiry: time.now + .hours(1))
        }
        throw Finding(
            .registryDenied,
            "The registry lets nobody use \(ObjectName.shown(address.repository)) without credentials; give a user name "
                + "and a password.")
    }

    private func token(
        _ challenge: AuthChallenge, _ address: RegistryAddress, _ credentials: RegistryCredentials?, _ purpose: Purpose
    ) async throws -> Token {
        guard let realm = challenge.parameters["realm"], address.maySendCredentials(to: realm), !realm.contains("#")
        else {
            throw Finding(.registry, "The registry names no token service that credentials may be sent to.")
        }
        var query = QueryParameters()
        if let service = challenge.parameters["service"] { query["service"] = service }
        // Never more than is wanted of this repository, whatever the registry would have the token allow.
        query["scope"] = "repository:\(address.repository):\(purpose.rawValue)"
        let url = "\(realm)\(realm.contains("?") ? "&" : "?")\(query)"
        let response = try checked(
            try await exchange(.get, url, [:], .empty, credentials.map { Secret($0.basic) }), realm)
        let answer = try await document(response)
        guard let token = answer["token"]?.string ?? answer["access_token"]?.string,
            (1...65_536).contains(token.utf8.count),
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw Finding(.registry, "The token service's answer holds no token.") }
        // 60 seconds where it is not said, and never relied upon to the last moment.
        let seconds = min(max(answer["expires_in"]?.integer ?? 60, 15), 3600)
        return Token(authorization: Secret("Bearer \(token)"), expiry: time.now + .seconds(seconds - 10))
    }
}
