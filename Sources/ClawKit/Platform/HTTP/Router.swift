public import ClawBase
public import HTTPTypes
public import Logging

/// Who may call a route. Without a word, only who is signed in.
public enum RouteAccess: Sendable, Hashable {
    /// Anybody; the route sees a principal where there is a valid one, and decides by itself.
    case anybody
    case signedIn
    case administrator

    /// What a token must carry for a route of this access, unless the route asks for more: a new route cannot forget it.
    func scope(for method: HTTPRequest.Method) -> TokenScope {
        if [.get, .head, .options].contains(method) { return .read }
        return self == .administrator ? .administer : .operate
    }
}

/// Takes requests to the closures registered for their method and path.
///
///     var router = Router(authenticator: authenticator, log: log)
///     router.get("/healthz", access: .anybody) { _ in .text("ok") }
///     router.post("/api/v1/projects/{project}/runtimes") { call in
///         let fields = try await call.fields(["name", "user", "template"])
///         …
///         return .accepted(…)
///     }
///
/// A thrown ``Finding`` becomes the error answer `{"code","message",…}` with its code's status. Any other error
/// is logged and answered as `E_INTERNAL` without its text, unless `translate` knows a finding for it.
/// HEAD goes to GET routes and loses the body.
public struct Router: Handler {
    public typealias Action = @Sendable (Call) async throws -> Response

    private struct Route: Sendable {
        let access: RouteAccess
        /// nil: what the access says for the request's method.
        let scope: TokenScope?
        let action: Action
    }

    private var table = RouteTable<Route>()
    private let authenticator: (any Authenticator)?
    private let log: Logger
    private let translate: @Sendable (any Error) -> Finding?

    /// - Parameters:
    ///   - authenticator: without one, only routes for anybody can be reached.
    ///   - translate: findings for errors of other layers; nil for those it does not know.
    public init(
        authenticator: (any Authenticator)? = nil, log: Logger = Logger(label: "claw.http"),
        translate: @escaping @Sendable (any Error) -> Finding? = { _ in nil }
    ) {
        self.authenticator = authenticator
        self.log = log
        self.translate = translate
    }

    // MARK: registering

    /// Registers a route. Registering the same method and path twice traps: it is a slip in the program's text.
    /// - Parameters:
    ///   - method: nil for every method that has no route of its own.
    ///   - scope: what a token must carry. Without it: ``TokenScope/read`` for GET and HEAD, else
    ///     ``TokenScope/administer`` for what is the administrators' and ``TokenScope/operate`` for everything else.
    public mutating func on(
        _ method: HTTPRequest.Method?, _ pattern: RoutePattern, access: RouteAccess = .signedIn,
        scope: TokenScope? = nil, _ action: @escaping Action
    ) {
        table.insert(method, pattern, Route(access: access, scope: scope, action: action))
    }

    public mutating func get(
        _ pattern: RoutePattern, access: RouteAccess = .signedIn, _ action: @escaping Action
    ) { on(.get, pattern, access: access, action) }

    public mutating func post(
        _ pattern: RoutePattern, access: RouteAccess = .signedIn, _ action: @escaping Action
    ) { on(.post, pattern, access: access, action) }

    public mutating func patch(
        _ pattern: RoutePattern, access: RouteAccess = .signedIn, _ action: @escaping Action
    ) { on(.patch, pattern, access: access, action) }

    public mutating func delete(
        _ pattern: RoutePattern, access: RouteAccess = .signedIn, _ action: @escaping Action
    ) { on(.delete, pattern, access: access, action) }

    // MARK: answering

    public func respond(to request: Request) async -> Response {
        let requestID = request.headers.value(.xRequestID) ?? RequestID.make()
        var response: Response
        do {
            response = try await dispatch(request, requestID)
        } catch {
            response = answer(to: error, requestID)
        }
        if request.method == .head {
            if let length = response.body.immediateBytes?.count { response.headers[.contentLength] = String(length) }
            response.body = .empty
        }
        return response
    }

    private func dispatch(_ request: Request, _ requestID: String) async throws -> Response {
        switch table.match(request.method, request.path) {
        case .none:
            throw Finding(
                .unknownRoute, "There is nothing at \(request.path.prefix(200)); /openapi.json lists the routes.")
        case .otherMethods(let allowed):
            let names = allowed.map(\.rawValue).joined(separator: ", ")
            return .finding(
                Finding(
                    .methodNotAllowed, "\(request.method) is not possible at \(request.path.prefix(200)); use \(names)."
                ),
                headers: [.allow: names])
        case .found(let route, _, let parameters):
            let principal = try await admit(request, route)
            return try await route.action(
                Call(request: request, parameters: parameters, principal: principal, requestID: requestID))
        }
    }

    private func admit(_ request: Request, _ route: Route) async throws -> Principal? {
        let access = route.access
        let scope = route.scope ?? access.scope(for: request.method)
        if access == .anybody {
            // What everybody may reach does not depend on the store of users being well.
            guard case .principal(let principal) = try? await authenticator?.identify(request),
                principal.scope >= scope
            else { return nil }
            return principal
        }
        switch (access, try await authenticator?.identify(request) ?? .anonymous(.signInNeeded)) {
        case (_, .anonymous(let finding)): throw finding
        case (_, .principal(let principal)):
            guard principal.scope >= scope else { throw Finding.scopeNeeded(scope, principal.scope) }
            guard access != .administrator || principal.isAdministrator else {
                throw Finding(.forbidden, "\(principal.user) is no administrator; ask one to do this.")
            }
            return principal
        }
    }

    private func answer(to error: any Error, _ requestID: String) -> Response {
        if let finding = error as? Finding ?? translate(error) { return .finding(finding) }
        switch error {
        case let error as TransportError:
            return .finding(Finding(.unreachable, error.message))
        case is CancellationError:
            // The server is going down or the client has gone: nobody reads this, or somebody tries again.
            return .finding(Finding(.notReady, "The request was cancelled; try again."))
        default:
            log.error(
                "a request failed unexpectedly",
                metadata: ["request-id": "\(requestID)", "error": "\(error)"])
            return .finding(
                Finding(
                    .internalError, "Something failed inside the server; its log says more under this request's id.",
                    details: ["requestID": requestID]))
        }
    }
}
