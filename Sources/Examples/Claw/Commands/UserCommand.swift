import ArgumentParser
import ClawDocuments

struct UserCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users: people who sign in, and their roles in projects.",
        subcommands: [Create.self, List.self, Show.self, Delete.self, Link.self, Unlink.self])

    enum Role: String, CaseIterable, ExpressibleByArgument {
        case owner, manager, developer, viewer
    }

    struct Create: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates a user in a project and prints the login token, this once.",
            discussion: "As text the token stands alone on the last line: claw user create … | tail -n 1")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The new user's name: letters a-z, digits and '-'.") var name: String
        @Option(help: "The project the user becomes a member of.") var project: String
        @Option(help: "What the user may do there.") var role: Role

        func run(in session: Session) async throws {
            let user = try await session.controlPlane.post(
                try Paths.api("users"),
                ["name": .string(name), "project": .string(project), "role": .string(role.rawValue)])
            let what = "user \(name) created in project \(project) as \(role.rawValue)"
            let token = user["token"]?.string.map { "; the login token, shown only this once:\n\($0.onOneLine)" }
            session.show(user, text: what + (token ?? ""))
        }
    }

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the users.")
        @OptionGroup var connection: ConnectionOptions

        func run(in session: Session) async throws {
            let users = try await session.controlPlane.get(try Paths.api("users"))
            session.showList(users, ["NAME", "PROJECTS"]) { user in
                [user.text("name"), Memberships(user["projects"] ?? user["memberships"] ?? user["roles"]).text]
            }
        }
    }

    struct Show: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a user.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The user's name.") var name: String

        func run(in session: Session) async throws {
            session.showDetails(try await session.controlPlane.get(try Paths.api("users", name)))
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Deletes a user; the tokens end at once.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The user's name.") var name: String

        func run(in session: Session) async throws {
            let answer = try await session.controlPlane.delete(try Paths.api("users", name))
            session.showDeleted("user", name, answer)
        }
    }

    struct Link: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Links a user to an account at a sign-in provider.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The user's name.") var name: String
        @Option(help: "The provider, as it writes itself: https://id.example.org.") var issuer: String
        @Option(help: "What the provider calls the account, for good.") var subject: String

        func run(in session: Session) async throws {
            let identity = try await session.controlPlane.post(
                try Paths.api("users", name, "identities"), ["issuer": .string(issuer), "subject": .string(subject)])
            session.show(identity, text: "user \(name) linked to \(subject) at \(issuer)")
        }
    }

    struct Unlink: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Unlinks a user from an account at a sign-in provider; all of the user's sessions end.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The user's name.") var name: String
        @Option(help: "The provider.") var issuer: String
        @Option(help: "What the provider calls the account.") var subject: String

        func run(in session: Session) async throws {
            let path = try Paths.api("users", name, "identities") + Paths.query(["issuer": issuer, "subject": subject])
            let answer = try await session.controlPlane.delete(path)
            session.show(answer, text: "user \(name) unlinked from \(subject) at \(issuer)")
        }
    }
}
