import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes
import Logging

/// Takes visitors to runtimes: decides as the access check does, then passes request and response on as streams,
/// and WebSockets as connections.
struct RuntimeProxy: Handler {
    private let check: AccessCheck
    private let transport: any Transport
    private let remotes: CapacityNetwork
    private let pods: RuntimePods
    private let passages: OpenPassages
    private let services: PlatformServices

    init(_ services: PlatformServices, check: AccessCheck, pods: RuntimePods, passages: OpenPassages, transport: any Transport) {
        (self.services, self.check, self.pods, self.transport) = (services, check, pods, transport)
        self.passages = passages
        remotes = CapacityNetwork(transport, api: services.api, time: services.time)
    }

    func respond(to request: Request) async -> Response {
        let wantsPage = AccessQuestion.wantsPage(request.method, request.headers)
        do {
            let outcome = try await check.decide(request)
            guard case .allow(let identity) = outcome.decision.verdict, let reference = outcome.runtime else {
                return turnAway(outcome, request)
            }
            let forwarded = ForwardedRequest(request, isOwnHost: outcome.isOwnHost)
            // Where runtimes have hosts of their own, none of their pages may run in this one's origin, beside the API.
            if !outcome.isOwnHost, BearerToken.value(in: request.headers) == nil, let host = ownHost(of: reference) {
                return Response(
                    status: .temporaryRedirect, headers: [.location: host + forwarded.target, .cacheControl: "no-store"])
            }
            if forwarded.lacksSlash, let prefix = forwarded.prefix {
                return Response(status: .permanentRedirect, headers: [.location: prefix + forwarded.target])
            }
            let response = passages.guarding(try await pass(request, forwarded, identity, reference), to: request, of: reference)
            services.metrics.proxied.add(1, "passed")
            return response
        } catch {
            services.metrics.proxied.add(1, "failed")
            return failure(error, wantsPage)
        }
    }

    /// Scheme, host and port that are the runtime's alone; nil where there is no domain.
    private func ownHost(of runtime: RuntimeReference) -> String? {
        let configuration = services.configuration
        guard let domain = configuration.domain else { return nil }
        let port = configuration.authority.split(separator: ":").dropFirst().last.map { ":\($0)" } ?? ""
        return "\(configuration.scheme)://\(runtime.runtime)-\(runtime.project).\(domain)\(port)"
    }

    // MARK: passing on

    private func pass(
        _ request: Request, _ forwarded: ForwardedRequest, _ identity: HTTPFields, _ reference: RuntimeReference
    ) async throws -> Response {
        if let capacity = try pods.remotes.capacity(of: reference) {
            return try await pass(request, forwarded, identity, reference, to: capacity)
        }
        let (pod, endpoint) = try pods.endpoint(of: reference)
        let forwarded = pod.annotations[RuntimeCell.prefixAnnotation] == nil ? forwarded : forwarded.withPrefix
        var (token, isFresh) = try await pods.tokens.token(of: pod)
        func send() async throws -> Response {
            try await transport.send(
                forwarded.outbound(
                    request, to: endpoint.server, identity: identity, token: token, scheme: services.configuration.scheme))
        }
        var response: Response
        do {
            response = try await send()
            if response.status == .unauthorized, !isFresh {
                // The Secret may have changed since it was read. Only what can be sent twice is sent again.
                pods.tokens.forget(pod)
                if request.body.immediateBytes != nil {
                    (token, isFresh) = try await pods.tokens.token(of: pod)
                    response = try await send()
                }
            }
        } catch let error as TransportError {
            throw silence(error, reference)
        }
        return ForwardedResponse.inbound(response, prefix: forwarded.prefix)
    }

    /// To a program that runs elsewhere.
    private func pass(
        _ request: Request, _ forwarded: ForwardedRequest, _ identity: HTTPFields, _ reference: RuntimeReference,
        to capacity: RemoteCapacity
    ) async throws -> Response {
        let address = try CapacityAddress(capacity.spec.endpoint)
        let token = try await pods.remotes.token(of: capacity)
        do {
            let response = try await remotes.send(
                forwarded.outbound(
                    request, to: RuntimeServer(scheme: address.scheme, authority: address.authority), identity: identity,
                    token: token, scheme: services.configuration.scheme), to: capacity)
            return ForwardedResponse.inbound(response, prefix: forwarded.prefix)
        } catch let error as TransportError {
            throw silence(error, reference)
        }
    }

    private func silence(_ error: TransportError, _ reference: RuntimeReference) -> Finding {
        services.log.info("a runtime did not answer", metadata: ["runtime": "\(reference)", "error": "\(error)"])
        return Finding(
            error.code == .timeout ? .deadline : .unreachable,
            "\(reference) did not answer though it is ready; try again, or ask for 'restart'.")
    }

    // MARK: not passing on

    private func turnAway(_ outcome: AccessOutcome, _ request: Request) -> Response {
        switch outcome.decision.verdict {
        case .signIn: services.metrics.proxied.add(1, "sign-in")
        case .wake: services.metrics.proxied.add(1, "waking")
        case .unavailable: services.metrics.proxied.add(1, "unavailable")
        case .allow, .deny, .notFound: services.metrics.proxied.add(1, "refused")
        }
        return check.page(for: outcome, about: request)
    }

    private func failure(_ error: any Error, _ wantsPage: Bool) -> Response {
        let finding =
            error as? Finding ?? Finding.translating(error)
            ?? Finding(.notReady, "The request could not be passed on; try again.")
        let status = finding.code.httpStatus
        let delay: Duration? = status == .serviceUnavailable || status == .badGateway ? .seconds(2) : nil
        guard !wantsPage else { return StatusPage.response(finding, status, retryAfter: delay) }
        var headers: HTTPFields = [.cacheControl: "no-store"]
        if status == .serviceUnavailable, let delay { headers[.retryAfter] = String(delay.components.seconds) }
        return .finding(finding, status: status, headers: headers)
    }
}
