import ClawKit
import ExampleSupport
import Foundation
import Synchronization

/// Many runtimes, what was asked of each last, and an eye on all their pods.
final class RuntimeCrowd: Sendable {
    /// What is asked of a runtime; its number says what it did before.
    enum Wish: Int, CaseIterable, Sendable {
        case suspend, stop, run, change, restart, delete

        var aim: RuntimePhase? {
            switch self {
            case .suspend: .suspended
            case .stop: .stopped
            case .run, .change, .restart: .ready
            case .delete: nil
            }
        }
    }

    private struct State {
        var runtimes: [String: Runtime] = [:]
        /// Whose pods are there, by their uids.
        var pods: [String: Set<String>] = [:]
        var doubled: [String] = []
        var podsMade: Set<String> = []

        mutating func see(_ pod: Pod) {
            let owner = RuntimeCrowd.owner(pod)
            guard let uid = pod.uid, !owner.hasSuffix("/") else { return }
            podsMade.insert(uid)
            if ["Failed", "Succeeded"].contains(pod.status?.phase ?? "") {
                pods[owner]?.remove(uid)
            } else {
                pods[owner, default: []].insert(uid)
                if (pods[owner]?.count ?? 0) > 1 { doubled.append(owner) }
            }
        }
    }
    private let state = Mutex(State())
    let client: KubernetesClient
    let count: Int
    private let namespaces: Int

    init(_ client: KubernetesClient, count: Int) {
        (self.client, self.count) = (client, count)
        namespaces = min(20, count)
    }

    static func wish(_ index: Int) -> Wish { Wish(rawValue: index % Wish.allCases.count) ?? .run }
    private func namespace(_ index: Int) -> String { "p\(index % namespaces)" }
    private func key(_ index: Int) -> String { "\(namespace(index))/r\(index)" }

    /// Runtimes whose two pods were there at the same time.
    var doubled: [String] { state.withLock { $0.doubled } }
    var podsMade: Int { state.withLock { $0.podsMade.count } }

    // MARK: wishes

    func prepare(command: [String]) async throws {
        try await ClawGroup.install(in: client)
        try await PlatformSettings.publish(
            RuntimeContext(
                templates: [ClawConfiguration.Template(name: "default", command: command)], models: ["echo"],
                gatewayURL: "http://127.0.0.1:4000", publicURL: "http://127.0.0.1:8080"), in: client)
        for number in 0..<namespaces {
            _ = try await client.create(Namespace(metadata: ObjectMeta(name: "p\(number)")))
        }
    }

    /// All at once: two thirds run, the others sleep or are stopped.
    func makeAll() async throws {
        try await forEach { [self] index in
            let desired: [RuntimeSpec.DesiredState] = [.running, .running, .suspended, .running, .running, .stopped]
            let spec = RuntimeSpec(user: "u\(index)", desiredState: desired[index / Wish.allCases.count % desired.count])
            _ = try await client.create(
                Runtime(metadata: ObjectMeta(name: "r\(index)", namespace: namespace(index)), spec: spec))
        }
    }

    /// All at once: another wish for each.
    func wishAll() async throws {
        try await forEach { [self] index in
            let patch: JSON
            switch Self.wish(index) {
            case .suspend: patch = ["spec": ["desiredState": "Suspended"]]
            case .stop: patch = ["spec": ["desiredState": "Stopped"]]
            case .run: patch = ["spec": ["desiredState": "Running"]]
            case .change:
                patch = ["spec": ["desiredState": "Running", "env": [["name": "MARK", "value": .string("m\(index)")]]]]
            case .restart:
                patch = [
                    "metadata": ["annotations": [Runtime.restartAnnotation: .string("\(index)")]],
                    "spec": ["desiredState": "Running"],
                ]
            case .delete:
                try await client.delete(Runtime.self, "r\(index)", in: namespace(index))
                return
            }
            _ = try await client.mergePatch(Runtime.self, "r\(index)", in: namespace(index), patch)
        }
    }

