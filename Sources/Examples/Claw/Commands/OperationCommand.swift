import ArgumentParser
import ClawBase
import ClawDocuments
import ExampleSupport

struct OperationCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "operation", abstract: "Operations: changes under way, and how they ended.",
        subcommands: [List.self, Show.self, Watch.self, Cancel.self, Settle.self])

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists operations, the newest first: your own, or all if you are an administrator.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Only those on this target, like runtime/demo/ada.") var target: String?
        @Option(help: "How many at most, up to 1000.") var limit = 100

        func run(in session: Session) async throws {
            let filter = target.map { "&target=\(Percent.encode($0))" } ?? ""
            let operations = try await session.controlPlane.get("\(try Paths.api("operations"))?limit=\(limit)\(filter)")
            session.showList(operations, ["ID", "ACTION", "TARGET", "BY", "STATE", "UPDATED"]) { operation in
                ["id", "action", "target", "actor", "state", "updatedAt"].map(operation.text)
            }
        }
    }

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
            discussion: "On a terminal with a progress bar. With --output json: one JSON line for each state.")
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
                case .text:
                    // The bar stands on the terminal's last line, and is never part of the output.
                    let hasBar = session.console.errorIsTerminal
                    if hasBar { session.console.writeError("\r\u{1B}[K") }
                    for line in progress.lines(for: operation) { session.console.print(line) }
                    if hasBar, !operation.hasEnded { session.console.writeError(OperationProgress.bar(for: operation)) }
                }
            }
            let last = try await session.within(timeout, of: first) { try await follower.follow(first) }
            try last.check()
        }
    }

    struct Cancel: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends an operation after its present step, and undoes what it did.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The operation's id.") var id: String

        func run(in session: Session) async throws {
            let answer = try await session.controlPlane.post(try Paths.api("operations", id, "cancel"))
            session.show(answer, text: "operation \(id) is being cancelled")
        }
    }

    struct Settle: ControlPlaneCommand {
        enum Settlement: String, CaseIterable, ExpressibleByArgument { case done, again, back }

        static let configuration = CommandConfiguration(
            abstract: "Says how an operation that needs attention goes on. For administrators.",
            discussion: """
                Such an operation was stopped in a step that must not be done twice, and nobody knows whether it was \
                done. Look, then say: 'done' goes on after it, 'again' does it, 'back' gives the operation up and \
                undoes what was done before.
                """)
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The operation's id.") var id: String
        @Option(name: .customLong("as"), help: "What holds.") var settlement: Settlement

        func run(in session: Session) async throws {
            let answer = try await session.controlPlane.post(
                try Paths.api("operations", id, "settle"), ["as": .string(settlement.rawValue)])
            session.show(answer, text: "operation \(id) goes on")
        }
    }
}
