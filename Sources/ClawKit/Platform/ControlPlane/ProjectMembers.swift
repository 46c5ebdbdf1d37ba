import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources

/// The members a request wants a project to have.
struct ProjectMembers: Sendable {
    let members: [Project.Member]

    /// - Parameter json: `[{user, role}]`.
    /// - Throws: ``Finding`` (`E_BAD_REQUEST`, `E_NAME`, `E_INVALID`).
    init(_ json: JSON?) throws(Finding) {
        guard let elements = json?.array else {
            throw Finding(.badRequest, "'members' is missing; give it as an array of {user, role}.", field: "members")
        }
        var members: [Project.Member] = []
        for (index, element) in elements.enumerated() {
            let path = "members[\(index)]"
            guard let object = element.object else {
                throw Finding(.badRequest, "'\(path)' is \(element.typeName); give it as {user, role}.", field: path)
            }
            let fields = try BodyFields(object, known: ["user", "role"], path: "\(path).")
            let user = try fields.label("user").description
            _ = try fields.string("role")
            let role = try fields.optionalCase("role", of: ProjectRole.self) ?? .viewer
            guard !members.contains(where: { $0.user == user }) else {
                throw Finding(.invalid, "'\(user)' stands twice among the members; keep one.", field: path)
            }
            members.append(Project.Member(user: user, role: role.rawValue))
        }
        self.members = members
    }

    /// Whose role becomes another, by name; nil for no member.
    func changes(from old: [Project.Member]) -> [(user: String, before: String?, after: String?)] {
        func role(of user: String, in members: [Project.Member]) -> String? { members.first { $0.user == user }?.role }
        return Set((old + members).map(\.user)).sorted().compactMap { user in
            let (before, after) = (role(of: user, in: old), role(of: user, in: members))
            return before == after ? nil : (user, before, after)
        }
    }

    /// - Throws: ``Finding`` (`E_INVALID`) for a user who is not there, and (`E_IN_USE`) where somebody would be taken
    ///   out who still has runtimes in the project.
    func check(replacing project: Project, _ services: PlatformServices) async throws {
        for member in members where project.role(of: member.user) == nil {
            guard try await services.store.get(User.self, member.user) != nil else {
                throw Finding(.invalid, "There is no user '\(member.user)'; create the user first.", field: "members")
            }
        }
        let leaving = Set(project.members.map(\.user)).subtracting(members.map(\.user))
        guard !leaving.isEmpty else { return }
        for runtime in try await services.api.list(Runtime.self, in: project.name).items
        where leaving.contains(runtime.spec.user) {
            throw Finding(
                .inUse,
                "\(runtime.spec.user) still has the runtime \(project.name)/\(runtime.name); delete it before the user "
                    + "leaves the project.", field: "members", details: ["runtime": "\(project.name)/\(runtime.name)"])
        }
    }
}