    private func forEach(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<16 {
                group.addTask { [count] in for index in stride(from: worker, to: count, by: 16) { try await body(index) } }
            }
            try await group.waitForAll()
        }
    }

    // MARK: looking on

    /// Runs `body` while all that happens is looked at.
    func following(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [self] in
                for try await event in client.watch(Runtime.self) { see(event) }
                return false
            }
            group.addTask { [self] in
                for try await event in client.watch(Pod.self) { see(event) }
                return false
            }
            group.addTask {
                try await body()
                return true
            }
            defer { group.cancelAll() }
            while let isBody = try await group.next() { if isBody { return } }
        }
    }

    private func see(_ event: WatchEvent<Runtime>) {
        let name = { (runtime: Runtime) in "\(runtime.namespace ?? "")/\(runtime.name)" }
        state.withLock { state in
            switch event {
            case .snapshot(let all): state.runtimes = Dictionary(uniqueKeysWithValues: all.map { (name($0), $0) })
            case .applied(let one): state.runtimes[name(one)] = one
            case .deleted(let one): state.runtimes[name(one)] = nil
            }
        }
    }

    private func see(_ event: WatchEvent<Pod>) {
        state.withLock { state in
            switch event {
            case .snapshot(let all):
                state.pods = [:]
                for pod in all { state.see(pod) }
            case .applied(let pod): state.see(pod)
            case .deleted(let pod): state.pods[Self.owner(pod)]?.remove(pod.uid ?? "")
            }
        }
    }

    /// Whose pod it is, by its label, whatever its name.
    private static func owner(_ pod: Pod) -> String {
        "\(pod.namespace ?? "")/\(pod.labels["clawkit.dev/runtime"] ?? "")"
    }

    /// How many runtimes have come to rest, whatever they rest in, with nothing left of what was asked.
    func settled() -> Int {
        state.withLock { state in
            let under: Set<RuntimePhase> = [
                .pending, .scheduled, .creating, .starting, .suspending, .waking, .recovering, .stopping, .deleting,
            ]
            let resting = state.runtimes.values.count { runtime in
                runtime.status.observedGeneration == runtime.metadata.generation
                    && runtime.status.observedRequest == runtime.request
                    && runtime.status.phase.map { !under.contains($0) } == true
            }
            return resting + count - state.runtimes.count
        }
    }

    func waitUntilSettled(_ wanted: Int, _ what: String) async throws {
        try await eventually(within: .seconds(120 + count), "\(what): \(wanted) of \(count)") { [self] in
            settled() >= wanted ? true : nil
        }
    }

    // MARK: the end

    /// What is not as it was asked for; empty where all is. Asked of the cluster itself.
    func differences() async throws -> [String] {
        var found: [String] = []
        let runtimes = try await client.list(Runtime.self).items
        let pods = Dictionary(grouping: try await client.list(Pod.self).items) { Self.owner($0) }
        let claims = Set(try await client.list(PersistentVolumeClaim.self).items.map { "\($0.namespace ?? "")/\($0.name)" })
        let byName = Dictionary(uniqueKeysWithValues: runtimes.map { ("\($0.namespace ?? "")/\($0.name)", $0) })
        for index in 0..<count {
            let (wish, name) = (Self.wish(index), key(index))
            let own = pods[name] ?? []
            guard let aim = wish.aim else {
                if byName[name] != nil || !own.isEmpty { found.append("\(name) was to be deleted") }
                continue
            }
            guard let runtime = byName[name] else {
                found.append("\(name) is lost")
                continue
            }
            if runtime.status.phase != aim { found.append("\(name) is \(runtime.status.phase?.rawValue ?? "nothing"), not \(aim.rawValue)") }
            if own.count != (aim == .ready ? 1 : 0) { found.append("\(name) has \(own.count) pods") }
            if aim == .ready, !claims.contains("\(name)-state") { found.append("\(name) has no volume") }
            let mark = own.first?.spec?.containers.first?.env.first { $0.name == "MARK" }?.value
            if wish == .change, mark != "m\(index)" { found.append("\(name) runs as it was before") }
        }
        return found
    }
}
