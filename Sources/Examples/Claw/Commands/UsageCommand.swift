import ArgumentParser
import ClawBase
import ClawDocuments
import HTTPTypes

struct UsageCommand: ControlPlaneCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "What was used, and what it cost.",
        discussion: "Administrators see everything; others name themselves (--user) or one of their projects (--project).")

    enum Dimension: String, CaseIterable, ExpressibleByArgument {
        case tenant, project, user, runtime, key, model, deployment, meter, settlement
    }

    enum Export: String, CaseIterable, ExpressibleByArgument { case csv, jsonl, openmetrics }

    @OptionGroup var connection: ConnectionOptions
    @Option(help: "By what to tell sums apart; of models and deployments only what models used.")
    var by: Dimension = .model
    @Option(help: "Only what this measures: model, pod, cpu, memory, storage.") var meter: String?
    @Option(help: "Only this tenant's.") var tenant: String?
    @Option(help: "Only this project's.") var project: String?
    @Option(help: "Only this user's.") var user: String?
    @Option(help: "Only this runtime's.") var runtime: String?
    @Option(help: "Only of the key with this id.") var key: String?
    @Option(help: "Only of this model.") var model: String?
    @Option(help: "From this time or day on, as 2026-05-06.") var from: String?
    @Option(help: "Until this time or day.") var until: String?
    @Option(help: "Instead of a table: every row, the oldest first, as csv or jsonl, or the sums as openmetrics.")
    var export: Export?

    func run(in session: Session) async throws {
        var query = [
            "by": by.rawValue, "tenant": tenant, "project": project, "user": user, "runtime": runtime, "key": key,
            "model": model, "meter": meter, "from": from, "until": until,
        ]
        if let export {
            query["format"] = export.rawValue
            if export != .openmetrics { query["by"] = .some(nil) }
            try await print(export: try Paths.api("usage", "export") + Paths.query(query), session)
            return
        }
        if meter == nil, by == .model || by == .deployment { query["meter"] = "model" }
        let found = try await session.controlPlane.get(try Paths.api("usage") + Paths.query(query))
        let table = UsageTable(found, title: by.rawValue.uppercased())
        session.show(found, text: by == .meter ? table.ofMeters : table.ofResources)
    }

    private func print(export path: String, _ session: Session) async throws {
        let plane = session.controlPlane
        let response = try await plane.accepted(try await plane.send(plane.request(.get, path, accept: "*/*")), path)
        var rest: [UInt8] = []
        for try await bytes in response.body {
            rest += bytes
            // Whole lines, so that no letter is cut in two.
            guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { continue }
            session.console.write(String(decoding: rest[...end], as: UTF8.self))
            rest.removeSubrange(...end)
        }
        session.console.write(String(decoding: rest, as: UTF8.self))
    }
}
