import ArgumentParser
import ClawDocuments

struct MemberCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "member", abstract: "Members: the users of a project, and what each may do there.",
        discussion: "They are objects of the cluster too: kubectl get members.clawkit.dev -n PROJECT",
        subcommands: [Put.self, List.self, Remove.self])

    struct Put: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a user a member of a project, or gives a member another role.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The user.") var user: String
        @Option(help: "The project.") var project: String
        @Option(help: "What the user may do there.") var role: UserCommand.Role

        func run(in session: Session) async throws {
            let member = try await session.controlPlane.put(
                try Paths.api("projects", project, "members", user), ["role": .string(role.rawValue)])
            session.show(member, text: "\(user) is \(role.rawValue) in project \(project)")
        }
    }

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Lists a project's members.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "The project.") var project: String

        func run(in session: Session) async throws {
            let members = try await session.controlPlane.get(try Paths.api("projects", project, "members"))
            session.showList(members, ["USER", "ROLE"]) { [$0.text("user"), $0.text("role")] }
        }
    }

    struct Remove: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a user out of a project; open streams to its runtimes end at once.",
            discussion: "Refused while the user has runtimes there.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The user.") var user: String
        @Option(help: "The project.") var project: String

        func run(in session: Session) async throws {
            let answer = try await session.controlPlane.delete(try Paths.api("projects", project, "members", user))
            session.show(
                answer.isNull ? ["user": .string(user), "project": .string(project), "deleted": true] : answer,
                text: "\(user) is no member of project \(project) any more")
        }
    }
}
