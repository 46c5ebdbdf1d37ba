import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Synchronization

/// A server with one collection of ConfigMaps, whose watches tell what the test says.
final class Feed: KubernetesAPI {
    fileprivate struct State {
        var objects: [String: JSONObject] = [:]
        var version = 1
        var listens: [AsyncStream<[UInt8]>.Continuation] = []
        /// What was told, for those whose watch begins behind their list.
        var told: [(version: Int, line: [UInt8])] = []
        var lists = 0
        var refusal: KubernetesError?
    }
    private let state = Mutex(State())

    /// How many lists and watches were asked for.
    var listCount: Int { state.withLock { $0.lists } }
    var watchCount: Int { state.withLock { $0.listens.count } }

    func document(for request: APIRequest) async throws -> JSONObject {
        try state.withLock { state in
            if let refusal = state.refusal { throw refusal }
            state.lists += 1
            let items = state.objects.sorted { $0.key < $1.key }.map { JSON.object($0.value) }
            return ["metadata": ["resourceVersion": .string(String(state.version))], "items": .array(items)]
        }
    }

    func stream(for request: APIRequest) async throws -> Body {
        let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
        let version = request.query["resourceVersion"].flatMap { Int($0) } ?? 0
        state.withLock { state in
            for (_, line) in state.told.drop(while: { $0.version <= version }) { continuation.yield(line) }
            state.listens.append(continuation)
        }
        return .stream(stream)
    }

    /// What every answer is from now on.
    func refuse(_ error: KubernetesError) { state.withLock { $0.refusal = error } }

    /// Creates or changes an object; watches hear of it.
    func put(_ name: String, _ change: (inout ConfigMap) -> Void = { _ in }) {
        state.withLock { state in
            state.version += 1
            var object = state.objects[name].map(ConfigMap.init(document:)) ?? Self.object(name)
            change(&object)
            object.metadata.resourceVersion = String(state.version)
            state.objects[name] = object.document
            state.tell("MODIFIED", object.document)
        }
    }

    func remove(_ name: String) {
        state.withLock { state in
            state.version += 1
            if let object = state.objects.removeValue(forKey: name) { state.tell("DELETED", object) }
        }
    }

    /// Tells watches the present state of an object once more.
    func repeatLast(_ name: String) {
        state.withLock { state in if let object = state.objects[name] { state.tell("MODIFIED", object) } }
    }

    /// Changes objects unheard, then ends the continuity: the watches list anew.
    func replaceUnheard(_ change: (inout [String: JSONObject]) -> Void) {
        state.withLock { state in
            state.version += 1
            change(&state.objects)
            for (name, object) in state.objects where object[.metadata]?["resourceVersion"] == nil {
                state.objects[name]?.modify(.metadata) { $0?["resourceVersion"] = .string(String(state.version)) }
            }
            state.tell("ERROR", ["kind": "Status", "code": 410, "reason": "Expired"])
        }
    }

    static func object(_ name: String) -> ConfigMap { ConfigMap(metadata: ObjectMeta(name: name, namespace: "demo")) }
}

extension Feed.State {
    fileprivate mutating func tell(_ type: String, _ object: JSONObject) {
        let line = JSON.object(["type": .string(type), "object": .object(object)]).bytes() + [UInt8(ascii: "\n")]
        told.append((version, line))
        for listen in listens { listen.yield(line) }
    }
}

/// Runs `body` beside something that runs until cancelled.
func withRunning<R: Sendable>(
    _ run: @escaping @Sendable () async throws -> Void, _ body: @escaping @Sendable () async throws -> R
) async throws -> R {
    try await withThrowingTaskGroup(of: R?.self) { group in
        group.addTask {
            try await run()
            return nil
        }
        group.addTask { try await body() }
        defer { group.cancelAll() }
        while let outcome = try await group.next() { if let outcome { return outcome } }
        throw CancellationError()
    }
}

/// Values noted from anywhere, in order.
final class Log<Entry: Sendable>: Sendable {
    private let state = Mutex<[Entry]>([])
    func add(_ entry: Entry) { state.withLock { $0.append(entry) } }
    var entries: [Entry] { state.withLock { $0 } }
    var count: Int { state.withLock { $0.count } }
}
