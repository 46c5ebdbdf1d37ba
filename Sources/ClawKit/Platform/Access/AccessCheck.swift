public import ClawBase
import HTTPTypes

/// Answers "may this request pass?" for requests as proxies forward them, and for those this process proxies.
///
/// As a ``Handler`` it is the forward-auth endpoint (`GET /api/v1/access/check`): Traefik `forwardAuth` and nginx
/// `auth_request` send the client's headers and describe its request in `X-Forwarded-Method`, `-Proto`, `-Host`
/// and `-Uri`. 200 carries `X-Claw-User` and `X-Claw-Runtime`, and for ``TrustedProxies`` what the runtime gets in place
/// of the client's cookies and token; Docs/access.md says how proxies are told to copy it.
public struct AccessCheck: Handler {
    private let gate: AccessGate
    private let authenticator: any Authenticator
    private let directory: any AccessDirectory
    private let domain: String?
    private let signInPath: String
    private let publicURL: String?
    private let proxies: TrustedProxies?
    private let time: any TimeSource
    private let wake: @Sendable (RuntimeReference) async -> Void

    /// - Parameters:
    ///   - domain: the platform's domain where runtimes have hosts of their own.
    ///   - publicURL: the control plane's own address, without a slash at its end: visitors of a runtime's own host
    ///     sign in there. Without one they are sent to `signInPath` of the host they came to.
    ///   - proxies: who is told more than the decision; nil: nobody.
    ///   - wake: called where a decision is to wake a runtime; returns soon.
    public init(
        gate: AccessGate = AccessGate(), authenticator: any Authenticator, directory: any AccessDirectory,
        domain: String? = nil, signInPath: String = "/sign-in", publicURL: String? = nil,
        proxies: TrustedProxies? = nil, time: any TimeSource = SystemTime(), wake: @escaping @Sendable (RuntimeReference) async -> Void = { _ in }
    ) {
        self.gate = gate
        self.authenticator = authenticator
        self.directory = directory
        self.domain = domain
        self.signInPath = signInPath
        self.publicURL = publicURL
        self.proxies = proxies
        self.time = time
        self.wake = wake
    }

    /// The forward-auth endpoint.
    public func respond(to request: Request) async -> Response {
        do {
            let question = ForwardedQuestion.inHeaders(request)
            let (decision, runtime) = try await decide(question)
            var response = response(to: decision, about: question)
            if decision.isAllowed, let runtime, let proxies, proxies.recognise(request) {
                for field in try await proxies.headers(for: question, to: runtime) { response.headers.append(field) }
            }
            return response
        } catch {
            return Self.failed(error)
        }
    }

    /// Decides about a request as its client sent it, and wakes the runtime where that is the decision.
    /// - Throws: ``Finding`` where users or runtimes cannot be looked up: nobody passes then.
    public func decide(_ request: Request) async throws -> (decision: AccessDecision, runtime: RuntimeReference?) {
        try await decide(request, from: authenticator.identify(request))
    }

    /// For a proxy in this process: what to forward and to which runtime, or what to answer instead.
    ///
    /// What is forwarded carries no identity but the gate's own, and none of the platform's secrets: neither the
    /// session's cookie nor the bearer token that opened the gate.
    public func admit(_ request: Request) async -> Admission {
        do {
            let identity = try await authenticator.identify(request)
            let (decision, runtime) = try await decide(request, from: identity)
            guard case .allow(let headers) = decision.verdict, let runtime else {
                return .answer(decision.response(signInPath: signInPath))
            }
            var request = request
            IdentityHeaders.strip(&request.headers)
            SessionCookie.remove(from: &request.headers)
            if identity.principal?.proof == .token { request.headers[.authorization] = nil }
            for field in headers { request.headers[field.name] = field.value }
            return .forward(request, runtime)
        } catch {
            return .answer(Self.failed(error))
        }
    }

    private static func failed(_ error: any Error) -> Response {
        .finding(error as? Finding ?? Finding(.notReady, "The access check cannot answer; try again."))
    }

    private func decide(
        _ request: Request, from identity: Identity
    ) async throws -> (decision: AccessDecision, runtime: RuntimeReference?) {
        let host = request.head.authority ?? request.headers[.host] ?? ""
        let target = request.head.path ?? "/"
        let identity = CrossSite.isForeignSocket(request) ? .anonymous(.foreignSocket) : identity
        var question = AccessQuestion(
            identity: identity, runtime: nil, access: nil,
            wantsPage: AccessQuestion.wantsPage(request.method, request.headers), target: target, now: time.now)
        for candidate in RuntimeReference.candidates(host: host, path: target, domain: domain) {
            let access = try await directory.access(to: candidate, for: identity.principal?.user)
            if question.runtime == nil || access != nil { (question.runtime, question.access) = (candidate, access) }
            if access != nil { break }
        }
        let decision = gate.decide(question)
        if case .wake = decision.verdict, let runtime = question.runtime { await wake(runtime) }
        return (decision, question.runtime)
    }

    /// The answer a decision comes to. Who came to a runtime's own host signs in at the control plane's, and is sent
    /// back by an absolute URL.
    public func response(to decision: AccessDecision, about request: Request) -> Response {
        let host = request.head.authority ?? request.headers[.host] ?? ""
        guard case .signIn(let path) = decision.verdict, let publicURL, let domain,
            !RuntimeReference.candidates(host: host, path: "", domain: domain).isEmpty
        else { return decision.response(signInPath: signInPath) }
        let scheme = publicURL.prefix { $0 != ":" }
        let target = Percent.encode("\(scheme)://\(host)\(path)")
        return Response(
            status: .found,
            headers: [.location: "\(publicURL)\(signInPath)?return=\(target)", .cacheControl: "no-store"])
    }
}

/// What a proxy does with a request.
public enum Admission: Sendable {
    case forward(Request, RuntimeReference)
    case answer(Response)
}
