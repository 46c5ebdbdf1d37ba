import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

/// An embedded cluster with a simulated node, project `demo`, and an orchestrator.
final class RuntimeWorld: Sendable {
    let cluster: EmbeddedCluster
    let node: SimulatedNode
    /// What the orchestrator sends.
    let calls: RecordingTransport
    /// The orchestrator's; cluster and node have the machine's.
    let time: any TimeSource
    /// What the orchestrator reaches besides the cluster: programs, servers of secrets.
    private let network: any Transport
    var client: KubernetesClient { cluster.client }

    fileprivate init(_ cluster: EmbeddedCluster, _ time: any TimeSource, _ network: any Transport) {
        (self.cluster, self.time, self.network) = (cluster, time, network)
        node = SimulatedNode(cluster.client)
        calls = RecordingTransport(cluster.transport)
    }

    /// An orchestrator over `transport`, until cancelled.
    func orchestrate(over transport: some Transport) async throws {
        let caches = SharedCaches(KubernetesClient(transport), time: time)
        let orchestrator = Orchestrator(caches: caches, network: network, logger: silent)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await caches.run() }
            group.addTask { try await orchestrator.run() }
        }
    }

    /// Runs `body` beside an orchestrator, and ends that one afterwards, wherever it is.
    func orchestrating(
        over transport: (any Transport)? = nil, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        struct BodyIsDone: Error {}
        let transport = transport ?? calls
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.orchestrate(over: transport) }
            group.addTask {
                try await body()
                throw BodyIsDone()
            }
            defer { group.cancelAll() }
            do { try await group.next() } catch is BodyIsDone {}
        }
    }

    // MARK: steps of a story

    @discardableResult
    func start(_ name: String = "ada", template: String? = nil, more: (inout JSONObject) -> Void = { _ in }) async throws
        -> Runtime
    {
        var spec = RuntimeSpec(user: "ada", template: template)
        more(&spec.document)
        return try await client.create(Runtime(metadata: ObjectMeta(name: name, namespace: "demo"), spec: spec))
    }

    func edit(_ change: JSON) async throws {
        _ = try await client.mergePatch(Runtime.self, "ada", in: "demo", change)
    }

    func want(_ desired: RuntimeSpec.DesiredState) async throws {
        try await edit(["spec": ["desiredState": .string(desired.rawValue)]])
    }

    /// Lets time pass until something holds. In steps: who is about to wait for a moment may begin late.
    func pass(
        _ time: VirtualTime, until what: String, by step: Duration = .seconds(60), _ condition: () async throws -> Bool
    ) async throws {
        try await eventually(what) {
            time.advance(by: step)
            return try await condition()
        }
    }

    /// Lets time pass until the runtime sleeps.
    func fallAsleep(_ time: VirtualTime) async throws {
        try await pass(time, until: "it sleeps") {
            try await client.get(Runtime.self, "ada", in: "demo").status.phase == .suspended
        }
    }

    /// Asks for a runtime that sleeps though it is wanted running.
    func wake() async throws {
        try await edit(["metadata": ["annotations": [Runtime.wakeAnnotation: .string(time.now.rfc3339(fractionDigits: 6))]]])
    }

    /// Waits until the runtime is in a phase that answers its present spec.
    @discardableResult
    func reach(_ phase: RuntimePhase) async throws -> Runtime {
        var last: Runtime?
        do {
            try await eventually("the runtime is \(phase)") {
                last = try await client.find(Runtime.self, "ada", in: "demo")
                return last?.status.phase == phase && last?.hasNewWish == false
            }
        } catch {
            throw Finding(.deadline, "Not \(phase): \(last.map { JSON.object($0.status.document).description } ?? "gone")")
        }
        return try #require(last)
    }

    func pod() async throws -> Pod? { try await client.find(Pod.self, "ada", in: "demo") }
    func claim() async throws -> PersistentVolumeClaim? {
        try await client.find(PersistentVolumeClaim.self, "ada-state", in: "demo")
    }
    func secret() async throws -> KubernetesSecret? { try await client.find(KubernetesSecret.self, "ada-runtime", in: "demo") }
    func grant() async throws -> ModelGrantResource? { try await client.find(ModelGrantResource.self, "ada", in: "demo") }

    /// Whether the grant is for the key that the secret holds.
    func keysAgree() async throws -> Bool {
        guard let grant = try await grant(), let text = try await secret()?.data[RuntimeCell.modelKey],
            let key = Base64.decode(text)
        else { return false }
        return Token.hash(String(decoding: key, as: UTF8.self)) == grant.keyHash
    }
}

/// Runs `body` in a world of its own.
/// - Parameters:
///   - orchestrates: whether an orchestrator runs besides; else the body runs its own.
///   - network: answers in place of runtimes' programs and of servers of secrets.
func withRuntimes(
    orchestrates: Bool = true, time: any TimeSource = SystemTime(),
    network: any Transport = ScriptedTransport { _ in .text("hello") },
    _ body: @escaping @Sendable (RuntimeWorld) async throws -> Void
) async throws {
    var options = EmbeddedCluster.Options()
    options.logger = silent
    let cluster = try await EmbeddedCluster(options)
    try await withThrowingTaskGroup(of: Bool.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await runs { try await cluster.run() } }
        try await ClawGroup.install(in: cluster.client)
        _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "demo")))
        try await PlatformSettings.publish(Fixture.context, in: cluster.client)
        let world = RuntimeWorld(cluster, time, network)
        group.addTask { try await runs { try await world.node.run() } }
        if orchestrates { group.addTask { try await runs { try await world.orchestrate(over: world.calls) } } }
        group.addTask {
            try await SystemTime().withDeadline(.seconds(60), "The test") { try await body(world) }
            return true
        }
        while let isBody = try await group.next() { if isBody { return } }
    }
}

/// Something that runs until it is cancelled; false, for: the test is not over.
private func runs(_ body: () async throws -> Void) async throws -> Bool {
    do { try await body() } catch  where Task.isCancelled {}
    return false
}
