import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes

/// Projects: administrators make and remove them, their owners say who is a member, members see them.
struct ProjectRoutes: RouteGroup {
    let services: PlatformServices
    private let namespaces: NamespaceWait

    init(_ services: PlatformServices) {
        self.services = services
        namespaces = NamespaceWait(api: services.api, time: services.time)
    }

    var routes: [APIRoute] {
        [
            APIRoute(
                .post, "/api/v1/projects", "Create a project and its namespace", tag: "projects",
                access: .administrator,
                audit: "project.create", body: "ProjectCreation", status: .created, answer: "Project", create),
            APIRoute(
                .get, "/api/v1/projects", "List the caller's projects; administrators see all", tag: "projects",
                answer: "ProjectList", list),
            APIRoute(.get, "/api/v1/projects/{project}", "Show a project", tag: "projects", answer: "Project", show),
            APIRoute(
                .patch, "/api/v1/projects/{project}", "Replace a project's members, or change its settings",
                tag: "projects",
                audit: "project.update", body: "ProjectChange", answer: "Project", update),
            APIRoute(
                .delete, "/api/v1/projects/{project}", "Delete a project with its namespace and all its runtimes",
                tag: "projects", access: .administrator, audit: "project.delete", status: .noContent, delete),
        ]
    }

    private func create(_ call: Call) async throws -> Response {
        let fields = try await call.fields(ProjectSettings.fields.union(["name", "tenant"]))
        let name = try fields.label("name")
        let tenant = try fields.label("tenant")
        try ProjectName.check(name)
        var wanted = Project(name: name.description, tenant: tenant.description)
        let settings = try ProjectSettings(fields)
        settings.apply(to: &wanted)
        guard let owner = try await services.api.find(Tenant.self, tenant.description) else {
            throw Finding(.invalid, "There is no tenant '\(tenant)'; create it first.", field: "tenant")
        }
        if owner.spec.suspended ?? false { throw Finding.isSuspended(owner.name) }
        try await checkPolicy(of: wanted)
        try await namespaces.checkFree(name)
        let project = try await services.reserving(settings.quota ?? [:], for: wanted) {
            try await services.api.create(wanted)
        }
        await services.audit(call, "project.create", "project/\(name)", details: ["tenant": tenant.description])
        try await namespaces.waitUntilReady(project)
        return .created(
            (try await services.api.find(Project.self, project.name) ?? project).representation(
                try await services.members.members(of: project.name)))
    }

    private func list(_ call: Call) async throws -> Response {
        let caller = try call.caller
        var projects = try await services.projects()
        if !caller.isAdministrator {
            let own: Set<String>
            if let service = caller.service {
                own = service.role == nil ? [] : [service.project]
            } else {
                own = Set(try await services.members.memberships(of: caller.user).map(\.project))
            }
            projects = projects.filter { own.contains($0.name) }
        }
        let members = Dictionary(
            grouping: try await services.members.members(of: projects.count == 1 ? projects[0].name : nil),
            by: \.project)
        return .json(.items(projects.map { $0.representation(members[$0.name] ?? []) }))
    }

    private func show(_ call: Call) async throws -> Response {
        let name = try call.parameters.label("project")
        let project = try await services.project(name, for: try call.caller).project
        return .json(project.representation(try await services.members.members(of: project.name)))
    }

    private func update(_ call: Call) async throws -> Response {
        let caller = try call.caller
        let name = try call.parameters.label("project")
        let fields = try await call.fields(ProjectSettings.fields.union(["members"]))
        let (project, role) = try await services.project(name, for: caller)
        guard caller.isAdministrator || role == .owner else {
            throw Finding(
                .forbidden, "Only an owner of project '\(name)' or an administrator may change it; ask one.")
        }
        let settings = try ProjectSettings(fields)
        if !caller.isAdministrator, let reserved = settings.reserved {
            throw Finding(.forbidden, "Only an administrator may change a project's '\(reserved)'; ask one.", field: reserved)
        }
        let (before, changes) = try await memberChanges(fields, of: project, caller)
        var wanted = project
        settings.apply(to: &wanted)
        if !settings.isEmpty { try await checkPolicy(of: wanted) }
        let changed = try await services.reserving(settings.quota, for: project) {
            try await services.api.edit(Project.self, project.name) { settings.apply(to: &$0) }
        }
        if !settings.isEmpty { await services.audit(call, "project.update", "project/\(name)") }
        guard !changes.isEmpty else { return .json(changed.representation(before)) }
        try await MemberChanges(services: services).make(
            changes, of: project.name, keepsOwner: !caller.isAdministrator, call)
        return .json(changed.representation(try await services.members.members(of: project.name)))
    }

    /// - Throws: ``Finding`` (`E_POLICY`) where a project asks for more than it may.
    private func checkPolicy(of project: Project) async throws {
        let policy = try await services.api.policy(of: project)
        if let finding = policy.findings(project: project.spec).first { throw finding }
    }

    /// Who is a member now, and what the request wants otherwise.
    private func memberChanges(
        _ fields: BodyFields, of project: Project, _ caller: Principal
    ) async throws -> (before: [Member], changes: [ProjectMembers.Change]) {
        let before = try await services.members.members(of: project.name)
        guard let wish = fields.object["members"] else { return (before, []) }
        let wanted = try ProjectMembers(wish)
        if !caller.isAdministrator, !wanted.hasOwner { throw Finding.noOwner }
        let changes = wanted.changes(from: before)
        try await MemberChanges(services: services).check(changes, of: project.name)
        return (before, changes)
    }

    private func delete(_ call: Call) async throws -> Response {
        let name = try call.parameters.label("project")
        let project = try await services.project(name, for: try call.caller).project
        try await services.api.delete(Project.self, project.name, propagation: .background, uid: project.uid)
        await services.audit(call, "project.delete", "project/\(name)")
        return .noContent
    }
}
