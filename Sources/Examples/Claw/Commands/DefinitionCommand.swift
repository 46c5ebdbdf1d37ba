import ArgumentParser
import ClawBase
import ClawCustomResources
import ClawDocuments
import ClawKubernetes

struct DefinitionCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "crd", abstract: "Definitions of custom resources: compared, and turned into Swift.",
        discussion: """
            A definition is named by a file (YAML or JSON, with a '/' or an ending) or by its name in a cluster, such as
            rollouts.example.dev; --kubeconfig and --context say which cluster, as for kubectl.
            """,
        subcommands: [Diff.self, Generate.self])

    struct Diff: LocalCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tells what a new definition would break of stored objects and of clients.",
            discussion: """
                With one argument, the cluster's own definitions are the old ones. Ends with 0 where nothing breaks
                (warnings are printed), with 3 where something does.
                """)
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var cluster: ClusterOptions
        @Argument(
            help: ArgumentHelp("The old definition and the new one, or the new one alone.", valueName: "definition"))
        var definitions: [String]

        func validate() throws {
            guard (1...2).contains(definitions.count) else {
                throw ValidationError("Name the old definition and the new one, or the new one alone.")
            }
        }

        func run(in surroundings: Surroundings) async throws {
            let source = DefinitionSource(cluster, surroundings)
            let new = try await source.definitions(definitions[definitions.count - 1])
            let old =
                definitions.count == 2
                ? try await source.definitions(definitions[0]) : try await source.live(of: new)
            let report = DefinitionReport(from: old, to: new)
            switch connection.output {
            case .text: surroundings.console.print(report.text)
            case .json: surroundings.console.print("\(report.json)")
            }
            if report.breaking > 0 {
                throw Failure(
                    .refused, .incompatibleDefinition,
                    "\(report.breaking) \(report.breaking == 1 ? "change breaks" : "changes break") what is stored or in use"
                )
            }
        }
    }

    struct Generate: LocalCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints Swift source: a typed kind for a custom resource that somebody else defined.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var cluster: ClusterOptions
        @Argument(help: "The definition.") var definition: String
        @Option(help: "Which of the file's definitions, by name, where it has several.") var name: String?
        @Option(help: "The definition's version; the stored one if not given.") var version: String?
        @Flag(help: "All its versions: the others have their version behind the kind's name.") var allVersions = false
        @Flag(help: "Types for one module alone, not public ones.") var `internal` = false

        func validate() throws {
            if allVersions, version != nil { throw ValidationError("Give --version or --all-versions, not both.") }
        }

        func run(in surroundings: Surroundings) async throws {
            let all = try await DefinitionSource(cluster, surroundings).definitions(definition)
            let fitting = name.map { name in all.filter { $0.name == name } } ?? all
            guard let only = fitting.first else {
                throw Failure.notFound("\(definition) has no definition '\(name ?? "")'")
            }
            guard fitting.count == 1 else {
                throw Failure.usage(
                    "it has \(fitting.count) definitions (\(fitting.map(\.name).joined(separator: ", "))); choose one",
                    field: "--name")
            }
            let versions: SwiftSource.Versions = allVersions ? .all : version.map { .only($0) } ?? .stored
            let text = try SwiftSource.generate(from: only, versions: versions, isPublic: !`internal`)
            switch connection.output {
            case .text: surroundings.console.print(text)
            case .json:
                surroundings.console.print("\(["definition": .string(only.name), "swift": .string(text)] as JSON)")
            }
        }
    }
}

struct ClusterOptions: ParsableArguments {
    @Option(help: "The kubeconfig file; as kubectl finds it where not given.") var kubeconfig: String?
    @Option(help: "The kubeconfig's context.") var context: String?
}
