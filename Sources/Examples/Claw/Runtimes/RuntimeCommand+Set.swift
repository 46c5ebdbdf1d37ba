import ArgumentParser
import ClawDocuments

extension RuntimeCommand {
    struct Set: ControlPlaneCommand {
        enum Rule: String, ExpressibleByArgument, CaseIterable { case idle, wake, checkpoint }

        static let configuration = CommandConfiguration(
            abstract: "Changes when a runtime sleeps, how it wakes, and what of it is kept.",
            discussion: """
                What a runtime says of idle, wake or checkpoint holds as a whole before what its template says of that;
                --reset takes it back.
                """)
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var selection: RuntimeSelection
        @OptionGroup(title: "Rest") var rest: RestOptions
        @Option(help: "What the template says counts again, once for each: idle, wake, checkpoint.") var reset: [Rule] = []

        func validate() throws {
            if rest.words.isEmpty, reset.isEmpty { throw ValidationError("Say what is to change; see --help.") }
            if let both = reset.first(where: { rest.words[FieldKey($0.rawValue)] != nil }) {
                throw ValidationError("--reset \(both.rawValue) takes back what other options say; leave one away.")
            }
        }

        func run(in session: Session) async throws {
            let place = try await RuntimeLocator(controlPlane: session.controlPlane, selection: selection).existing()
            var words = rest.words
            for rule in reset { words[FieldKey(rule.rawValue)] = .null }
            let runtime = try await session.controlPlane.patch(try place.address.path(), .object(words))
            session.show(runtime, text: "runtime \(place.address.project)/\(place.address.name) changed")
        }
    }
}
