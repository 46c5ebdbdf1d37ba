import ArgumentParser
import ClawDocuments

struct UsageCommand: ControlPlaneCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "What was used, and what it cost.",
        discussion: "Administrators see everything; others name themselves (--user) or one of their projects (--project).")

    enum Dimension: String, CaseIterable, ExpressibleByArgument {
        case tenant, project, user, runtime, key, model, deployment, meter, settlement
    }

    @OptionGroup var connection: ConnectionOptions
    @Option(help: "By what to tell sums apart.") var by: Dimension = .model
    @Option(help: "Only this tenant's.") var tenant: String?
    @Option(help: "Only this project's.") var project: String?
    @Option(help: "Only this user's.") var user: String?
    @Option(help: "Only this runtime's.") var runtime: String?
    @Option(help: "Only of the key with this id.") var key: String?
    @Option(help: "Only of this model.") var model: String?
    @Option(help: "From this time or day on, as 2026-05-06.") var from: String?
    @Option(help: "Until this time or day.") var until: String?

    func run(in session: Session) async throws {
        let path =
            try Paths.api("usage")
            + Paths.query([
                "by": by.rawValue, "tenant": tenant, "project": project, "user": user, "runtime": runtime, "key": key,
                "model": model, "from": from, "until": until,
            ])
        let found = try await session.controlPlane.get(path)
        var rows = (found["groups"]?.array ?? []).map { Self.cells($0.text("value"), $0) }
        rows.append(Self.cells("total", found["totals"] ?? .null))
        session.show(
            found,
            text: Table(header: [by.rawValue.uppercased(), "CALLS", "COST", "INPUT", "CACHED", "OUTPUT"], rows).text)
    }

    private static func cells(_ name: String, _ totals: JSON) -> [String] {
        let tokens = totals["tokens"] ?? .null
        return [
            name, totals.text("rows"), "$" + totals.text("cost"), tokens.text("input"), tokens.text("cached"),
            tokens.text("output"),
        ]
    }
}
