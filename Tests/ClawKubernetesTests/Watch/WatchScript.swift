import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Synchronization

/// A server that answers lists and watches from a script, and virtual time to run it in.
final class WatchScript: Sendable {
    enum Step: Sendable {
        case list([JSON], version: Int)
        case watch([Event], then: StreamEnd)
        case refuse(Int, String)
        case fail
    }

    enum Event: Sendable {
        case added(JSON), modified(JSON), deleted(JSON), bookmark(Int), error(Int, String), raw(String)

        var line: String {
            switch self {
            case .added(let object): Self.line("ADDED", object)
            case .modified(let object): Self.line("MODIFIED", object)
            case .deleted(let object): Self.line("DELETED", object)
            case .bookmark(let version):
                Self.line("BOOKMARK", ["kind": "ConfigMap", "metadata": ["resourceVersion": .string(String(version))]])
            case .error(let code, let reason):
                Self.line("ERROR", ["kind": "Status", "code": .integer(Int64(code)), "reason": .string(reason)])
            case .raw(let text): text + "\n"
            }
        }

        private static func line(_ type: String, _ object: JSON) -> String {
            JSON.object(["type": .string(type), "object": object]).description + "\n"
        }
    }

    let time = VirtualTime()
    let transport: ScriptedTransport
    private let log: ReferenceLog

    init(_ steps: Step...) {
        let rest = Mutex(steps[...])
        let mistakes = ReferenceLog()
        log = mistakes
        transport = ScriptedTransport { request in
            let isWatch = request.query["watch"] == "true"
            switch rest.withLock({ $0.popFirst() }) {
            case .list(let items, let version)?:
                if isWatch { mistakes.add("a watch came where a list was expected") }
                return .json(ClawKubernetesTests.list(items, version: version))
            case .watch(let events, let end)?:
                if !isWatch { mistakes.add("a list came where a watch was expected") }
                return .stream([Array(events.map(\.line).joined().utf8)], then: end)
            case .refuse(let code, let reason)?: return .refusal(code, reason)
            case .fail?: throw TransportError(code: .unreachable, message: "nobody there")
            case nil:
                try await Never.forever()
                throw CancellationError()
            }
        }
    }

    /// Where the client asked for something else than the script foresaw.
    var surprises: [String] { log.entries }

    /// What each request asked for: `list`, or `watch` with the version it went on from.
    var calls: [String] {
        transport.requests.map { request in
            request.query["watch"] == "true" ? "watch \(request.query["resourceVersion"] ?? "")" : "list"
        }
    }

    var watch: Watch<ConfigMap> { KubernetesClient(transport).watch(ConfigMap.self, in: "demo", time: time) }

    /// The first `count` events, told in short; time passes whenever the watch waits for it.
    func events(_ count: Int) async throws -> [String] {
        let watch = watch
        return try await withThrowingTaskGroup(of: [String]?.self) { group in
            group.addTask {
                var told: [String] = []
                for try await event in watch {
                    told.append(Self.describe(event))
                    if told.count == count { break }
                }
                return told
            }
            group.addTask {
                while true {
                    try Task.checkCancellation()
                    if self.time.sleeperCount > 0 { self.time.advance(by: .seconds(60)) }
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
            defer { group.cancelAll() }
            return try await group.next().flatMap { $0 } ?? []
        }
    }

    static func describe(_ event: WatchEvent<ConfigMap>) -> String {
        switch event {
        case .snapshot(let objects): "snapshot \(objects.map(\.name).joined(separator: " "))"
        case .applied(let object): "applied \(object.name)@\(object.resourceVersion ?? "")"
        case .deleted(let object): "deleted \(object.name)"
        }
    }
}

/// Entries added from anywhere.
final class ReferenceLog: Sendable {
    private let state = Mutex<[String]>([])
    func add(_ entry: String) { state.withLock { $0.append(entry) } }
    var entries: [String] { state.withLock { $0 } }
}
