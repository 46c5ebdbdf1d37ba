import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources
import HTTPTypes

/// Users: for administrators; everybody may look at oneself.
struct UserRoutes: RouteGroup {
    let services: PlatformServices
    private let directory: UserDirectory

    init(_ services: PlatformServices) {
        self.services = services
        directory = UserDirectory(services)
    }

    var routes: [APIRoute] {
        [
            APIRoute(
                .post, "/api/v1/users", "Create a user, with a first token that is shown this once", tag: "users",
                access: .administrator, audit: "user.create", body: "UserCreation", status: .created, answer: "NewUser",
                create),
            APIRoute(
                .get, "/api/v1/users", "List the users", tag: "users", access: .administrator, answer: "UserList",
                list),
            APIRoute(.get, "/api/v1/users/{user}", "Show a user", tag: "users", answer: "User", show),
            APIRoute(
                .patch, "/api/v1/users/{user}", "Change a user; disabling ends all sessions", tag: "users",
                access: .administrator, audit: "user.update", body: "UserChange", answer: "User", update),
            APIRoute(
                .post, "/api/v1/users/{user}/tokens",
                "Replace all of a user's tokens by a new one that may do everything, and end all sessions",
                tag: "users", access: .administrator, audit: "user.token", status: .created, answer: "NewUser", renew),
            APIRoute(
                .delete, "/api/v1/users/{user}", "Delete a user who has no runtimes; tokens and sessions end at once",
                tag: "users", access: .administrator, audit: "user.delete", status: .noContent, delete),
        ]
    }

    private func create(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["name", "displayName", "administrator", "project", "role"])
        let name = try fields.label("name")
        let displayName = try fields.optionalString("displayName")
        let isAdministrator = try fields.optionalBool("administrator") ?? false
        let project = try fields.optionalLabel("project")
        let role = try fields.optionalCase("role", of: ProjectRole.self)
        if project == nil, role != nil {
            throw Finding(.badRequest, "'role' says nothing without a project; give 'project' too.", field: "project")
        }
        let membership = project.map { (project: $0, role: role ?? .developer) }
        let token = try await directory.create(
            name, displayName: displayName, isAdministrator: isAdministrator, membership: membership)
        var details: [String: String] = [:]
        if let membership { details = ["project": membership.project.description, "role": membership.role.rawValue] }
        await services.audit(call, "user.create", "user/\(name)", details: details)
        if let membership {
            await services.audit(
                call, "project.member", "project/\(membership.project)", subject: "user/\(name)",
                details: ["before": "none", "after": membership.role.rawValue])
        }
        return try await shown(name, token, status: .created)
    }

    private func list(_ call: Call) async throws -> Response {
        let members = Dictionary(grouping: try await services.members.members(), by: \.user)
        var users: [JSON] = []
        var after: String?
        repeat {
            let page = try await services.store.list(User.self, after: after)
            users += page.map { $0.record.representation(members[$0.record.name] ?? []) }
            after = page.count == 1000 ? page.last?.record.key : nil
        } while after != nil
        return .json(.items(users))
    }

    private func show(_ call: Call) async throws -> Response {
        let (caller, name) = (try call.caller, try call.parameters.label("user"))
        guard caller.isAdministrator || caller.user == name.description else {
            throw Finding(.forbidden, "Only administrators see other users; ask one.")
        }
        return try await shown(name)
    }

    private func update(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["displayName", "administrator", "disabled"])
        let name = try call.parameters.label("user")
        let displayName = try fields.optionalString("displayName")
        let changesName = fields.object["displayName"] != nil
        let isAdministrator = try fields.optionalBool("administrator")
        let isDisabled = try fields.optionalBool("disabled")
        try await directory.change(name.description) { user in
            if changesName { user.displayName = displayName }
            user.isAdministrator = isAdministrator ?? user.isAdministrator
            if isDisabled == true, !user.isDisabled { user.sessionEpoch += 1 }
            user.isDisabled = isDisabled ?? user.isDisabled
        }
        await services.audit(
            call, "user.update", "user/\(name)",
            details: ["fields": fields.object.names.sorted().joined(separator: ",")])
        return try await shown(name)
    }

    private func renew(_ call: Call) async throws -> Response {
        let name = try call.parameters.label("user")
        let token = try await directory.renewToken(of: name)
        await services.audit(call, "user.token", "user/\(name)")
        return try await shown(name, token, status: .created)
    }

    private func delete(_ call: Call) async throws -> Response {
        let name = try call.parameters.label("user")
        let left = try await directory.delete(name)
        await services.audit(call, "user.delete", "user/\(name)")
        for (project, role) in left {
            await services.audit(
                call, "project.member", "project/\(project)", subject: "user/\(name)",
                details: ["before": role.rawValue, "after": "none"])
        }
        return .noContent
    }

    private func shown(
        _ name: DNSLabel, _ token: Secret<String>? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let user = try await services.store.require(User.self, name.description).record
        var json = user.representation(try await services.members.memberships(of: user.name))
        if let token { json["token"] = .string(token.reveal()) }
        return .json(json, status: status, headers: token == nil ? [:] : [.cacheControl: "no-store"])
    }
}
