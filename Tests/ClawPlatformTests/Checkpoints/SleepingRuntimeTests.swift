import ClawBase
@testable import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Foundation
import HTTPTypes
import Testing

@Suite("Runtimes that sleep as processes and wake as they were", .serialized, .timeLimit(.minutes(10)))
struct SleepingRuntimeTests {
    static func works() async -> Bool {
        (try? await CRIU.find(nil, searchPath: ProcessInfo.processInfo.environment["PATH"])) != nil
    }

    private struct World: Sendable {
        let client: KubernetesClient
        let root: String
        let transport: CurlTransport

        func want(_ state: RuntimeSpec.DesiredState) async throws {
            _ = try await client.mergePatch(
                Runtime.self, "ada", in: "demo", ["spec": ["desiredState": .string(state.rawValue)]])
        }

        @discardableResult
        func reach(_ phase: RuntimePhase) async throws -> Runtime {
            try await client.object(Runtime.self, "ada", in: "demo") { $0.status.phase == phase && !$0.hasNewWish }
        }

        func count() async throws -> String {
            let pod = try await client.get(Pod.self, "ada", in: "demo")
            let port = try #require(PodEndpoint.ports(of: pod)["http"])
            let response = try await SystemTime().withDeadline(.seconds(60), "the count") {
                try await transport.send(Request(.get, "http://127.0.0.1:\(port)/count"))
            }
            return String(decoding: try await response.body.collect(limit: 1 << 16), as: UTF8.self)
        }
    }

    private static let server = """
        import http.server, os
        count = 0
        class H(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                global count
                if self.path == '/count': count += 1
                text = str(count).encode()
                self.send_response(200)
                self.send_header('Content-Length', str(len(text)))
                self.end_headers()
                self.wfile.write(text)
            def log_message(self, *a): pass
        http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), H).serve_forever()
        """

