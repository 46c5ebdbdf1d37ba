import ClawBase
import ClawDocuments
import ClawKubernetes
import HTTPTypes

/// One's own password, and those that administrators set for others.
struct PasswordRoutes: RouteGroup {
    let services: PlatformServices
    private let passwords: Passwords
    private let signIn: SignIn

    init(_ services: PlatformServices) {
        self.services = services
        (passwords, signIn) = (Passwords(services), SignIn(services))
    }

    var routes: [APIRoute] {
        [
            APIRoute(
                .put, "/api/v1/me/password",
                "Change one's password, or set the first; other sessions end, this one goes on with a new cookie",
                tag: "access", scope: .administer, audit: "password.change", body: "PasswordChange", status: .noContent,
                change),
            APIRoute(
                .put, "/api/v1/users/{user}/password",
                "Set a password that must be changed at the next sign-in; without one in the body it is made up, and "
                    + "shown this once. All of the user's sessions end", tag: "users",
                access: .administrator, audit: "password.reset", body: "PasswordReset", answer: "TemporaryPassword",
                reset),
            APIRoute(
                .delete, "/api/v1/users/{user}/password", "Take a user's password away; all their sessions end",
                tag: "users", access: .administrator, audit: "password.delete", status: .noContent, delete),
        ]
    }

    private func change(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["current", "new"], limit: 16 << 10)
        let caller = try call.person
        let new = Secret(try fields.string("new"))
        let current = try fields.optionalString("current").map { Secret($0) }
        var user = try await services.store.require(User.self, caller.user)
        if user.record.password != nil {
            guard let current else {
                throw Finding(.badRequest, "'current' is missing; give the present password.", field: "current")
            }
            user = try await passwords.check(caller.user, current, call.request)
        } else if caller.proof == .session {
            // Who found an open browser must not be able to make it theirs for good.
            throw Finding(
                .forbidden, "The first password is set with a token in the header, or by an administrator.")
        }
        let changed = try await passwords.replace(current, by: new, of: user, field: "new")
        await services.audit(call, "password.change", "user/\(caller.user)")
        guard caller.proof == .session else { return .noContent }
        let session = try await signIn.session(of: changed, by: "password", call)
        return Response(status: .noContent, headers: [.setCookie: session.cookie, .cacheControl: "no-store"])
    }

    private func reset(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["password"], limit: 16 << 10)
        let name = try call.parameters.label("user")
        let given = try fields.optionalString("password").map { Secret($0) }
        let password = given ?? PasswordRules.temporary()
        let end = try await passwords.reset(name.description, to: password)
        await services.audit(call, "password.reset", "user/\(name)")
        var answer: JSONObject = ["user": .string(name.description)]
        if given == nil { answer["password"] = .string(password.reveal()) }
        answer.set("expiresAt", end?.rfc3339())
        return .json(.object(answer), headers: [.cacheControl: "no-store"])
    }

    private func delete(_ call: Call) async throws -> Response {
        let name = try call.parameters.label("user")
        _ = try await passwords.reset(name.description, to: nil)
        await services.audit(call, "password.delete", "user/\(name)")
        return .noContent
    }
}
