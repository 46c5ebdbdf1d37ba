import ClawControl
import ClawKubernetes
import ClawResources

/// Who has which role in which project, from caches: no call per question.
struct MemberBook: Sendable {
    private let projects: ObjectCache<Project>
    private let members: ObjectCache<Member>

    init(_ caches: SharedCaches) { (projects, members) = (caches.cache(Project.self), caches.cache(Member.self)) }

    var isSynced: Bool { projects.isSynced && members.isSynced }

    /// nil for no member, and for a namespace that is no project's.
    func role(of user: String, in project: String) -> ProjectRole? {
        guard projects.get(project) != nil else { return nil }
        return members.get(user, in: project)?.effectiveRole
    }

    /// A service's own in its own project, else the user's.
    func role(of caller: Principal, in project: String) -> ProjectRole? {
        guard let service = caller.service else { return role(of: caller.user, in: project) }
        return service.project == project ? service.role : nil
    }
}

extension Member {
    /// Who is being removed is no member any more.
    var effectiveRole: ProjectRole? { isBeingDeleted ? nil : role }
}
