import ArgumentParser
import ClawDocuments

struct KeyCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Keys with which people and services call models.",
        subcommands: [Create.self, List.self, Show.self, Delete.self])

    struct Create: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates a key and prints it, this once.",
            discussion: "As text the key stands alone on the last line: claw key create … | tail -n 1")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "What it is for.") var label: String
        @Option(help: "The user it is for.") var user: String?
        @Option(help: "The project it is for.") var project: String?
        @Option(help: "A model it may ask for; repeat it for several. Without: all.") var model: [String] = []
        @Option(help: "Dollars it may spend, as 12.50.") var cost: String?
        @Option(help: "The time in which it may: forever, hour, day, month@Europe/Berlin.") var window: String?
        @Option(help: "Requests it may make in a minute.") var rpm: Int?
        @Option(help: "Seconds for which answers are kept and given again to equal requests; 0: never. (default: as the gateway says)")
        var cacheSeconds: Int?
        @Option(help: "When it ends, as 2030-01-02T03:04:05Z.") var expires: String?

        func run(in session: Session) async throws {
            var body: JSONObject = ["label": .string(label), "models": .array(model.map(JSON.string))]
            body.set("user", user)
            body.set("project", project)
            body.set("expiresAt", expires)
            body.set("cacheSeconds", cacheSeconds)
            var limits: [JSON] = []
            if let cost {
                limits.append(["name": "budget", "cost": .string(cost), "window": .string(window ?? "forever")])
            } else if window != nil {
                throw Failure.usage("--window says nothing without --cost")
            }
            if let rpm { limits.append(["name": "rpm", "requests": .integer(Int64(rpm)), "window": "minute"]) }
            body["limits"] = .array(limits)
            let made = try await session.controlPlane.post(try Paths.api("keys"), .object(body))
            session.show(
                made, text: "key \(made.text("id")) created, shown only this once:\n\(made.text("key").onOneLine)")
        }
    }

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Lists keys: one's own, all for administrators.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Only this user's.") var user: String?
        @Option(help: "Only this project's.") var project: String?

        func run(in session: Session) async throws {
            let path = try Paths.api("keys") + Paths.query(["user": user, "project": project])
            session.showList(try await session.controlPlane.get(path), ["ID", "LABEL", "KEY", "USER", "PROJECT", "EXPIRES"]) {
                [
                    $0.text("id"), $0.text("label"), $0.text("prefix") + "…", $0.text("user"), $0.text("project"),
                    $0.text("expiresAt"),
                ]
            }
        }
    }

    struct Show: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a key's record; never the key.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Its id.") var id: String

        func run(in session: Session) async throws {
            session.showDetails(try await session.controlPlane.get(try Paths.api("keys", id)))
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends a key at once; answers that are streamed to it end too.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Its id.") var id: String

        func run(in session: Session) async throws {
            session.showDeleted("key", id, try await session.controlPlane.delete(try Paths.api("keys", id)))
        }
    }
}
