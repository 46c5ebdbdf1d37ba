import ClawBase
import HTTPTypes

/// One entry of the control plane's table of routes: what the router serves and what `/openapi.json` tells.
struct APIRoute: Sendable {
    let method: HTTPRequest.Method
    let pattern: String
    let access: RouteAccess
    /// What a token must carry, where that is more than method and access say.
    let scope: TokenScope?
    /// One line, in the imperative.
    let summary: String
    /// The group in the documentation.
    let tag: String
    /// The name in the audit trail; nil for what changes nothing.
    let audit: String?
    /// Name of the request body's schema in ``OpenAPISchemas``.
    let body: String?
    /// The success answer.
    let status: HTTPResponse.Status
    let answer: String?
    let action: Router.Action

    var neededScope: TokenScope { scope ?? access.scope(for: method) }

    init(
        _ method: HTTPRequest.Method, _ pattern: String, _ summary: String, tag: String,
        access: RouteAccess = .signedIn, scope: TokenScope? = nil, audit: String? = nil, body: String? = nil,
        status: HTTPResponse.Status = .ok, answer: String? = nil, _ action: @escaping Router.Action
    ) {
        (self.method, self.pattern, self.summary, self.tag) = (method, pattern, summary, tag)
        (self.access, self.scope, self.audit, self.body) = (access, scope, audit, body)
        (self.status, self.answer) = (status, answer)
        self.action = action
    }
}

/// A group of routes.
protocol RouteGroup: Sendable {
    var routes: [APIRoute] { get }
}

extension PlatformServices {
    /// The route's action with what every route gets: a count, a duration, and an audit entry for what was refused.
    func instrumented(_ route: APIRoute) -> Router.Action {
        let (method, pattern) = (route.method.rawValue, route.pattern)
        return { call in
            let start = time.now
            func count(_ status: HTTPResponse.Status) {
                metrics.requests.add(1, method, pattern, String(status.code))
                metrics.seconds.observe((time.now - start).inSeconds, pattern)
            }
            do {
                let response = try await route.action(call)
                count(response.status)
                return response
            } catch {
                let finding = error as? Finding ?? Finding.translating(error)
                count(finding?.code.httpStatus ?? .internalServerError)
                if let action = route.audit {
                    await audit(
                        call, action, String(call.request.path.prefix(256)),
                        outcome: finding == nil ? .failed : .refused,
                        details: finding.map { ["code": $0.code.rawValue] } ?? [:])
                }
                throw error
            }
        }
    }
}
