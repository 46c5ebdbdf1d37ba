import ArgumentParser
import ClawDocuments

struct RouteCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "route", abstract: "Routes: which host and path lead to which runtime or service.",
        subcommands: [Create.self, List.self, Show.self, Delete.self])

    struct Create: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a runtime or a service an address.",
            discussion: """
                Below the platform's domain a route may have NAME.PROJECT.DOMAIN, or a runtime's own
                RUNTIME-PROJECT.DOMAIN. A host belongs to one project.
                """)
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The new route's name.") var name: String
        @Option(help: "The project it belongs to.") var project: String
        @Option(help: "The host name, in lower case, without a port.") var host: String
        @Option(help: "What paths begin with, in whole segments. (default: /)") var path: String?
        @Option(help: "The runtime behind it.") var runtime: String?
        @Option(help: "The service behind it; with --port.") var service: String?
        @Option(help: "The service's port.") var port: Int?
        @Option(help: "Who may enter: owner, project, signedIn, everybody. (default: owner)") var access: String?
        @Option(help: "The Secret with the certificate for it, of type kubernetes.io/tls.") var tlsSecret: String?

        func run(in session: Session) async throws {
            guard (runtime == nil) != (service == nil) else {
                throw Failure.usage("name either --runtime, or --service and --port")
            }
            guard (service == nil) == (port == nil) else { throw Failure.usage("--service and --port go together") }
            var body: JSONObject = ["name": .string(name), "host": .string(host)]
            for (field, value) in [
                ("path", path), ("runtime", runtime), ("service", service), ("access", access), ("tlsSecret", tlsSecret),
            ] {
                if let value { body[field] = .string(value) }
            }
            if let port { body["port"] = .integer(Int64(port)) }
            let route = try await session.controlPlane.post(try Paths.api("projects", project, "routes"), .object(body))
            session.show(route, text: "route \(name) created: \(host)\(path ?? "/")")
        }
    }

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Lists a project's routes.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "The project.") var project: String

        func run(in session: Session) async throws {
            let routes = try await session.controlPlane.get(try Paths.api("projects", project, "routes"))
            session.showList(routes, ["NAME", "HOST", "PATH", "TO", "ACCESS", "PHASE"]) { route in
                let port = route["port"]?.integer.map { ":\($0)" } ?? ""
                let target = route["runtime"]?.string ?? (route.text("service") + port)
                return [
                    route.text("name"), route.text("host"), route.text("path"), target, route.text("access"),
                    route.text("phase"),
                ]
            }
        }
    }

    struct Show: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a route.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The route's name.") var name: String
        @Option(help: "The project.") var project: String

        func run(in session: Session) async throws {
            session.showDetails(try await session.controlPlane.get(try Paths.api("projects", project, "routes", name)))
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Takes an address away.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The route's name.") var name: String
        @Option(help: "The project.") var project: String

        func run(in session: Session) async throws {
            let answer = try await session.controlPlane.delete(try Paths.api("projects", project, "routes", name))
            session.showDeleted("route", name, answer)
        }
    }
}
