import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources
import HTTPTypes

/// The members of a project, one by one: members see them, owners and administrators say who they are.
struct MemberRoutes: RouteGroup {
    let services: PlatformServices

    init(_ services: PlatformServices) { self.services = services }

    private static let path = "/api/v1/projects/{project}/members"

    var routes: [APIRoute] {
        [
            APIRoute(.get, Self.path, "List a project's members", tag: "projects", answer: "MemberList", list),
            APIRoute(
                .put, Self.path + "/{user}", "Make a user a member, or give a member another role", tag: "projects",
                audit: "project.member", body: "MemberDeclaration", answer: "Member", put),
            APIRoute(
                .delete, Self.path + "/{user}", "Take a user who has no runtimes there out of a project",
                tag: "projects", audit: "project.member", status: .noContent, delete),
        ]
    }

    private func list(_ call: Call) async throws -> Response {
        let name = try call.parameters.label("project")
        let project = try await services.project(name, for: try call.caller).project
        return .json(.items(try await services.members.members(of: project.name).map(\.representation)))
    }

    private func put(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["role"])
        _ = try fields.string("role")
        let user = try call.parameters.label("user").description
        let member = try await change(user, to: try fields.optionalCase("role", of: ProjectRole.self), call)
        return .json(member.representation)
    }

    private func delete(_ call: Call) async throws -> Response {
        _ = try await change(try call.parameters.label("user").description, to: nil, call)
        return .noContent
    }

    private func change(_ user: String, to role: ProjectRole?, _ call: Call) async throws -> Member {
        let caller = try call.caller
        let (project, own) = try await services.project(try call.parameters.label("project"), for: caller)
        guard caller.isAdministrator || own == .owner else {
            throw Finding(
                .forbidden,
                "Only an owner of project '\(project.name)' or an administrator says who is a member; ask one.")
        }
        let before = try await services.members.members(of: project.name)
        let found = before.first { $0.user == user }
        guard found != nil || role != nil else {
            throw Finding(.notFound, "'\(user)' is no member of project '\(project.name)'; check the name.")
        }
        let isLast = !before.contains { $0.role == .owner && $0.user != user }
        if !caller.isAdministrator, found?.role == .owner, role != .owner, isLast { throw Finding.noOwner }
        let changes = found?.role == role ? [] : [ProjectMembers.Change(user: user, found: found, role: role)]
        let work = MemberChanges(services: services)
        try await work.check(changes, of: project.name)
        try await work.make(changes, of: project.name, keepsOwner: !caller.isAdministrator, call)
        return Member(user, of: project.name, role: role ?? .viewer)
    }
}
