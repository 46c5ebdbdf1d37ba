import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Foundation
import Synchronization
import Testing

@Suite("Runtimes whose node is lost", .timeLimit(.minutes(5)))
struct NodeLossTests {
    private struct World: Sendable {
        let cluster: SimulatedCluster
        var client: KubernetesClient { cluster.client }

        func runtime() async throws -> Runtime { try await client.get(Runtime.self, "ada", in: "demo") }
        func pod() async throws -> Pod? { try await client.find(Pod.self, "ada", in: "demo") }
        func volume() async throws -> String? {
            try await client.get(PersistentVolumeClaim.self, "ada-state", in: "demo").uid
        }

        /// Lets time pass until something holds; at every moment there is one pod at most.
        func pass(_ limit: Duration, until what: String, _ isSo: @escaping () async throws -> Bool) async throws {
            let came = try await cluster.clock.advance(atMost: limit) {
                let pods = try await client.list(Pod.self, in: "demo").items
                #expect(pods.count <= 1, "\(pods.map { "\($0.name) on \($0.spec?.nodeName ?? "")" })")
                return try await isSo()
            }
            let status = try await runtime().status
            try #require(came, "not within \(limit): \(what); \(JSON.object(status.document))")
        }

        func isReady(elsewhereThan node: String) async throws -> Bool {
            let (runtime, pod) = (try await runtime(), try await pod())
            return runtime.status.phase == .ready && pod?.isReady == true && pod?.spec?.nodeName != node
        }
    }