    private static func run(
        checkpoint: RuntimeCheckpoint?, command: JSON = ["python3", "-c", .string(server)],
        _ body: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        let root = NSTemporaryDirectory() + "clawkit-sleep-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: root) }
        var options = EmbeddedCluster.Options()
        options.logger = silent
        let cluster = try await EmbeddedCluster(options)
        let transport = CurlTransport()
        let node = ProcessNode(
            configuration: ProcessNodeConfiguration(name: "local", rootDirectory: root), api: cluster.client,
            logger: silent)
        cluster.connect(node: "local", node)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            defer { group.cancelAll() }
            try await ClawGroup.install(in: cluster.client)
            _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "demo")))
            try await PlatformSettings.publish(Fixture.context, in: cluster.client)
            let caches = SharedCaches(cluster.client)
            let orchestrator = Orchestrator(caches: caches, logger: silent)
            group.addTask { try await Self.runs { try await cluster.run() } }
            group.addTask { try await Self.runs { try await node.run() } }
            group.addTask { try await Self.runs { try await caches.run() } }
            group.addTask { try await Self.runs { try await orchestrator.run() } }
            group.addTask {
                let world = World(client: cluster.client, root: root, transport: transport)
                var spec = RuntimeSpec(user: "ada")
                spec.document["command"] = command
                spec.checkpoint = checkpoint
                _ = try await cluster.client.create(
                    Runtime(metadata: ObjectMeta(name: "ada", namespace: "demo"), spec: spec))
                try await body(world)
                node.drain()
                return true
            }
            while let isBody = try await group.next() { if isBody { return } }
        }
        await transport.shutdown()
    }

    private static func runs(_ body: () async throws -> Void) async throws -> Bool {
        do { try await body() } catch  where Task.isCancelled {}
        return false
    }

    @Test(
        "suspended and woken, again and again: the count goes on, and the status says by which method",
        .enabled("needs CRIU and root: Scripts/setup-criu.sh builds it") { await works() })
    func sleeps() async throws {
        try await Self.run(checkpoint: RuntimeCheckpoint()) { world in
            try await world.reach(.ready)
            #expect(try await world.count() == "1")
            // At once again: what was kept before is still on its way out then.
            for round in 2...4 {
                try await world.want(.suspended)
                let asleep = try await world.reach(.suspended)
                #expect(asleep.status.kept?.method == .process, "\(String(describing: asleep.status.kept?.message))")
                #expect(try await world.client.find(Pod.self, "ada", in: "demo") == nil)
                try await world.want(.running)
                let awake = try await world.reach(.ready)
                // Between a process' end and its return its number or port may go to anybody on the machine.
                if awake.status.restored?.code == "E_CHECKPOINT_BUSY" {
                    try Test.cancel("something else on this machine has taken a number of the process")
                }
                #expect(
                    awake.status.restored?.method == .process, "\(String(describing: awake.status.restored?.message))")
                #expect(try await world.count() == "\(round)")
            }
            // Nothing goes on twice from the same moment, and nothing is left of it.
            try await eventually("what was kept is gone") {
                try await world.client.find(Checkpoint.self, "ada-rest", in: "demo") == nil
            }
            let archives = try FileManager.default.contentsOfDirectory(atPath: "\(world.root)/checkpoints")
            #expect(archives == [])
        }
    }

    private static let agent = ProcessNode.executableDirectory.map { "\($0)/agent-runtime" } ?? ""

    @Test(
        "the example runtime is kept with its conversation's file open, encrypted with the tenant's key",
        .enabled(if: FileManager.default.isExecutableFile(atPath: agent), "needs agent-runtime: make build"),
        .enabled("needs CRIU and root: Scripts/setup-criu.sh builds it") { await works() })
    func agentSleeps() async throws {
        try await Self.run(checkpoint: RuntimeCheckpoint(secretName: "tenant-key"), command: ["agent-runtime"]) {
            world in
            _ = try await world.client.create(
                KubernetesSecret(
                    metadata: ObjectMeta(name: "tenant-key", namespace: "demo"),
                    stringData: ["key": "0123456789abcdef0123456789abcdef"]))
            try await world.reach(.ready)
            let first = try await world.client.get(Pod.self, "ada", in: "demo")
            try await world.want(.suspended)
            let asleep = try await world.reach(.suspended)
            #expect(asleep.status.kept?.method == .process, "\(String(describing: asleep.status.kept?.message))")
            let kept = try await world.client.get(Checkpoint.self, "ada-rest", in: "demo")
            #expect(kept.status.isEncrypted)
            #expect(kept.status.location?.hasSuffix(".sealed") == true)
            try await world.want(.running)
            let awake = try await world.reach(.ready)
            if awake.status.restored?.code == "E_CHECKPOINT_BUSY" {
                try Test.cancel("something else on this machine has taken a number of the process")
            }
            #expect(awake.status.restored?.method == .process, "\(String(describing: awake.status.restored?.message))")
            let second = try await world.client.get(Pod.self, "ada", in: "demo")
            #expect(second.uid != first.uid)
            #expect(PodEndpoint.ports(of: second) == PodEndpoint.ports(of: first))
            #expect(second.status?.containerStatuses.first?.restartCount == 0)
        }
    }

    @Test(
        "a pod that is lost after it woke starts anew: what it did since is not undone",
        .enabled("needs CRIU and root: Scripts/setup-criu.sh builds it") { await works() })
    func lostAfterwards() async throws {
        try await Self.run(checkpoint: RuntimeCheckpoint()) { world in
            try await world.reach(.ready)
            #expect(try await world.count() == "1")
            try await world.want(.suspended)
            try await world.reach(.suspended)
            try await world.want(.running)
            let pod = try await world.client.object(Pod.self, "ada", in: "demo") {
                !PodRestore.outcomes(of: $0).isEmpty
            }
            try await world.client.delete(Pod.self, "ada", in: "demo", gracePeriodSeconds: 0)
            try await world.client.object(Pod.self, "ada", in: "demo") {
                $0.uid != pod.uid
                    && $0.status?.conditions.contains { $0.type == "Ready" && $0.status == "True" } == true
            }
            #expect(try await world.count() == "1")
        }
    }

    @Test("where nothing can be kept the runtime sleeps and wakes all the same, and says why")
    func cannot() async throws {
        try await Self.run(checkpoint: RuntimeCheckpoint(secretName: "no-such-key")) { world in
            try await world.reach(.ready)
            #expect(try await world.count() == "1")
            try await world.want(.suspended)
            let asleep = try await world.reach(.suspended)
            #expect(asleep.status.kept?.method == nil)
            #expect(asleep.status.kept?.code?.hasPrefix("E_CHECKPOINT_") == true)
            try await world.want(.running)
            let awake = try await world.reach(.ready)
            #expect(awake.status.restored == nil)
            #expect(try await world.count() == "1")
        }
    }
}
