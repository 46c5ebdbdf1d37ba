import ArgumentParser
import ClawDocuments

struct PoolCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "pool", abstract: "Pools: pods that are warm before anybody wants them.",
        subcommands: [Set.self, List.self, Show.self, Delete.self])

    struct Set: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keeps pods of a template warm, or changes how many.",
            discussion: "What is not said stays as it is. `claw pool show` tells how many are warm.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The pool's name.") var name: String
        @Option(help: "The project it belongs to.") var project: String
        @Option(help: "What its pods are made of. (default: the default template)") var template: String?
        @Option(help: "How many are kept warm; with --max, at the least.") var size: Int?
        @Option(help: "At the most so many, by how often some are taken.") var max: Int?
        @Option(help: "In how many of a hundred cases one is to be there, 50 to 99.") var hitPercent: Int?
        @Option(help: "Over how many seconds arrivals count.") var window: Int?
        @Option(help: "After how many seconds a pod that nobody took is replaced.") var maxAge: Int?
        @Option(help: "What becomes of pods when the template changes: OnReplenish or Recreate.") var update: String?

        func run(in session: Session) async throws {
            var body: JSONObject = [:]
            let numbers = [
                ("size", size), ("max", max), ("hitPercent", hitPercent), ("windowSeconds", window), ("maxAgeSeconds", maxAge),
            ]
            for (name, value) in numbers { if let value { body[FieldKey(name)] = .integer(Int64(value)) } }
            if let template { body["template"] = .string(template) }
            if let update { body["update"] = .string(update) }
            let pool = try await session.controlPlane.put(try Paths.api("projects", project, "pools", name), .object(body))
            let kept = pool["size"]?.integer ?? 0
            session.show(pool, text: "pool \(name) keeps \(kept) pod\(kept == 1 ? "" : "s") warm")
        }
    }

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Lists a project's pools.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "The project.") var project: String

        func run(in session: Session) async throws {
            let found = try await session.controlPlane.get(try Paths.api("projects", project, "pools"))
            session.showList(found, ["NAME", "TEMPLATE", "WANTED", "WARM", "STARTING", "READY", "WHY NOT"]) { pool in
                [
                    pool.text("name"), pool["template"]?.string ?? "default", "\(pool["wanted"]?.integer ?? 0)",
                    "\(pool["warm"]?.integer ?? 0)", "\(pool["starting"]?.integer ?? 0)",
                    pool["ready"] == true ? "yes" : "no", pool["reason"]?.string ?? "",
                ]
            }
        }
    }

    struct Show: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a pool.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The pool's name.") var name: String
        @Option(help: "The project.") var project: String

        func run(in session: Session) async throws {
            session.showDetails(try await session.controlPlane.get(try Paths.api("projects", project, "pools", name)))
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Removes a pool with the pods that nobody took.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The pool's name.") var name: String
        @Option(help: "The project.") var project: String

        func run(in session: Session) async throws {
            let answer = try await session.controlPlane.delete(try Paths.api("projects", project, "pools", name))
            session.showDeleted("pool", name, answer)
        }
    }
}
