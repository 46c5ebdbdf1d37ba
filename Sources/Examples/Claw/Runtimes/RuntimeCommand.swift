import ArgumentParser
import ClawDocuments

struct RuntimeCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "runtime", abstract: "Runtimes: one user's running agent, with its volume and address.",
        subcommands: [
            Start.self, Set.self, Stop.self, Suspend.self, Resume.self, Recover.self, Restart.self, List.self,
            Show.self, Env.self, Export.self, Import.self, Delete.self,
        ])

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the runtimes of one or all projects.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Only those in this project.") var project: String?
        @Option(help: "Only those of this user.") var user: String?

        func run(in session: Session) async throws {
            let runtimes = try await runtimes(session.controlPlane).filter { user == nil || $0["user"]?.string == user }
            session.showList(
                ["items": .array(runtimes)], ["NAME", "PROJECT", "USER", "PHASE", "RESTARTS", "URL"]
            ) { runtime in
                ["name", "project", "user", "phase", "restarts", "url"].map { runtime.text($0) }
            }
        }

        private func runtimes(_ controlPlane: ControlPlane) async throws -> [JSON] {
            if let project { return try await Self.runtimes(controlPlane, project) }
            let projects = try await controlPlane.get(try Paths.api("projects"))["items"]?.array ?? []
            var all: [JSON] = []
            for project in projects.map({ $0.text("name") }) {
                // A project deleted since then has none.
                do { all += try await Self.runtimes(controlPlane, project) } catch let failure as Failure
                    where failure.status == .notFound
                {}
            }
            return all
        }

        private static func runtimes(_ controlPlane: ControlPlane, _ project: String) async throws -> [JSON] {
            let list = try await controlPlane.get(try Paths.api("projects", project, "runtimes"))
            return (list["items"]?.array ?? []).map { runtime in
                var runtime = runtime
                if runtime["project"] == nil { runtime["project"] = .string(project) }
                return runtime
            }
        }
    }

    struct Show: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a runtime with its conditions.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var selection: RuntimeSelection

        func run(in session: Session) async throws {
            let place = try await RuntimeLocator(controlPlane: session.controlPlane, selection: selection).existing()
            session.showDetails(place.runtime ?? .null)
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Deletes a runtime.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var selection: RuntimeSelection
        @OptionGroup var waiting: WaitOptions

        func run(in session: Session) async throws {
            let place = try await RuntimeLocator(controlPlane: session.controlPlane, selection: selection).existing()
            let answer = try await session.controlPlane.delete(try place.address.path())
            try await RuntimeChange(session: session, address: place.address, action: .delete).finish(answer, waiting)
        }
    }
}
