import ArgumentParser
import ClawBase
import ClawDocuments
import ClawGateway
import ClawPlatform
import ExampleSupport

struct GatewayCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway", abstract: "The model gateway's configuration: checked, and taken over from LiteLLM.",
        discussion: "Reads files alone; no platform has to run.", subcommands: [Import.self, Check.self])

    struct Import: LocalCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the claw.yaml that a LiteLLM config.yaml amounts to.",
            discussion: """
                What becomes of each field is told on stderr: taken, ignored without harm, or not supported. With
                --output json all of it is one object on stdout. Keys that stand in the file in clear are not printed;
                the report names the environment variables to keep them in. Not needed to run: the gateway reads such
                files as they are.
                """)
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The config.yaml.") var file: String

        func run(in surroundings: Surroundings) async throws {
            let imported = try Self.imported(file, surroundings.environment)
            switch connection.output {
            case .text:
                for entry in imported.report.entries {
                    surroundings.console.printError(
                        "\(entry.outcome.rawValue): \(entry.field) (\(entry.place)): \(entry.words)")
                }
                surroundings.console.write(imported.configuration.yaml)
            case .json: surroundings.console.print("\(Self.json(imported))")
            }
        }

        private static func imported(_ file: String, _ environment: [String: String]) throws -> LiteLLMImport {
            do throws(InvalidConfiguration) {
                return try LiteLLMImport(contentsOf: file, environment: environment)
            } catch { throw Failure(error) }
        }

        private static func json(_ imported: LiteLLMImport) -> JSON {
            let entries = imported.report.entries.map { entry -> JSON in
                [
                    "outcome": .string(entry.outcome.rawValue), "field": .string(entry.field),
                    "place": .string(entry.place), "words": .string(entry.words),
                ]
            }
            return ["claw": .string(imported.configuration.yaml), "report": .array(entries)]
        }
    }

    struct Check: LocalCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tells what is wrong with a claw.yaml or a LiteLLM config.yaml, and what is worth knowing of it.",
            discussion: "Ends with 0 where it is in order, with 3 where it is not.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The file.") var file: String

        func run(in surroundings: Surroundings) async throws {
            let notes: [Finding]
            do { notes = try ProgramConfiguration(file).gateway.notes } catch let error as InvalidConfiguration {
                throw Failure(error)
            }
            switch connection.output {
            case .text:
                surroundings.console.print((["\(file): in order"] + notes.map(\.description)).joined(separator: "\n"))
            case .json:
                let list = notes.map { note -> JSON in
                    [
                        "code": .string(note.code.rawValue), "message": .string(note.message),
                        "field": note.field.map(JSON.string) ?? .null,
                    ]
                }
                surroundings.console.print("\(["notes": .array(list)] as JSON)")
            }
        }
    }
}

extension Failure {
    /// A configuration that is wrong: all of it, where there is one line for it.
    fileprivate init(_ error: InvalidConfiguration) {
        let first = error.findings[0]
        let others = error.findings.dropFirst().map { "\($0.message) (\($0.field ?? ""))" }
        let message = ([first.message] + others).joined(separator: "; ")
        self.init(.refused, first.code, message, field: first.field)
    }
}
