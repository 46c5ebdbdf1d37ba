import ArgumentParser
import ClawDocuments

struct ProjectCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "project", abstract: "Projects: a tenant's namespaces, with members and runtimes.",
        subcommands: [Create.self, List.self, Show.self, Change.self, Delete.self])

    struct Create: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Creates a project, and its namespace.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The new project's name, unique on the platform: letters a-z, digits and '-'.")
        var name: String
        @Option(help: "The tenant it belongs to.") var tenant: String
        @OptionGroup var settings: ProjectSettingsOptions

        func run(in session: Session) async throws {
            var body = try settings.body
            (body["name"], body["tenant"]) = (.string(name), .string(tenant))
            let project = try await session.controlPlane.post(try Paths.api("projects"), .object(body))
            session.show(project, text: "project \(name) created in tenant \(tenant)")
        }
    }

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the projects.")
        @OptionGroup var connection: ConnectionOptions

        func run(in session: Session) async throws {
            let projects = try await session.controlPlane.get(try Paths.api("projects"))
            session.showList(projects, ["NAME", "TENANT", "PHASE", "MEMBERS"]) { project in
                ["name", "tenant", "phase"].map { project.text($0) } + [Memberships(project["members"]).text]
            }
        }
    }

    struct Show: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a project.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The project's name.") var name: String

        func run(in session: Session) async throws {
            session.showDetails(try await session.controlPlane.get(try Paths.api("projects", name)))
        }
    }

    struct Change: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Changes a project's settings.",
            discussion: "What is not named stays as it is; --quota replaces the whole quota.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The project's name.") var name: String
        @OptionGroup var settings: ProjectSettingsOptions

        func run(in session: Session) async throws {
            let body = try settings.body
            if body.isEmpty { throw ValidationError("Nothing is to be changed; name a setting.") }
            let project = try await session.controlPlane.patch(try Paths.api("projects", name), .object(body))
            session.show(project, text: "project \(name) changed")
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Deletes a project.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The project's name.") var name: String

        func run(in session: Session) async throws {
            let answer = try await session.controlPlane.delete(try Paths.api("projects", name))
            session.showDeleted("project", name, answer)
        }
    }
}
