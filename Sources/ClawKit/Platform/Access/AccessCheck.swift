public import ClawBase
import HTTPTypes

/// Answers "may this request pass?" for requests as proxies forward them, and for those this process proxies.
///
/// As a ``Handler`` it is the forward-auth endpoint (`GET /api/v1/access/check`): Traefik's `forwardAuth` sends the
/// client's headers and describes its request in `X-Forwarded-Method`, `-Proto`, `-Host` and `-Uri`. nginx's
/// `auth_request` asks at an address of its own: each proxy lets through what another one would say. 200 carries `X-Claw-User` and `X-Claw-Runtime`, and for ``TrustedProxies`` what the runtime gets in place
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
    private let visits: any RuntimeVisits

    /// - Parameters:
    ///   - domain: the platform's domain where runtimes have hosts of their own.
    ///   - publicURL: the control plane's own address, without a slash at its end: visitors of a runtime's own host
    ///     sign in there. Without one they are sent to `signInPath` of the host they came to.
    ///   - proxies: who is told more than the decision; nil: nobody.
    ///   - visits: what becomes of runtimes that are visited; nil: nothing, and what sleeps goes on sleeping.
    public init(
        gate: AccessGate = AccessGate(), authenticator: any Authenticator, directory: any AccessDirectory,
        domain: String? = nil, signInPath: String = "/sign-in", publicURL: String? = nil,
        proxies: TrustedProxies? = nil, time: any TimeSource = SystemTime(), visits: (any RuntimeVisits)? = nil
    ) {
        self.gate = gate
        self.authenticator = authenticator
        self.directory = directory
        self.domain = domain
        self.signInPath = signInPath
        self.publicURL = publicURL
        self.proxies = proxies
        self.time = time
        self.visits = visits ?? UnnoticedVisits()
    }

    /// The forward-auth endpoint.
    public func respond(to request: Request) async -> Response {
        await answer(ForwardedQuestion(ofTraefik: request), isTrusted: proxies?.recognise(request) == true)
    }

    /// The endpoint for nginx's `auth_request`.
    func nginxResponse(to request: Request) async -> Response {
        guard let question = ForwardedQuestion(ofNginx: request) else {
            return .finding(
                Finding(.badRequest, "nginx describes the client's request in X-Original-URL; set it.", field: "X-Original-URL"))
        }
        return await answer(question, isTrusted: proxies?.recognise(request) == true)
    }

    /// What Envoy's `ext_authz` asks below this path, with the platform's key.
    static let envoyPath = "/api/v1/access/envoy"

    /// The answer to Envoy's `ext_authz`; nil for what is no such question of a proxy with the platform's key. It comes
    /// with the client's own host and path, so that only the key tells it from the client's request.
    func envoyResponse(to request: Request) async -> Response? {
        guard let proxies, proxies.recognise(request), let question = ForwardedQuestion(request, behind: Self.envoyPath)
        else { return nil }
        var response = await answer(question, isTrusted: true)
        guard response.status == .ok else { return response }
        // Envoy takes away what the answer names, and sets what it carries.
        let taken = [HTTPField.Name.cookie, .authorization, .openClawToken, IdentityHeaders.runtime, IdentityHeaders.user]
            .filter { response.headers[$0] == nil }
        response.headers[.xEnvoyAuthHeadersToRemove] = taken.map(\.canonicalName).joined(separator: ",")
        return response
    }

    private func answer(_ question: ForwardedQuestion, isTrusted: Bool) async -> Response {
        do {
            let outcome = try await decide(
                question.request, at: question.host, from: authenticator.identify(question.request))
            var response =
                question.manner == .knowsRefusals
                ? response(to: outcome, about: question.request) : page(for: outcome, about: question.request)
            if outcome.decision.isAllowed, let proxies, isTrusted {
                for field in try await proxies.headers(for: question.request, to: outcome.runtime) {
                    response.headers.append(field)
                }
            }
            guard question.manner == .knowsRefusals else { return response }
            switch outcome.decision.verdict {
            // With the address of the form still in `Location`.
            case .signIn: response.head.status = .unauthorized
            case .notFound: response.head.status = .forbidden
            case .allow, .deny, .wake, .unavailable: break
            }
            return response
        } catch {
            return Self.failed(error)
        }
    }

    /// Decides about a request as its client sent it. Wakes the runtime where that is the decision, and waits for one
    /// that is on its way for as long as requests to it are held.
    /// - Throws: ``Finding`` where users or runtimes cannot be looked up: nobody passes then.
    public func decide(_ request: Request) async throws -> AccessOutcome {
        try await decide(request, at: nil, from: authenticator.identify(request))
    }

    /// The same decision, carried out by nobody: what sleeps goes on sleeping.
    func judge(_ request: Request) async throws -> AccessOutcome {
        try await judge(request, at: nil, from: authenticator.identify(request))
    }

    /// - Parameter host: nil: the one that the request names.
    private func decide(_ request: Request, at host: String?, from identity: Identity) async throws -> AccessOutcome {
        var outcome = try await judge(request, at: host, from: identity)
        guard let runtime = outcome.runtime else { return outcome }
        let isOnItsWay =
            switch outcome.decision.verdict {
            case .wake, .unavailable: true
            case .allow, .signIn, .deny, .notFound: false
            }
        if isOnItsWay {
            if case .wake = outcome.decision.verdict { await visits.wake(runtime) }
            // Much may have changed meanwhile: the question is asked anew.
            if try await visits.hold(runtime) {
                outcome = try await judge(request, at: host, from: authenticator.identify(request))
            }
        }
        if outcome.decision.isAllowed { visits.used(runtime) }
        return outcome
    }

    /// For a proxy in this process: what to forward and to which runtime, or what to answer instead.
    ///
    /// What is forwarded carries no identity but the gate's own, and none of the platform's secrets: neither the
    /// session's cookie nor the bearer token that opened the gate.
    public func admit(_ request: Request) async -> Admission {
        do {
            let identity = try await authenticator.identify(request)
            let outcome = try await decide(request, at: nil, from: identity)
            guard case .allow(let headers) = outcome.decision.verdict, let runtime = outcome.runtime else {
                return .answer(outcome.decision.response(signInPath: signInPath))
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

    private func judge(_ request: Request, at host: String?, from identity: Identity) async throws -> AccessOutcome {
        let host = host ?? request.head.authority ?? request.headers.value(.host) ?? ""
        let target = request.head.path ?? "/"
        let identity = CrossSite.isForeignSocket(request) ? .anonymous(.foreignSocket) : identity
        var question = AccessQuestion(
            identity: identity, runtime: nil, access: nil,
            wantsPage: AccessQuestion.wantsPage(request.method, request.headers), target: target, now: time.now)
        // The host decides first: behind a host of its own no path means another runtime. One that has a route is that
        // route's alone, whatever else it could mean: proxies lead there.
        let routed = try await directory.route(host: host, path: target, for: identity.principal?.user)
        let byHost = routed == nil ? RuntimeReference.candidates(host: host, path: "", domain: domain) : []
        if let routed {
            (question.runtime, question.service, question.access) = (routed.runtime, routed.service, routed.access)
        } else {
            let candidates = byHost.isEmpty ? RuntimeReference.candidates(path: target) : byHost
            for candidate in candidates {
                let access = try await directory.access(to: candidate, for: identity.principal?.user)
                if question.runtime == nil || (access != nil && question.access == nil) {
                    (question.runtime, question.access) = (candidate, access)
                }
                // Of two that one host can mean everybody gets to their own: nobody's runtime hides another's.
                if let access, let principal = identity.principal, gate.admits(principal, to: access) {
                    (question.runtime, question.access) = (candidate, access)
                    break
                }
            }
        }
        let decision = gate.decide(question)
        return AccessOutcome(
            decision: decision, runtime: question.runtime, isOwnHost: routed != nil || !byHost.isEmpty)
    }

    /// The answer an outcome comes to, as a page where a browser loads one: pages of runtimes that are on their way try
    /// again by themselves.
    func page(for outcome: AccessOutcome, about request: Request) -> Response {
        let response = response(to: outcome, about: request)
        guard AccessQuestion.wantsPage(request.method, request.headers) else { return response }
        switch outcome.decision.verdict {
        case .deny(let finding), .notFound(let finding): return StatusPage.response(finding, response.status)
        case .wake(let delay):
            return StatusPage.response(
                Finding(.notReady, "The runtime is waking up. This page tries again by itself."), response.status,
                retryAfter: delay)
        case .unavailable(let finding, let delay):
            return StatusPage.response(finding, response.status, retryAfter: delay)
        case .allow, .signIn: return response
        }
    }

    /// The answer an outcome comes to. Who came to a runtime's own host signs in at the control plane's, and is sent back
    /// by an absolute URL, where browsers send the session there: below the platform's domain.
    public func response(to outcome: AccessOutcome, about request: Request) -> Response {
        guard outcome.isOwnHost, case .signIn(let path) = outcome.decision.verdict, let publicURL else {
            return outcome.decision.response(signInPath: signInPath)
        }
        let host = request.head.authority ?? request.headers.value(.host) ?? ""
        guard let domain, host.prefix(while: { $0 != ":" }).lowercased().hasSuffix("." + domain.lowercased()) else {
            return AccessDecision(verdict: .deny(.signInNeeded), explanation: outcome.decision.explanation).response()
        }
        let scheme = publicURL.prefix { $0 != ":" }
        let target = Percent.encode("\(scheme)://\(host)\(path)")
        return Response(
            status: .found,
            headers: [.location: "\(publicURL)\(signInPath)?return=\(target)", .cacheControl: "no-store"])
    }
}

/// A decision, and what it is about.
public struct AccessOutcome: Sendable {
    public let decision: AccessDecision
    /// nil where the request is for no runtime.
    public let runtime: RuntimeReference?
    /// Whether the runtime has the whole host, and not only `/r/{project}/{runtime}/` of it.
    public let isOwnHost: Bool
}

/// What a proxy does with a request.
public enum Admission: Sendable {
    case forward(Request, RuntimeReference)
    case answer(Response)
}
