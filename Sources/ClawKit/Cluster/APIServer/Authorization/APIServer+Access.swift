import ClawBase
import HTTPTypes

/// The steps before a request is carried out: who sends it, in whose name, and whether that is allowed.
extension APIServer {
    /// - Returns: The user in whose name the request is carried out.
    /// - Throws: ``APIStatus``: 401 for bad credentials, 403 for what nothing allows.
    func authorizedUser(
        of request: Request, to target: RequestTarget, _ authenticator: some RequestAuthenticator
    ) throws -> UserInfo {
        var user = try authenticator.authenticate(request)
        if let wanted = try Impersonation(request.headers) {
            user = try wanted.user(for: RequestAttributes(request, target, user: user), authorizer)
        }
        if user.isSuperuser { return user }
        var attributes = RequestAttributes(request, target, user: user)
        try authorize(attributes)
        // A WebSocket begins with GET, whatever it is for.
        if attributes.verb == "get", attributes.target.opensStream,
            request.headers.value(.upgrade)?.lowercased().contains("websocket") == true
        {
            attributes.verb = "create"
            try authorize(attributes)
        }
        return user
    }

    /// - Throws: ``APIStatus`` where nothing allows it.
    func authorize(_ attributes: RequestAttributes) throws {
        let decision = authorizer.decide(attributes)
        if !decision.isAllowed { throw attributes.forbidden(decision.reason) }
    }
}

extension RequestAttributes.Target {
    fileprivate var opensStream: Bool {
        guard case .resource("", "pods", let subresource, _) = self else { return false }
        return ["exec", "attach", "portforward"].contains(subresource)
    }
}
