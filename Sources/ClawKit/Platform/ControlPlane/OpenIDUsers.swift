import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources
import Logging

/// Whose an ID token is: the user who is linked to its issuer and subject, and to nothing else it says. Names and
/// addresses change hands; a user is never found by them.
struct OpenIDUsers: Sendable {
    private let services: PlatformServices
    private let directory: UserDirectory

    init(_ services: PlatformServices) { (self.services, directory) = (services, UserDirectory(services)) }

    /// The user, with the rights that the provider's groups give; made where there is none and the provider may.
    /// - Throws: ``Finding``: `E_FORBIDDEN` where nobody is linked, `E_EXISTS` where the name of a new user is taken.
    func user(_ token: IDToken, of provider: OpenIDProvider, _ call: Call) async throws -> User {
        let identity = User.Identity(issuer: provider.issuer, subject: token.subject)
        let found: User
        if let known = try await services.store.user(linkedTo: identity) {
            found = known.record
        } else {
            found = try await create(identity, token, provider, call)
        }
        let groups = Set(token.claims.strings(provider.groupsClaim))
        let user = try await administration(of: found, groups, provider, call)
        try await memberships(of: user, groups, provider, call)
        return user
    }

    private func create(
        _ identity: User.Identity, _ token: IDToken, _ provider: OpenIDProvider, _ call: Call
    ) async throws -> User {
        guard provider.createsUsers else {
            throw Finding(
                .forbidden, "Nobody here is linked to this account; ask an administrator to link it to your user.",
                details: ["issuer": identity.issuer, "subject": identity.subject])
        }
        let name = try Self.name(token.claims.string(provider.userClaim))
        let user = User(
            name: name.description, displayName: token.claims.string("name").map { String($0.prefix(200)) },
            createdAt: services.time.now, identities: [identity])
        do {
            try await services.store.create(user)
        } catch let finding as Finding where finding.code == .alreadyExists {
            throw Finding(
                .alreadyExists,
                "There is a user '\(name)' already, who is not linked to this account; if that is you, ask an "
                    + "administrator to link it.", details: ["issuer": identity.issuer, "subject": identity.subject])
        }
        await services.audit(
            call, "user.create", "user/\(name)", subject: "user/\(name)", details: ["by": "oidc/\(provider.name)"])
        return user
    }

    /// A claim as a user's name: `Ada.Lovelace@example.org` becomes `ada-lovelace`.
    private static func name(_ claim: String?) throws -> DNSLabel {
        let letters = (claim ?? "").prefix { $0 != "@" }.lowercased().map { character in
            character.isASCII && (character.isLetter || character.isNumber) ? character : "-"
        }
        let trimmed = String(letters).split(separator: "-").joined(separator: "-").prefix(63)
        guard let name = try? DNSLabel(String(trimmed)) else {
            throw Finding(
                .forbidden, "The provider says no name that a user could have; ask its administrator for one.")
        }
        return name
    }

    private func administration(
        of user: User, _ groups: Set<String>, _ provider: OpenIDProvider, _ call: Call
    ) async throws -> User {
        let isMember = !groups.isDisjoint(with: provider.administrators)
        guard !provider.administrators.isEmpty, user.isAdministrator != isMember else { return user }
        let changed: User
        do {
            changed = try await directory.change(user.name) { $0.isAdministrator = isMember }
        } catch let finding as Finding where finding.code == .inUse {
            // Nobody could repair a provider's mistake any more.
            services.log.warning(
                "the last administrator stays one, against the provider's groups",
                metadata: ["provider": "\(provider.name)", "user": "\(user.name)"])
            return user
        }
        await services.audit(
            call, "user.update", "user/\(user.name)", subject: "user/\(user.name)",
            details: ["administrator": String(isMember), "by": "oidc/\(provider.name)"])
        return changed
    }

    private func memberships(
        of user: User, _ groups: Set<String>, _ provider: OpenIDProvider, _ call: Call
    ) async throws {
        for (name, all) in Dictionary(grouping: provider.memberships, by: \.project) {
            guard try await services.api.find(Project.self, name) != nil else {
                services.log.warning(
                    "a provider's groups name a project that is not there",
                    metadata: ["provider": "\(provider.name)", "project": "\(name)"])
                continue
            }
            let roles = Set(all.filter { groups.contains($0.group) }.map(\.role))
            // From most to least.
            let after = ProjectRole.allCases.first { roles.contains($0) }
            let before = try await services.members.set(after, of: user.name, in: name)
            guard before != after else { continue }
            await services.audit(
                call, "project.member", "project/\(name)", subject: "user/\(user.name)",
                details: [
                    "before": before?.rawValue ?? "none", "after": after?.rawValue ?? "none",
                    "by": "oidc/\(provider.name)",
                ])
        }
    }
}