    /// A runtime that is ready on one of three nodes, which is lost then.
    private static func run(
        _ body: @escaping @Sendable (_ world: World, _ node: String, _ volume: String?) async throws -> Void
    ) async throws {
        var options = SimulatedCluster.Options()
        options.nodes = SimulatedNodes.Configuration(count: 3) { _ in PodBehavior(imagePull: .seconds(2)) }
        try await SimulatedCluster.run(seed: 3, options) { cluster in
            try await ClawGroup.install(in: cluster.client)
            _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "demo")))
            try await PlatformSettings.publish(Fixture.context, in: cluster.client)
            try await cluster.withSubject("orchestrator") { subject in
                let caches = SharedCaches(subject.client, time: subject.time)
                let orchestrator = Orchestrator(caches: caches, time: subject.time, logger: silent)
                try await withThrowingDiscardingTaskGroup { group in
                    group.addTask { try await caches.run() }
                    group.addTask { try await orchestrator.run() }
                }
            } while: {
                let world = World(cluster: cluster)
                _ = try await cluster.client.create(
                    Runtime(metadata: ObjectMeta(name: "ada", namespace: "demo"), spec: RuntimeSpec(user: "ada")))
                try await world.pass(.minutes(5), until: "it is ready") { try await world.isReady(elsewhereThan: "") }
                let node = try #require(try await world.pod()?.spec?.nodeName)
                let volume = try await world.volume()
                try await cluster.nodes?.lose(node)
                try await body(world, node, volume)
            }
        }
    }

    private static func outOfService(_ world: World, _ node: String) async throws {
        let found = try await world.client.get(Node.self, node)
        var taints = (found.spec?.taints ?? []).map { JSON.object($0.document) }
        taints.append(["key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown", "effect": "NoExecute"])
        _ = try await world.client.mergePatch(Node.self, node, ["spec": ["taints": .array(taints)]])
    }

    @Test("the status says so as soon as the cluster does, and a node that is back in time goes on with the same pod")
    func short() async throws {
        try await Self.run { world, node, _ in
            let uid = try await world.pod()?.uid
            try await world.pass(.seconds(120), until: "it is told") {
                try await world.runtime().status.lastError?.code == "E_NODE_LOST"
            }
            let told = try await world.runtime()
            #expect(told.status.phase == .recovering)
            #expect(told.status.lastError?.message.contains("'\(node)'") == true)
            #expect(told.condition("Degraded")?.reason == "NodeLost")
            try await world.cluster.nodes?.recover(node)
            try await world.pass(.seconds(120), until: "it is ready again") { try await world.runtime().status.phase == .ready }
            #expect(try await world.pod()?.uid == uid)
            #expect(try await world.runtime().status.lastError == nil)
        }
    }

    @Test("a node that is said to be off is left: the runtime is ready elsewhere within a minute, with its volume")
    func off() async throws {
        try await Self.run { world, node, volume in
            try await world.pass(.seconds(120), until: "it is told") {
                try await world.runtime().status.lastError?.code == "E_NODE_LOST"
            }
            try await Self.outOfService(world, node)
            try await world.pass(.seconds(60), until: "it is ready elsewhere") { try await world.isReady(elsewhereThan: node) }
            #expect(try await world.volume() == volume)
            // What comes back finds that its pod is another's.
            let uid = try await world.pod()?.uid
            try await world.cluster.nodes?.recover(node)
            try await world.cluster.clock.advance(by: .minutes(20))
            #expect(try await world.client.list(Pod.self, in: "demo").items.map(\.uid) == [uid])
            #expect(try await world.isReady(elsewhereThan: node))
        }
    }

    @Test("a pod that is not let go is not doubled, however long; it is told, and when the node is deleted it goes on elsewhere")
    func stuck() async throws {
        try await Self.run { world, node, volume in
            try await world.pass(.minutes(15), until: "it is given up") { try await world.runtime().status.phase == .failed }
            let given = try await world.runtime()
            #expect(given.status.lastError?.code == "E_NODE_LOST")
            #expect(given.status.lastError?.message.contains("out-of-service") == true)
            #expect(try await world.pod()?.isBeingDeleted == true)
            try await world.cluster.clock.advance(by: .hours(2))
            #expect(try await world.pod()?.spec?.nodeName == node, "its program may still write to the volume")
            try await world.client.delete(Node.self, node)
            try await world.pass(.minutes(2), until: "it is ready elsewhere") { try await world.isReady(elsewhereThan: node) }
            #expect(try await world.volume() == volume)
            #expect(try await world.runtime().status.lastError == nil)
        }
    }

    @Test("a node that is back after its pod was to go ends it first, and the runtime is ready again by itself")
    func late() async throws {
        try await Self.run { world, node, volume in
            let uid = try await world.pod()?.uid
            try await world.pass(.minutes(15), until: "it is given up") { try await world.runtime().status.phase == .failed }
            try await world.cluster.nodes?.recover(node)
            try await world.pass(.minutes(2), until: "it is ready again") { try await world.isReady(elsewhereThan: "") }
            #expect(try await world.pod()?.uid != uid)
            #expect(try await world.volume() == volume)
        }
    }

    // MARK: a node of processes

    /// The way from a node to its cluster, which may be cut.
    private final class Way: Transport {
        private let inner: HandlerTransport
        private let state = Mutex((isCut: false, refused: 0))

        init(_ inner: HandlerTransport) { self.inner = inner }

        func cut(_ isCut: Bool) { state.withLock { $0 = (isCut, 0) } }
        var refused: Int { state.withLock { $0.refused } }

        func send(_ request: Request) async throws -> Response {
            let isCut = state.withLock { state in
                if state.isCut { state.refused += 1 }
                return state.isCut
            }
            if isCut { throw TransportError(code: .unreachable, message: "the way is cut") }
            return try await inner.send(request)
        }
    }

    @Test("a process node that was taken for lost says when it is back that it is well, and so are its pods")
    func back() async throws {
        let root = NSTemporaryDirectory() + "clawkit-lost-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: root) }
        var options = EmbeddedCluster.Options()
        options.logger = silent
        let cluster = try await EmbeddedCluster(options)
        let way = Way(cluster.transport)
        var configuration = ProcessNodeConfiguration(name: "local", rootDirectory: root)
        configuration.leaseRenewal = .milliseconds(100)
        let node = ProcessNode(configuration: configuration, api: KubernetesClient(way), logger: silent)
        cluster.connect(node: "local", node)
        let client = cluster.client
        func isReady() async throws -> (node: Bool, pod: Bool) {
            let conditions = try await client.find(Node.self, "local")?.status?.conditions ?? []
            let pod = try await client.find(Pod.self, "sleeper", in: "default")
            return (
                conditions.contains { $0.type == "Ready" && $0.status == "True" },
                pod?.status?.conditions.contains { $0.type == "Ready" && $0.status == "True" } ?? false
            )
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await cluster.run() }
            group.addTask { try? await node.run() }
            _ = try await client.create(
                Pod(
                    metadata: ObjectMeta(name: "sleeper", namespace: "default"),
                    spec: PodSpec(containers: [Container(name: "main", image: "none", command: ["sleep", "600"])])))
            try await eventually("both are ready") { try await isReady() == (true, true) }
            way.cut(true)
            // What the cluster says of a node that it does not hear of.
            _ = try await client.edit(Node.self, "local", subresource: "status") { node in
                for index in node.status?.conditions.indices ?? 0..<0 { node.status?.conditions[index].status = "Unknown" }
            }
            _ = try await client.edit(Pod.self, "sleeper", in: "default", subresource: "status") { pod in
                for index in pod.status?.conditions.indices ?? 0..<0 where pod.status?.conditions[index].type == "Ready" {
                    pod.status?.conditions[index].status = "False"
                }
            }
            try await eventually("it was silent for a while") { way.refused >= 8 }
            let cut = try await isReady()
            #expect(cut == (false, false))
            way.cut(false)
            try await eventually("both are ready again") { try await isReady() == (true, true) }
            node.drain()
            group.cancelAll()
        }
    }
}
