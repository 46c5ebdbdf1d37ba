import ArgumentParser
import ClawBase
import ClawDocuments

struct OperationCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "operation", abstract: "Operations: changes under way, and how they ended.",
        subcommands: [Show.self, Watch.self])

    struct Show: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Shows an operation.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The operation's id.") var id: String

        func run(in session: Session) async throws {
            session.showDetails(try await session.controlPlane.get(try Paths.api("operations", id)))
        }
    }

    struct Watch: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Follows an operation to its end; exit code 1 where that is no success.",
            discussion: "With --output json: one JSON line for each state of the operation.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The operation's id.") var id: String
        @Option(help: "How long to watch at most, like 90s or 5m; without it, to the end.") var timeout: TimeLimit?

        func run(in session: Session) async throws {
            guard let first = Operation(try await session.controlPlane.get(try Paths.api("operations", id))) else {
                throw Failure.badAnswer("\(session.controlPlane.server) answers with an operation that has no id")
            }
            let progress = OperationProgress()
            let follower = OperationFollower(controlPlane: session.controlPlane, time: session.time) { operation in
                switch session.output {
                case .json: session.console.print(operation.json.description)
                case .text: for line in progress.lines(for: operation) { session.console.print(line) }
                }
            }
            let last = try await session.within(timeout, of: first) { try await follower.follow(first) }
            try last.check()
        }
    }
}
