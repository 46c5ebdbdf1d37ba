import ArgumentParser
import ClawBase
import ClawDocuments
import ClawPlatform

struct CheckpointCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint", abstract: "Checkpoints: what runtimes were doing, kept.",
        subcommands: [Create.self, List.self, Show.self, Restore.self, Delete.self, CheckpointImageCommand.self])

    struct Create: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keeps what a runtime is doing; it goes on meanwhile.",
            discussion: "The answer comes at once; `claw checkpoint show` tells when it is stored.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The new checkpoint's name.") var name: String
        @Option(help: "The project it belongs to.") var project: String
        @Option(help: "The runtime to keep.") var runtime: String
        @Option(help: "How many seconds it may take, 1 to 3600. (default: 60)") var timeout: Int?
        @Option(help: "After how many seconds the archive is removed. (default: never)") var ttl: Int?
        @Option(help: "The Secret of the project whose `key` encrypts the archive. (default: not encrypted)")
        var secret: String?

        func run(in session: Session) async throws {
            var body: JSONObject = ["name": .string(name), "runtime": .string(runtime)]
            if let timeout { body["timeoutSeconds"] = .integer(Int64(timeout)) }
            if let ttl { body["ttlSeconds"] = .integer(Int64(ttl)) }
            if let secret { body["secretName"] = .string(secret) }
            let made = try await session.controlPlane.post(
                try Paths.api("projects", project, "checkpoints"), .object(body))
            session.show(made, text: "checkpoint \(name) of \(runtime) asked for")
        }
    }

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Lists a project's checkpoints.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "The project.") var project: String

        func run(in session: Session) async throws {
            let found = try await session.controlPlane.get(try Paths.api("projects", project, "checkpoints"))
            session.showList(found, ["NAME", "OF", "PHASE", "METHOD", "SIZE", "CREATED"]) { checkpoint in
                [
                    checkpoint.text("name"), checkpoint["runtime"]?.string ?? checkpoint.text("pod"),
                    checkpoint.text("phase"), checkpoint.text("method"),
                    checkpoint["sizeBytes"]?.integer.map { "\($0)" } ?? "", checkpoint.text("createdAt"),
                ]
            }
        }
    }

    struct Show: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a checkpoint.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The checkpoint's name.") var name: String
        @Option(help: "The project.") var project: String

        func run(in session: Session) async throws {
            session.showDetails(
                try await session.controlPlane.get(try Paths.api("projects", project, "checkpoints", name)))
        }
    }

    struct Restore: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has the runtime go back to a checkpoint, in a new pod.",
            discussion: "What it did since is lost, its volume aside. `claw checkpoint show` tells how it came back.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The checkpoint's name.") var name: String
        @Option(help: "The project.") var project: String
        @OptionGroup var waiting: WaitOptions

        func run(in session: Session) async throws {
            let checkpoint = try Paths.api("projects", project, "checkpoints", name)
            let runtime = try await session.controlPlane.get(checkpoint).text("runtime")
            let answer = try await session.controlPlane.post(
                try Paths.api("projects", project, "checkpoints", name, "restore"))
            try await RuntimeChange(
                session: session, address: RuntimeAddress(project: project, name: runtime), action: .restore
            ).finish(answer, waiting)
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Removes a checkpoint with its archive.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The checkpoint's name.") var name: String
        @Option(help: "The project.") var project: String

        func run(in session: Session) async throws {
            let answer = try await session.controlPlane.delete(try Paths.api("projects", project, "checkpoints", name))
            session.showDeleted("checkpoint", name, answer)
        }
    }
}
