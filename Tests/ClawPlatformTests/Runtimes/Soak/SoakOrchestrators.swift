import ClawBase
@testable import ClawCluster
import ClawControl
import ClawKubernetes
@testable import ClawPlatform
import Logging
import Synchronization

/// Orchestrators that are killed and replaced, again and again, until it is said that this is over.
final class SoakOrchestrators: Sendable {
    private struct State {
        var random: SeededNumbers
        var isCalm = false
        var lives = 0
        /// When the last one began or ended.
        var lastBreak: Timestamp
        var log: [String] = []
    }
    private let state: Mutex<State>
    private let cluster: SimulatedCluster
    /// Whether one of them leads; else all work at once, as nobody should have them do.
    private let isElected: Bool
    static let lease = "orchestrator"
    static let names = ["orchestrator-a", "orchestrator-b"]

    init(_ cluster: SimulatedCluster, isElected: Bool) {
        (self.cluster, self.isElected) = (cluster, isElected)
        state = Mutex(State(random: SeededNumbers(seed: cluster.seed ^ 0xB0A7), lastBreak: cluster.clock.now))
    }

    var lastBreak: Timestamp { state.withLock { $0.lastBreak } }
    /// Everything that was logged since it was last asked for.
    func takeLog() -> String {
        state.withLock { state in
            defer { state.log = [] }
            return state.log.joined(separator: "\n")
        }
    }

    /// From now on nobody is killed any more.
    func calmDown() { state.withLock { $0.isCalm = true } }

    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for name in Self.names { group.addTask { try await self.live(as: name) } }
        }
    }

    private func live(as name: String) async throws {
        try await cluster.prepareAccount(name, nil)
        while true {
            // Killed in the midst of whatever it does then; some live long enough to see deadlines through.
            let (life, last, pause) = state.withLock { state -> (Int, Int?, Duration) in
                state.lives += 1
                state.lastBreak = cluster.clock.now
                let isLong = state.isCalm || Int.random(in: 0..<3, using: &state.random) == 0
                let last = Int.random(in: 3...250, using: &state.random)
                let pause = Duration.seconds(Int.random(in: 0...90, using: &state.random))
                return (state.lives, isLong ? 100_000 : last, state.isCalm ? .zero : pause)
            }
            try await cluster.run(name, { try await self.orchestrate($0, life) }, life: life, lastRequest: last)
            state.withLock { $0.lastBreak = cluster.clock.now }
            try await cluster.clock.sleep(for: pause)
        }
    }

    private func orchestrate(_ subject: TestSubject, _ life: Int) async throws {
        let election =
            try isElected
            ? LeaderElection(
                lease: Self.lease, in: "kube-system", identity: "\(subject.name)-\(life)", api: subject.client,
                time: subject.time) : nil
        let logger = Logger(label: "orchestrator") { _ in
            ListeningLog { [self] line in state.withLock { if $0.log.count < 20_000 { $0.log.append(line) } } }
        }
        // One that waits keeps its caches, so that it follows with what it has seen by then.
        let caches = SharedCaches(subject.client, time: subject.time)
        let orchestrator = Orchestrator(caches: caches, election: election, time: subject.time, logger: logger)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await caches.run() }
            group.addTask { try await orchestrator.run() }
        }
    }
}

/// Hands on every line, with all that stands in it.
private struct ListeningLog: LogHandler {
    let hear: @Sendable (String) -> Void
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug
    var metadataProvider: Logger.MetadataProvider?

    init(hear: @escaping @Sendable (String) -> Void) { self.hear = hear }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(
        level: Logger.Level, message: Logger.Message, metadata extra: Logger.Metadata?, source: String, file: String,
        function: String, line: UInt
    ) {
        hear("\(level) \(message) \(metadata) \(extra ?? [:])")
    }
}
