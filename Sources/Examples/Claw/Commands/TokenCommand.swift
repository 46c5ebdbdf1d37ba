import ArgumentParser
import ClawDocuments

struct TokenCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "API tokens, with which programs act for a user.",
        subcommands: [Create.self, List.self, Delete.self])

    enum Scope: String, CaseIterable, ExpressibleByArgument {
        case read, operate, administer
    }

    enum Audience: String, CaseIterable, ExpressibleByArgument {
        case controlPlane = "control-plane"
        case gateway, runtimes
    }

    struct Create: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates a token of one's own and prints it, this once.",
            discussion: """
                It carries no more than the token that asks for it, and lasts no longer. As text it stands alone on the
                last line: claw token create … | tail -n 1
                """)
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "What it is for.") var label: String
        @Option(help: "How much it may: read; operate (and run things); administer (everything its user may).")
        var scope: Scope = .read
        @Option(help: "Whom it is for; repeat it for several. (default: control-plane)") var audience: [Audience] = []
        @Option(help: "How many days it lasts, up to 366.") var days = 90

        func run(in session: Session) async throws {
            var body: JSONObject = [
                "label": .string(label), "scope": .string(scope.rawValue), "days": .integer(Int64(days)),
            ]
            if !audience.isEmpty { body["audiences"] = .array(audience.map { .string($0.rawValue) }) }
            let made = try await session.controlPlane.post(try Paths.api("me", "tokens"), .object(body))
            let what = "token \(made.text("id")) holds until \(made.text("expiresAt")), shown only this once:"
            session.show(made, text: "\(what)\n\(made.text("token").onOneLine)")
        }
    }

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists tokens: one's own, or, for administrators, a user's.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Whose.") var user: String?

        func run(in session: Session) async throws {
            let tokens = try await session.controlPlane.get(try TokenCommand.path(user))
            session.showList(tokens, ["ID", "LABEL", "SCOPE", "FOR", "EXPIRES"]) { token in
                let audiences = (token["audiences"]?.array ?? []).compactMap(\.string).joined(separator: ",")
                let end = token.text("expiresAt")
                return [
                    token.text("id"), token.text("label"), token.text("scope"), audiences, end.isEmpty ? "never" : end,
                ]
            }
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Revokes a token; whoever has it is nobody at once.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Its id.") var id: String
        @Option(help: "Whose it is; without: one's own.") var user: String?

        func run(in session: Session) async throws {
            session.showDeleted("token", id, try await session.controlPlane.delete(try TokenCommand.path(user, id)))
        }
    }

    private static func path(_ user: String?, _ rest: String...) throws(Failure) -> String {
        var path = if let user { try Paths.api("users", user, "tokens") } else { try Paths.api("me", "tokens") }
        for part in rest { path += try Paths.api(part).dropFirst("/api/v1".count) }
        return path
    }
}
