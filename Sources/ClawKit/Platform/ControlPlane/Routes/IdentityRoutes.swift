import ClawBase
import ClawDocuments
import HTTPTypes

/// Which accounts at sign-in providers are which users: for administrators.
struct IdentityRoutes: RouteGroup {
    private static let path = "/api/v1/users/{user}/identities"

    let services: PlatformServices

    init(_ services: PlatformServices) { self.services = services }

    var routes: [APIRoute] {
        [
            APIRoute(
                .post, Self.path, "Link a user to an account at a sign-in provider", tag: "users",
                access: .administrator, audit: "user.link", body: "Identity", status: .created, answer: "Identity", link
            ),
            APIRoute(
                .get, Self.path, "List the accounts a user is linked to", tag: "users", access: .administrator,
                answer: "IdentityList", list),
            APIRoute(
                .delete, Self.path, "Unlink a user from an account, ?issuer=…&subject=…; all their sessions end",
                tag: "users", access: .administrator, audit: "user.unlink", status: .noContent, unlink),
        ]
    }

    private func link(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["issuer", "subject"], limit: 16 << 10)
        let name = try call.parameters.label("user")
        let identity = User.Identity(issuer: try fields.string("issuer"), subject: try fields.string("subject"))
        guard identity.issuer.utf8.count <= 2048, identity.subject.utf8.count <= 255 else {
            throw Finding(.badRequest, "'issuer' has at most 2048 bytes, 'subject' at most 255.", field: "subject")
        }
        try await services.store.modify(User.self, name.description) { user in
            guard !user.identities.contains(identity) else { return }
            guard user.identities.count < 20 else {
                throw Finding(.invalid, "\(user.name) is linked to 20 accounts already; unlink one.", field: "subject")
            }
            user.identities.append(identity)
        }
        await services.audit(call, "user.link", "user/\(name)", details: ["issuer": identity.issuer])
        return .created(identity.json)
    }

    private func list(_ call: Call) async throws -> Response {
        let user = try await services.store.require(User.self, try call.parameters.label("user").description).record
        return .json(.items(user.identities.map(\.json)))
    }

    private func unlink(_ call: Call) async throws -> Response {
        let name = try call.parameters.label("user")
        let query = call.request.query
        let identity = User.Identity(issuer: query["issuer"] ?? "", subject: query["subject"] ?? "")
        try await services.store.modify(User.self, name.description) { user in
            guard let place = user.identities.firstIndex(of: identity) else {
                throw Finding(.notFound, "\(user.name) is not linked to that account; see the list of them.")
            }
            user.identities.remove(at: place)
            user.sessionEpoch += 1
        }
        await services.audit(call, "user.unlink", "user/\(name)", details: ["issuer": identity.issuer])
        return .noContent
    }
}
