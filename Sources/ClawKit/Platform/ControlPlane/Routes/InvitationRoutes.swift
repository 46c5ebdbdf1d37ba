import ClawBase
import ClawDocuments
import ClawResources
import HTTPTypes

/// Invitations: administrators make them; whoever shows the token becomes a user, once.
struct InvitationRoutes: RouteGroup {
    let services: PlatformServices
    private let directory: UserDirectory
    private static let collection = "/api/v1/invitations"

    init(_ services: PlatformServices) {
        self.services = services
        directory = UserDirectory(services)
    }

    var routes: [APIRoute] {
        [
            APIRoute(
                .post, Self.collection, "Invite somebody, with a token that is shown this once", tag: "users",
                access: .administrator, audit: "invitation.create", body: "InvitationCreation", status: .created,
                answer: "NewInvitation", create),
            APIRoute(
                .get, Self.collection, "List the invitations", tag: "users", access: .administrator,
                answer: "InvitationList", list),
            APIRoute(
                .delete, "\(Self.collection)/{invitation}", "Take an invitation back", tag: "users",
                access: .administrator, audit: "invitation.delete", status: .noContent, delete),
            APIRoute(
                .post, "\(Self.collection)/accept",
                "Become the user one was invited as; the answer has the login token, this once", tag: "users",
                access: .anybody, audit: "invitation.accept", body: "InvitationAcceptance", status: .created,
                answer: "NewUser", accept),
        ]
    }

    private func create(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["invitee", "project", "role", "administrator", "hours"])
        let invitee = try fields.string("invitee")
        let project = try fields.optionalLabel("project")
        let role = try fields.optionalCase("role", of: ProjectRole.self)
        if project == nil, role != nil {
            throw Finding(.badRequest, "'role' says nothing without a project; give 'project' too.", field: "project")
        }
        let hours = try fields.optionalInteger("hours") ?? 72
        guard invitee.utf8.count <= 200, (1...24 * 90).contains(hours) else {
            throw Finding(
                .badRequest, "'invitee' has at most 200 bytes, and 'hours' is from 1 to \(24 * 90).", field: "invitee")
        }
        if let project { _ = try await services.project(project, for: try call.caller) }
        let (record, token) = Invitation.make(
            to: invitee, project: project?.description,
            role: project == nil ? nil : (role ?? .developer).rawValue,
            isAdministrator: try fields.optionalBool("administrator") ?? false, by: try call.caller.user,
            lifetime: .hours(hours), at: services.time.now)
        try await services.store.create(record)
        await services.audit(call, "invitation.create", "invitation/\(record.id)", details: ["invitee": invitee])
        var answer = record.representation
        answer["token"] = .string(token.reveal())
        return .json(.object(answer), status: .created, headers: [.cacheControl: "no-store"])
    }

    private func list(_ call: Call) async throws -> Response {
        let found = try await services.store.list(Invitation.self, limit: 10_000, isDescending: true)
        return .json(.items(found.map { .object($0.record.representation) }))
    }

    private func delete(_ call: Call) async throws -> Response {
        let id = call.parameters["invitation"]
        try await services.store.revokeInvitation(String(id.prefix(64)), at: services.time.now)
        await services.audit(call, "invitation.delete", "invitation/\(id.prefix(64))")
        return .noContent
    }

    private func accept(_ call: Call) async throws -> Response {
        guard !CrossSite.isForeignWrite(call.request) else { throw Finding.foreignWrite }
        let fields = try await call.fields(["token", "name", "displayName", "password"], limit: 16 << 10)
        let (shown, name) = (Secret(try fields.string("token")), try fields.label("name"))
        let displayName = try fields.optionalString("displayName")
        let peer = "invited:\(services.origin(of: call.request))"
        try services.throttle.admit(peer)
        do {
            // Hashing is for those who were invited only.
            guard try await services.store.invitation(shown) != nil else { throw Invitation.unusable }
            var password: User.Password?
            if let text = try fields.optionalString("password") {
                password = try await Passwords(services).hash(Secret(text), of: name.description, field: "password")
            }
            let (invitation, token) = try await directory.accept(
                shown, as: name, displayName: displayName, password: password)
            services.throttle.noteSuccess(peer)
            await services.audit(
                call, "invitation.accept", "invitation/\(invitation.id)", subject: "user/\(name)",
                details: ["user": name.description])
            let user = try await services.store.require(User.self, name.description).record
            var json = user.representation(try await services.members.memberships(of: user.name))
            json["token"] = .string(token.reveal())
            return .json(json, status: .created, headers: [.cacheControl: "no-store"])
        } catch let finding as Finding where finding.code == .session {
            services.throttle.noteFailure(peer)
            throw finding
        }
    }
}

extension Invitation {
    /// `{id, invitee, project?, role?, administrator, createdAt, createdBy, expiresAt, revokedAt?, acceptedAt?,
    /// acceptedBy?}`
    fileprivate var representation: JSONObject {
        var object = JSONObject()
        object.set("id", id)
        object.set("invitee", invitee)
        object.set("project", project)
        object.set("role", role)
        object["administrator"] = .bool(isAdministrator)
        object.set("createdAt", createdAt.rfc3339())
        object.set("createdBy", createdBy)
        object.set("expiresAt", expiresAt.rfc3339())
        object.set("revokedAt", revokedAt?.rfc3339())
        object.set("acceptedAt", acceptedAt?.rfc3339())
        object.set("acceptedBy", acceptedBy)
        return object
    }
}
