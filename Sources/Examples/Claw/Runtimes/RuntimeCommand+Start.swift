import ArgumentParser
import ClawBase
import ClawDocuments

extension RuntimeCommand {
    struct Start: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Starts a user's runtime, and makes it where there is none.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var selection: RuntimeSelection
        @OptionGroup var waiting: WaitOptions
        @Option(help: "The template a new runtime is made from.") var template: String?
        @Option(help: "The enrolled capacity a new runtime runs on. (default: the cluster)") var capacity: String?
        @OptionGroup(title: "Rest of a new runtime") var rest: RestOptions

        func validate() throws {
            if selection.user == nil { throw ValidationError("Missing expected argument '--user <user>'.") }
        }

        func run(in session: Session) async throws {
            let place = try await RuntimeLocator(controlPlane: session.controlPlane, selection: selection).place()
            let answer =
                if let runtime = place.runtime {
                    try await start(place.address, runtime, session)
                } else {
                    try await create(place.address, session)
                }
            try await RuntimeChange(session: session, address: place.address, action: .start).finish(answer, waiting)
        }

        private func start(_ address: RuntimeAddress, _ runtime: JSON?, _ session: Session) async throws -> JSON {
            if let template, let used = runtime?["template"]?.string, used != template {
                session.tell("claw: the runtime '\(address.name)' is there already and keeps its template '\(used)'")
            }
            if !rest.words.isEmpty {
                session.tell(
                    "claw: the runtime '\(address.name)' is there already; change its rest with 'claw runtime set'")
            }
            return try await session.controlPlane.post(try address.path("start"))
        }

        private func create(_ address: RuntimeAddress, _ session: Session) async throws -> JSON {
            var body: JSON = ["name": .string(address.name), "user": .string(selection.user ?? "")]
            if let template { body["template"] = .string(template) }
            if let capacity { body["capacity"] = .string(capacity) }
            for (name, rule) in rest.words { body[name] = rule }
            do {
                return try await session.controlPlane.post(try Paths.api("projects", address.project, "runtimes"), body)
            } catch let failure as Failure where failure.finding.code == .alreadyExists {
                // Made by somebody else since we looked; whose it is has to be asked again.
                let locator = RuntimeLocator(controlPlane: session.controlPlane, selection: selection)
                let place = try await locator.existing()
                return try await start(place.address, place.runtime, session)
            }
        }
    }
}
