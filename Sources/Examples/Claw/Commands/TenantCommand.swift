import ArgumentParser
import ClawDocuments

struct TenantCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Tenants: who the platform works for.",
        subcommands: [Create.self, List.self, Show.self, Delete.self])

    struct Create: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Creates a tenant.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The new tenant's name: letters a-z, digits and '-'.") var name: String

        func run(in session: Session) async throws {
            let tenant = try await session.controlPlane.post(try Paths.api("tenants"), ["name": .string(name)])
            session.show(tenant, text: "tenant \(name) created")
        }
    }

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the tenants.")
        @OptionGroup var connection: ConnectionOptions

        func run(in session: Session) async throws {
            let tenants = try await session.controlPlane.get(try Paths.api("tenants"))
            session.showList(tenants, ["NAME", "CREATED"]) { [$0.text("name"), $0.text("createdAt")] }
        }
    }

    struct Show: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a tenant.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The tenant's name.") var name: String

        func run(in session: Session) async throws {
            session.showDetails(try await session.controlPlane.get(try Paths.api("tenants", name)))
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Deletes a tenant.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The tenant's name.") var name: String

        func run(in session: Session) async throws {
            let answer = try await session.controlPlane.delete(try Paths.api("tenants", name))
            session.showDeleted("tenant", name, answer)
        }
    }
}
