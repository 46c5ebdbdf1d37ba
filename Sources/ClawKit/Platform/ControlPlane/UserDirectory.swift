import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources

/// Users together with their memberships, which are the cluster's Members.
struct UserDirectory: Sendable {
    static let tokenPrefix = "claw"

    private let services: PlatformServices
    private var store: any PlatformStore { services.store }

    init(_ services: PlatformServices) { self.services = services }

    /// Makes a user, and a member of a project where one is given. Both or none: the membership is written first,
    /// and taken back where the user cannot be made.
    /// - Returns: the first token.
    func create(
        _ name: DNSLabel, displayName: String?, isAdministrator: Bool,
        membership: (project: DNSLabel, role: ProjectRole)?
    ) async throws -> Secret<String> {
        guard try await store.get(User.self, name.description) == nil else {
            throw Finding(.alreadyExists, "There is a user '\(name)' already; choose another name.", field: "name")
        }
        if let (project, role) = membership {
            guard try await services.api.find(Project.self, project.description) != nil else {
                throw Finding(.invalid, "There is no project '\(project)'; create it first.", field: "project")
            }
            try await services.members.set(role, of: name.description, in: project.description)
        }
        let (user, token) = Self.user(
            name, displayName: displayName, isAdministrator: isAdministrator, at: services.time.now)
        do {
            try await store.create(user)
        } catch {
            if let membership {
                _ = try? await services.members.set(nil, of: name.description, in: membership.project.description)
            }
            throw error
        }
        return token
    }

    static func user(
        _ name: DNSLabel, displayName: String? = nil, isAdministrator: Bool, at now: Timestamp
    ) -> (user: User, token: Secret<String>) {
        let token = Token.random(prefix: tokenPrefix)
        let credential = User.Credential(hash: Token.hash(token.reveal()), label: "first", createdAt: now)
        let user = User(
            name: name.description, displayName: displayName, credentials: [credential], createdAt: now,
            isAdministrator: isAdministrator)
        return (user, token)
    }

    /// Makes the user that somebody was invited as, and a member of the invitation's project.
    /// - Returns: the invitation, and the first token.
    /// - Throws: ``Finding``: `E_SESSION` for a token that is no good, `E_EXISTS` for a name that is taken.
    func accept(
        _ shown: Secret<String>, as name: DNSLabel, displayName: String?, password: User.Password? = nil
    ) async throws -> (invitation: Invitation, token: Secret<String>) {
        let now = services.time.now
        let invitation = try await store.invitation(shown)?.record
        guard try await store.get(User.self, name.description) == nil || invitation == nil else {
            throw Finding(.alreadyExists, "There is a user '\(name)' already; choose another name.", field: "name")
        }
        let isGood = invitation.map { $0.acceptedAt == nil && $0.revokedAt == nil && now < $0.expiresAt } ?? false
        var joined: String?
        if isGood, let project = invitation?.project, let role = invitation?.role.flatMap({ ProjectRole(rawValue: $0) }) {
            try await services.members.set(role, of: name.description, in: project)
            joined = project
        }
        let token = Token.random(prefix: Self.tokenPrefix)
        do {
            let accepted = try await store.accept(shown, at: now) { invitation in
                let credential = User.Credential(hash: Token.hash(token.reveal()), label: "first", createdAt: now)
                return User(
                    name: name.description, displayName: displayName, credentials: [credential], password: password,
                    createdAt: now, isAdministrator: invitation.isAdministrator)
            }
            return (accepted.invitation, token)
        } catch {
            if let joined { _ = try? await services.members.set(nil, of: name.description, in: joined) }
            throw error
        }
    }

    func renewToken(of name: DNSLabel) async throws -> Secret<String> {
        try await Self.renewToken(of: name.description, in: store, at: services.time.now)
    }

    /// Makes all tokens and sessions void, and a new token.
    static func renewToken(
        of name: String, in store: any PlatformStore, at now: Timestamp
    ) async throws -> Secret<String> {
        let token = Token.random(prefix: tokenPrefix)
        try await store.modify(User.self, name) { user in
            user.credentials = [User.Credential(hash: Token.hash(token.reveal()), label: "renewed", createdAt: now)]
            user.sessionEpoch += 1
        }
        return token
    }

    /// - Throws: ``Finding`` (`E_NOT_FOUND`; `E_IN_USE` naming the runtimes, or for the last administrator).
    /// - Returns: the projects that the user was a member of, with the role.
    func delete(_ name: DNSLabel) async throws -> [(project: String, role: ProjectRole)] {
        let found = try await store.require(User.self, name.description)
        try await checkNotLastAdministrator(name.description)
        let runtimes = try await services.api.list(Runtime.self).items.filter { $0.spec.user == name.description }
            .map { "\($0.namespace ?? "")/\($0.name)" }.sorted()
        guard runtimes.isEmpty else {
            throw Finding(
                .inUse, "'\(name)' still has runtimes (\(runtimes.joined(separator: ", "))); delete them first.",
                details: ["runtimes": runtimes.joined(separator: ",")])
        }
        var left: [(project: String, role: ProjectRole)] = []
        for member in try await services.members.memberships(of: name.description) {
            guard let role = try await services.members.set(nil, of: member.user, in: member.project) else { continue }
            left.append((member.project, role))
        }
        if found.record.isAdministrator {
            try await change(name.description) { $0.isAdministrator = false }
            try await store.delete(User.self, name.description)
        } else {
            try await store.delete(User.self, name.description, version: found.version)
        }
        return left
    }

    /// Changes a user so that somebody can still administer the platform: of two who take it from each other at once, both
    /// keep it.
    /// - Throws: ``Finding`` (`E_IN_USE`) where nobody could any more.
    @discardableResult
    func change(_ name: String, _ body: @escaping @Sendable (inout User) throws -> Void) async throws -> User {
        var changed = try await store.require(User.self, name).record
        let before = changed
        try body(&changed)
        guard before.administers, !changed.administers else {
            return try await store.modify(User.self, name, body).record
        }
        try await checkNotLastAdministrator(name)
        let after = try await store.modify(User.self, name, body).record
        // Others may have done the same meanwhile.
        if try await administrator(but: nil) == nil {
            try await store.modify(User.self, name) {
                ($0.isAdministrator, $0.isDisabled) = (before.isAdministrator, before.isDisabled)
            }
            throw Self.last(name)
        }
        return after
    }

    private func checkNotLastAdministrator(_ name: String) async throws {
        guard try await store.require(User.self, name).record.administers else { return }
        if try await administrator(but: name) == nil { throw Self.last(name) }
    }

    private func administrator(but name: String?) async throws -> String? {
        var after: String?
        repeat {
            let page = try await store.list(User.self, after: after)
            if let found = page.map(\.record).first(where: { $0.administers && $0.name != name }) { return found.name }
            after = page.count == 1000 ? page.last?.record.key : nil
        } while after != nil
        return nil
    }

    private static func last(_ name: String) -> Finding {
        Finding(.inUse, "'\(name)' is the last administrator; make somebody else one first.")
    }
}

extension User {
    fileprivate var administers: Bool { isAdministrator && !isDisabled }
}
