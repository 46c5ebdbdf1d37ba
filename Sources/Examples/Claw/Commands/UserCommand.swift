import ArgumentParser
import ClawDocuments

struct UserCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users: people who sign in, and their roles in projects.",
        subcommands: [Create.self, List.self, Show.self, Delete.self])

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
}
