import ClawBase
import ClawResources
import Yams

extension ConfigurationReader {
    private static let providerFields = [
        "name", "title", "issuer", "clientID", "clientSecret", "scopes", "userClaim", "createUsers", "groupsClaim",
        "administrators", "projects",
    ]

    /// `server.oidc`.
    mutating func signInProviders(_ nodes: [Yams.Node]) -> [ClawConfiguration.SignInProvider] {
        var lines: [String: Int] = [:]
        return nodes.enumerated().compactMap { index, node in
            let place = "server.oidc[\(index)]"
            guard let members = members(node, at: place, known: Self.providerFields) else { return nil }
            return provider(members, &lines)
        }
    }

    private mutating func provider(
        _ members: Members, _ lines: inout [String: Int]
    ) -> ClawConfiguration.SignInProvider? {
        let (name, issuer) = (requiredText(members, "name"), requiredText(members, "issuer"))
        let clientID = requiredText(members, "clientID")
        if let name {
            if (try? DNSLabel(name)) == nil {
                fail(members["name"], "\(members.place(of: "name")) must be lower-case letters, digits and '-'.")
            }
            noteName(name, members, &lines)
        }
        if let issuer, !OpenIDAddress.isSafe(issuer) {
            fail(
                members["issuer"],
                "\(members.place(of: "issuer")) must be an https address (http for loopback only), as the provider "
                    + "writes it itself.")
        }
        let secret = secretLocation(members, "clientSecret")
        guard let name, let issuer, let clientID else { return nil }
        var provider = ClawConfiguration.SignInProvider(name: name, issuer: issuer, clientID: clientID)
        provider.clientSecret = secret
        provider.title = text(members, "title")
        provider.scopes = names(members, "scopes")
        provider.userClaim = text(members, "userClaim")
        provider.createsUsers = boolean(members, "createUsers") ?? false
        provider.groupsClaim = text(members, "groupsClaim")
        provider.administrators = names(members, "administrators") ?? []
        for (index, node) in (list(members, "projects") ?? []).enumerated() {
            let place = "\(members.place(of: "projects"))[\(index)]"
            guard let fields = self.members(node, at: place, known: ["group", "project", "role"]) else { continue }
            let role = choice(fields, "role", of: ProjectRole.self)
            if fields.lacks("role") { fail(fields.node, "\(fields.place(of: "role")) is missing.") }
            if let group = requiredText(fields, "group"), let project = requiredText(fields, "project"), let role {
                provider.memberships.append(.init(group: group, project: project, role: role))
            }
        }
        return provider
    }
}
