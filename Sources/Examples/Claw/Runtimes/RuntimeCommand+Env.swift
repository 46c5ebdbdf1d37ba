import ArgumentParser
import ClawDocuments

extension RuntimeCommand {
    struct Env: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a runtime's variables and which layer each comes from; never a secret's value.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var selection: RuntimeSelection

        func run(in session: Session) async throws {
            let place = try await RuntimeLocator(controlPlane: session.controlPlane, selection: selection).existing()
            let environment = try await session.controlPlane.get(try place.address.path("environment"))
            session.showList(environment, ["NAME", "VALUE", "LAYER", "OBJECT", "OVERRIDES"]) { variable in
                let source = variable["source"]?.string.map { "(\($0))" }
                let overrides = variable["overrides"]?.array?.map { $0.text("layer") } ?? []
                return [
                    variable.text("name"), source ?? variable.text("value"), variable.text("layer"),
                    variable.text("object"), overrides.joined(separator: ","),
                ]
            }
            for finding in environment["findings"]?.array ?? [] {
                session.tell("\(finding.text("code")) (\(finding.text("field"))): \(finding.text("message"))")
            }
        }
    }
}
