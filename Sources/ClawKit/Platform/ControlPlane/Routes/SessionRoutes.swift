import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources
import HTTPTypes

/// Signing in and out, and who one is.
struct SessionRoutes: RouteGroup {
    let services: PlatformServices
    let signIn: SignIn

    init(_ services: PlatformServices) {
        self.services = services
        signIn = SignIn(services)
    }

    var routes: [APIRoute] {
        [
            APIRoute(
                .post, "/api/v1/sessions", "Sign in with a token, or with user and password; sets the session cookie", tag: "access",
                access: .anybody, body: "SignIn", answer: "Session", create),
            APIRoute(
                .delete, "/api/v1/sessions", "Sign out; with ?everywhere=true all sessions of the user end",
                tag: "access",
                access: .anybody, status: .noContent, end),
            APIRoute(
                .post, "/api/v1/sessions/rotate-keys",
                "Sign new sessions with a new key; with ?revoke=true all sessions of all users end", tag: "access",
                access: .administrator, audit: "session.rotate-keys", status: .noContent, rotate),
            APIRoute(.get, "/api/v1/me", "Show the caller, with roles and projects", tag: "access", answer: "Me", me),
        ]
    }

    private func create(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["token", "user", "password", "newPassword"], limit: 16 << 10)
        let session: SignIn.Result
        if fields.object["user"] != nil || fields.object["password"] != nil {
            guard fields.object["token"] == nil else {
                throw Finding(.badRequest, "Give a token, or user and password, not both.", field: "token")
            }
            session = try await signIn.begin(
                try fields.string("user"), password: Secret(try fields.string("password")),
                new: try fields.optionalString("newPassword").map { Secret($0) }, call)
        } else {
            session = try await signIn.begin(Secret(try fields.string("token")), call)
        }
        return .json(session.representation, headers: [.setCookie: session.cookie, .cacheControl: "no-store"])
    }

    private func end(_ call: Call) async throws -> Response {
        try await signIn.end(call, everywhere: call.request.query.flag("everywhere"))
        return Response(status: .noContent, headers: [.setCookie: signIn.clearedCookie])
    }

    private func rotate(_ call: Call) async throws -> Response {
        let revokes = call.request.query.flag("revoke")
        try await services.signer.keyring.rotate(revoking: revokes)
        await services.audit(call, "session.rotate-keys", "sessions", details: ["revoke": String(revokes)])
        return Response(status: .noContent)
    }

    private func me(_ call: Call) async throws -> Response {
        let caller = try call.caller
        if let service = caller.service { return .json(service.representation(as: caller)) }
        let user = try await services.store.require(User.self, caller.user).record
        let projects = try await services.members.memberships(of: user.name)
        var object: JSONObject = ["user": .string(user.name)]
        object.set("displayName", user.displayName)
        object["administrator"] = .bool(user.isAdministrator)
        let roles = Set(projects.compactMap { $0.role?.rawValue }).sorted()
        object["roles"] = .array(((user.isAdministrator ? ["administrator"] : []) + roles).map(JSON.string))
        object["projects"] = .array(projects.map(\.membership))
        object.set("expiresAt", caller.expiresAt?.rfc3339())
        return .json(.object(object))
    }
}

extension ServiceIdentity {
    /// As a user's.
    fileprivate func representation(as caller: Principal) -> JSON {
        var object: JSONObject = ["user": .string(caller.user), "administrator": false]
        object["roles"] = .array(role.map { [.string($0.rawValue)] } ?? [])
        object["projects"] = .array(
            role.map { [["project": .string(project), "role": .string($0.rawValue)]] } ?? [])
        object.set("expiresAt", caller.expiresAt?.rfc3339())
        return .object(object)
    }
}
