import ClawBase
import ClawKubernetes
import ClawResources

/// The Members of projects as the server has them now: a script sees what it has just written.
struct MemberRegister: Sendable {
    private static let mostAttempts = 5

    let api: any KubernetesAPI

    func role(of user: String, in project: String) async throws -> ProjectRole? {
        try await api.find(Member.self, user, in: project)?.effectiveRole
    }

    /// A service's own in its own project, else the user's.
    func role(of caller: Principal, in project: String) async throws -> ProjectRole? {
        guard let service = caller.service else { return try await role(of: caller.user, in: project) }
        return service.project == project ? service.role : nil
    }

    /// By name. What is being deleted is not among them.
    func members(of project: String? = nil) async throws -> [Member] {
        try await api.list(Member.self, in: project).items.filter { $0.effectiveRole != nil }
            .sorted { ($0.project, $0.user) < ($1.project, $1.user) }
    }

    /// By project.
    func memberships(of user: String) async throws -> [Member] {
        try await api.list(Member.self, matching: Selection(fieldSelector: "metadata.name=\(user)")).items
            .filter { $0.effectiveRole != nil }.sorted { $0.project < $1.project }
    }

    /// - Parameter role: nil takes the user out of the project.
    /// - Returns: the role before.
    /// - Throws: ``Finding`` (`E_NOT_READY`) where the project has no namespace yet.
    @discardableResult
    func set(_ role: ProjectRole?, of user: String, in project: String) async throws -> ProjectRole? {
        var attempt = 1
        while true {
            let found = try await api.find(Member.self, user, in: project)
            do {
                if let found {
                    try await replace(found, by: role)
                } else if let role {
                    try await add(Member(user, of: project, role: role))
                }
                return found?.effectiveRole
            } catch let finding as Finding where finding.code == .stale && attempt < Self.mostAttempts {
                attempt += 1
            }
        }
    }

    /// - Throws: ``Finding`` (`E_STALE`) where it is not any more as it was found.
    func replace(_ found: Member, by role: ProjectRole?) async throws {
        guard found.role != role else { return }
        do {
            if let role {
                var changed = found
                changed.spec.role = role
                _ = try await api.replace(changed)
            } else {
                _ = try await api.delete(
                    Member.self, found.user, in: found.project, uid: found.uid,
                    resourceVersion: found.metadata.resourceVersion)
            }
        } catch let error as KubernetesError where error.isConflict || error.isNotFound {
            throw Finding.membersChanged
        }
    }

    func add(_ member: Member) async throws {
        do {
            _ = try await api.create(member)
        } catch let error as KubernetesError where error.isAlreadyExists {
            throw Finding.membersChanged
        } catch let error as KubernetesError where error.isNotFound {
            throw Finding(
                .notReady, "Project \(member.project) has no namespace yet; see the project, and try again.",
                field: "project")
        }
    }
}

extension Finding {
    static let noOwner = Finding(
        .invalid, "Nobody would own the project any more; keep at least one owner.", field: "members")

    static let membersChanged = Finding(
        .stale, "The members were changed meanwhile; read the project again and repeat the change.")
}
