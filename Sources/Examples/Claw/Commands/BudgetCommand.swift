import ArgumentParser
import ClawDocuments

struct BudgetCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "budget", abstract: "Who may spend how much: of money, tokens and requests.",
        subcommands: [Set.self, List.self, Delete.self])

    struct Set: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Declares a budget, or changes it; it holds at once.",
            discussion: "claw budget set project/demo month --cost 50 --window month@Europe/Berlin")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Whose it is: platform, tenant/acme, project/demo, user/ada, runtime/demo/ada, key/ID.")
        var holder: String
        @Argument(help: "Tells the budgets of one holder apart: month, rpm.") var name: String
        @Option(help: "Dollars, as 12.50.") var cost: String?
        @Option(help: "Tokens.") var tokens: Int?
        @Option(help: "Requests.") var requests: Int?
        @Option(help: "Requests at a time.") var inFlight: Int?
        @Option(help: "The time in which that much: forever, minute, hour, day, month, with a zone as month@Europe/Berlin.")
        var window = "forever"
        @Option(help: "At so many percent the platform's log gives notice.") var softPercent: Int?

        func run(in session: Session) async throws {
            var body: JSONObject = ["holder": .string(holder), "name": .string(name), "window": .string(window)]
            body.set("cost", cost)
            body.set("tokens", tokens)
            body.set("requests", requests)
            body.set("inFlight", inFlight)
            body.set("softPercent", softPercent)
            let limit = try await session.controlPlane.put(try Paths.api("limits"), .object(body))
            session.show(limit, text: "budget \(limit.text("id")) set")
        }
    }

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Lists budgets with what is spent of them.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Only this holder's, such as project/demo.") var holder: String?

        func run(in session: Session) async throws {
            let path = try Paths.api("limits") + Paths.query(["holder": holder])
            session.showList(try await session.controlPlane.get(path), ["ID", "LIMITS", "WINDOW", "SPENT", "RESETS"]) {
                [$0.text("id"), $0.text("limits"), $0.text("window"), $0.text("spent"), $0.text("resetsAt")]
            }
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Takes a budget away.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Whose it is, such as project/demo.") var holder: String
        @Argument(help: "Its name.") var name: String

        func run(in session: Session) async throws {
            let id = "\(holder)#\(name)"
            let answer = try await session.controlPlane.delete(try Paths.api("limits") + Paths.query(["id": id]))
            session.showDeleted("budget", id, answer)
        }
    }
}
