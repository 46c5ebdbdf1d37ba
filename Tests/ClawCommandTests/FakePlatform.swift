import ClawBase
import ClawDocuments
import HTTPTypes
import Synchronization

/// A control plane small enough to see through: projects with members, runtimes, and operations that succeed.
final class FakePlatform: Handler {
    struct State {
        /// Project → members.
        var projects: [String: [String]] = ["demo": ["ada"]]
        /// `project/name` → runtime.
        var runtimes: [String: JSON] = [:]
        /// What an operation goes through, as its event stream shows it.
        var states: [JSON] = [
            ["state": "running", "steps": [["name": "provision", "state": "running"]]],
            ["state": "succeeded", "steps": [["name": "provision", "state": "done", "message": "volume bound"]]],
        ]
        var streams = true
        var endsAs = ["start": "Ready", "stop": "Stopped", "restart": "Ready"]
        /// What was posted, by path.
        var posted: [String: JSON] = [:]
        var tokens: Set<String> = []
        /// Whether the first look at a runtime misses it: somebody else is about to make it.
        var hidesOnce = false
        var polls = 0
    }

    let state: Mutex<State>

    init(_ change: (inout State) -> Void = { _ in }) {
        var initial = State()
        change(&initial)
        state = Mutex(initial)
    }

    static func runtime(_ name: String, user: String, phase: String = "Ready", in project: String = "demo") -> JSON {
        [
            "name": .string(name), "user": .string(user), "phase": .string(phase), "restarts": 0,
            "url": "http://127.0.0.1:8080/r/\(project)/\(name)/", "conditions": [],
        ]
    }

    func respond(to request: Request) async -> Response {
        let body = (try? await request.body.collect(limit: 1 << 20)).flatMap { try? JSONParser.parse($0) } ?? .null
        let path = request.path.split(separator: "/").map(String.init)
        return state.withLock { state in
            state.tokens.insert(request.headers[.authorization] ?? "none")
            if [.post, .patch].contains(request.method) { state.posted[String(request.path)] = body }
            guard path.starts(with: ["api", "v1"]) else { return Answer.missing }
            switch (request.method, path.count, path.dropFirst(2).first) {
            case (.get, 3, "projects"): return Answer.json(["items": .array(projects(state))])
            case (.get, 6, "projects"), (.patch, 6, "projects"): return runtime(&state, path[3], path[5])
            case (.get, 5, "projects"):
                let own = state.runtimes.filter { $0.key.hasPrefix("\(path[3])/") }.sorted { $0.key < $1.key }
                return Answer.json(["items": .array(own.map(\.value))])
            case (.post, 5, "projects"): return create(&state, path[3], body)
            case (.post, 7, "projects"): return act(&state, path[3], path[5], path[6])
            case (.delete, 6, "projects"):
                state.runtimes["\(path[3])/\(path[5])"] = nil
                return Answer.json(["operation": ["id": "op-1", "state": "pending"]], 202)
            case (.get, 4, "operations"):
                state.polls += 1
                return Answer.json(operation(state.states[min(state.polls, state.states.count) - 1]))
            case (.get, 5, "operations"):
                guard state.streams else { return Answer.finding("E_NO_ROUTE", "There is no stream.", 404) }
                return Answer.events(state.states.map { .init(data: operation($0).description, event: "operation") })
            default: return Answer.missing
            }
        }
    }

    private func projects(_ state: State) -> [JSON] {
        state.projects.sorted { $0.key < $1.key }.map { name, members in
            [
                "name": .string(name), "tenant": "acme", "phase": "Active",
                "members": .array(members.map { ["user": .string($0), "role": "owner"] }),
            ]
        }
    }

    private func operation(_ part: JSON) -> JSON {
        var operation: JSON = ["id": "op-1", "action": "start", "target": "demo/ada"]
        for (name, value) in part.object ?? JSONObject() { operation[name] = value }
        return operation
    }

    private func runtime(_ state: inout State, _ project: String, _ name: String) -> Response {
        guard !state.hidesOnce, let runtime = state.runtimes["\(project)/\(name)"] else {
            state.hidesOnce = false
            return Answer.missing
        }
        return Answer.json(runtime)
    }

    private func create(_ state: inout State, _ project: String, _ body: JSON) -> Response {
        let name = body["name"]?.string ?? ""
        guard state.runtimes["\(project)/\(name)"] == nil else {
            return Answer.finding("E_EXISTS", "There is a runtime of that name.", 409)
        }
        let phase = state.endsAs["start"] ?? "Ready"
        let runtime = Self.runtime(name, user: body["user"]?.string ?? "", phase: phase, in: project)
        state.runtimes["\(project)/\(name)"] = runtime
        return Answer.json(["operation": ["id": "op-1", "state": "pending"], "runtime": runtime], 202)
    }

    private func act(_ state: inout State, _ project: String, _ name: String, _ action: String) -> Response {
        guard let phase = state.endsAs[action] else {
            return Answer.finding("E_ACTION_CONFLICT", "The runtime is busy with operation op-7.", 409)
        }
        state.runtimes["\(project)/\(name)"]?["phase"] = .string(phase)
        return Answer.json(["operation": ["id": "op-1", "state": "pending"]], 202)
    }
}
