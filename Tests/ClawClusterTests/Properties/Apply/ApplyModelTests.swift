@testable import ClawCluster
import ClawBase
import ClawDocuments
import HTTPTypes
import Testing

@Suite("Server-side apply agrees with a simple reference")
struct ApplyModelTests {
    @Test("over random histories of appliers and updaters", arguments: 0..<40)
    func histories(batch: Int) async throws {
        for seed in (batch * 50)..<((batch + 1) * 50) {
            // Other tests wait for a thread.
            await Task.yield()
            let steps = ApplyStep.history(seed: seed, length: 4 + seed % 16)
            guard let found = Self.problem(steps) else { continue }
            let (shortest, problem) = await minimized(steps, found) { Self.problem($0) }
            let text = shortest.map { "  .\($0),".replacing("ClawClusterTests.", with: "") }.joined(separator: "\n")
            Issue.record("seed \(seed): \(problem)\n\(text)")
            break
        }
    }

    @Test("through the API server, what is applied again unchanged makes no new version")
    func unchanged() async throws {
        try await withCluster(controllers: []) { cluster in
            let path = "/apis/apps/v1/namespaces/default/deployments/d?fieldManager=m&force=true"
            let deployment: JSON = [
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "d"],
                "spec": [
                    "selector": ["matchLabels": ["app": "d"]],
                    "template": [
                        "metadata": ["labels": ["app": "d"]],
                        "spec": ["containers": [["name": "c", "image": "i", "ports": [["containerPort": 80]]]]],
                    ],
                ],
            ]
            let type = "application/apply-patch+yaml"
            let first = try await cluster.raw(.patch, path, deployment, type: type)
            #expect(first.code == 201)
            let second = try await cluster.raw(.patch, path, deployment, type: type)
            #expect(second.json == first.json)
        }
    }

    /// Where the field manager and the reference part; nil where they do not.
    private static func problem(_ steps: [ApplyStep]) -> String? {
        var scene = Scene()
        var model = ApplyModel()
        for (number, step) in steps.enumerated() {
            if let problem = problem(step, &scene, &model) ?? difference(scene.live, model) {
                return "after step \(number + 1): \(problem)"
            }
        }
        return nil
    }

    private static func problem(_ step: ApplyStep, _ scene: inout Scene, _ model: inout ApplyModel) -> String? {
        switch step {
        case .update(let edit, let manager):
            // Nobody updates what was never made.
            guard scene.live != nil else { return nil }
            let isCounted = !ManagedFields(of: scene.live).isEmpty
            scene.update(as: manager) { edit.change(&$0) }
            model.update(FlatThing(scene.live ?? [:]).values, manager, isCounted: isCounted)
            return nil
        case .apply(let text, let manager, let force):
            let configuration = FlatThing(Scene.thing(text)).values
            if ManagedFields(of: scene.live).isEmpty { model.beginAccount() }
            let expected = force ? [] : model.conflicts(configuration, manager)
            let before = scene.live
            do {
                try scene.apply(text, as: manager, force: force)
            } catch {
                let found = Set(
                    error.causes.map { cause in
                        ApplyModel.Conflict(
                            field: cause.field, manager: String(cause.message.split(separator: "\"").dropFirst().first ?? ""))
                    })
                // What is refused leaves no account behind.
                defer { if ManagedFields(of: before).isEmpty { model.forgetAccount() } }
                if found != expected || error.code != 409 { return "refused for \(found), not for \(expected): \(error)" }
                return scene.live == before ? nil : "a refused apply left \(scene.live ?? [:])"
            }
            if !expected.isEmpty { return "not refused, in spite of \(expected)" }
            model.apply(configuration, manager)
            let applied = scene.live
            do {
                try scene.apply(text, as: manager)
            } catch {
                return "applied again it is refused: \(error)"
            }
            return scene.live == applied ? nil : "applied again it changes \(applied ?? [:]) to \(scene.live ?? [:])"
        }
    }

    private static func difference(_ live: JSONObject?, _ model: ApplyModel) -> String? {
        guard let live else { return nil }
        let values = FlatThing(live).values
        if values != model.values {
            let fields = Set(values.keys).union(model.values.keys).filter { values[$0] != model.values[$0] }.sorted()
            return "other values of \(fields): \(live)"
        }
        var owners: [String: Set<String>] = [:]
        for (manager, entry) in ManagedFields(of: live).entries {
            for path in entry.fields.paths {
                let field = path.map(\.description).joined()
                if values[field] != nil {
                    owners[field, default: []].insert(manager.name)
                } else if !exists(path, in: .object(live)) {
                    return "\(manager.name) owns \(field), which is not there: \(live)"
                }
            }
        }
        for (field, expected) in model.owners where owners[field] ?? [] != expected {
            return "\(field) is owned by \((owners[field] ?? []).sorted()), not by \(expected.sorted()): \(live)"
        }
        return nil
    }

    /// Whether there is anything at a path, an object or list without members too.
    private static func exists(_ path: [PathElement], in value: JSON) -> Bool {
        guard let first = path.first else { return true }
        let rest = Array(path.dropFirst())
        switch first {
        case .field(let name): return value[name].map { exists(rest, in: $0) } ?? false
        case .value(let item): return value.array?.contains(item) ?? false
        case .key(let keys):
            // A key's default need not be written.
            let match = value.array?.first { item in keys.allSatisfy { item[$0.name] == nil || item[$0.name] == $0.value } }
            return match.map { exists(rest, in: $0) } ?? false
        case .index(let index): return value.array?.indices.contains(index) ?? false
        }
    }
}
