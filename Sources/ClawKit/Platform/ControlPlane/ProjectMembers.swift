import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources

/// The members a request wants a project to have.
struct ProjectMembers: Sendable {
    struct Change: Sendable {
        let user: String
        let found: Member?
        let role: ProjectRole?
    }

    let roles: [String: ProjectRole]

    var hasOwner: Bool { roles.values.contains(.owner) }

    /// - Parameter json: `[{user, role}]`.
    /// - Throws: ``Finding`` (`E_BAD_REQUEST`, `E_NAME`, `E_INVALID`).
    init(_ json: JSON?) throws(Finding) {
        guard let elements = json?.array else {
            throw Finding(.badRequest, "'members' is missing; give it as an array of {user, role}.", field: "members")
        }
        var roles: [String: ProjectRole] = [:]
        for (index, element) in elements.enumerated() {
            let path = "members[\(index)]"
            guard let object = element.object else {
                throw Finding(.badRequest, "'\(path)' is \(element.typeName); give it as {user, role}.", field: path)
            }
            let fields = try BodyFields(object, known: ["user", "role"], path: "\(path).")
            let user = try fields.label("user").description
            _ = try fields.string("role")
            let role = try fields.optionalCase("role", of: ProjectRole.self) ?? .viewer
            guard roles.updateValue(role, forKey: user) == nil else {
                throw Finding(.invalid, "'\(user)' stands twice among the members; keep one.", field: path)
            }
        }
        self.roles = roles
    }

    /// Whose role becomes another, by name, but for those who leave or become less: they come last, so that a change
    /// that breaks off leaves nobody out who is to stay.
    func changes(from members: [Member]) -> [Change] {
        let found = Dictionary(members.map { ($0.user, $0) }) { first, _ in first }
        let changes = Set(found.keys).union(roles.keys).sorted().compactMap { user -> Change? in
            found[user]?.role == roles[user] ? nil : Change(user: user, found: found[user], role: roles[user])
        }
        return changes.filter { !$0.takesOwnership } + changes.filter(\.takesOwnership)
    }
}

extension ProjectMembers.Change {
    fileprivate var takesOwnership: Bool { found?.role == .owner }

    var details: [String: String] {
        ["before": found?.role?.rawValue ?? "none", "after": role?.rawValue ?? "none"]
    }
}

/// Changes to who is in a project, with what must hold of them.
struct MemberChanges: Sendable {
    let services: PlatformServices

    /// - Throws: ``Finding``: `E_INVALID` for a user who is not there, `E_IN_USE` where somebody would be taken out who
    ///   still has runtimes in the project.
    func check(_ changes: [ProjectMembers.Change], of project: String) async throws {
        for change in changes where change.found == nil {
            guard try await services.store.get(User.self, change.user) != nil else {
                throw Finding(.invalid, "There is no user '\(change.user)'; create the user first.", field: "members")
            }
        }
        let leaving = Set(changes.filter { $0.role == nil }.map(\.user))
        guard !leaving.isEmpty else { return }
        for runtime in try await services.api.list(Runtime.self, in: project).items
        where leaving.contains(runtime.spec.user) {
            throw Finding(
                .inUse,
                "\(runtime.spec.user) still has the runtime \(project)/\(runtime.name); delete it before the user "
                    + "leaves the project.", field: "members", details: ["runtime": "\(project)/\(runtime.name)"])
        }
    }

    /// Writes them one by one, each only where nobody else has changed the same member meanwhile, and notes each.
    /// - Parameter keepsOwner: two who take each other's ownership at once are both refused.
    /// - Throws: ``Finding`` (`E_STALE`); what was written before it stays.
    func make(_ changes: [ProjectMembers.Change], of project: String, keepsOwner: Bool, _ call: Call) async throws {
        for change in changes {
            if let found = change.found {
                try await services.members.replace(found, by: change.role)
            } else if let role = change.role {
                try await services.members.add(Member(change.user, of: project, role: role))
            }
            if keepsOwner, change.takesOwnership {
                guard try await services.members.members(of: project).contains(where: { $0.role == .owner }) else {
                    try await services.members.set(.owner, of: change.user, in: project)
                    throw Finding.membersChanged
                }
            }
            await services.audit(
                call, "project.member", "project/\(project)", subject: "user/\(change.user)", details: change.details)
        }
    }
}
