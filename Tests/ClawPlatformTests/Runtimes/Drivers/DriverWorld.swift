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
import Synchronization

/// A driver of runtimes with what it drives, and nobody else who acts: the checks do what an orchestrator would.
struct DriverWorld: Sendable {
    enum Kind: String, CaseIterable, Sendable, CustomStringConvertible {
        case simulatedNode = "pods on a simulated node"
        case processNode = "processes of this machine"
        case sandbox = "sandboxes of agent-sandbox"
        case claimedSandbox = "claimed sandboxes of agent-sandbox's warm pools"
        var description: String { rawValue }
        var isSandbox: Bool { self == .sandbox || self == .claimedSandbox }
    }

    let kind: Kind
    let client: KubernetesClient
    let driver: any RuntimeDriver
    /// What the driver sends.
    let calls: RecordingTransport
    fileprivate let node: SimulatedNode?
    fileprivate let network: CurlTransport
    fileprivate let caches: SharedCaches
    fileprivate let sandboxes: ServedSandboxes
    fileprivate let volumes = VolumeNames()

    // MARK: runtimes

    /// Declares a runtime whose program is not ready until ``open(_:)``.
    func declare(_ name: String = "ada", more: (inout RuntimeSpec) -> Void = { _ in }) async throws -> Runtime {
        node?.behave(.starting)
        var spec = RuntimeSpec(user: "ada")
        spec.document["command"] = ["python3", "-c", .string(Self.program)]
        if kind.isSandbox { spec.driver = .sandbox }
        more(&spec)
        if kind == .claimedSandbox { try await warm(spec) }
        return try await client.create(Runtime(metadata: ObjectMeta(name: name, namespace: "demo"), spec: spec))
    }

    /// With the volume that it has, as the orchestrator does it.
    func cell(_ runtime: Runtime) throws -> RuntimeCell {
        var cell = try RuntimeCell(runtime, Fixture.context)
        if let name = volumes.withLock({ $0[runtime.uid ?? ""] }) { cell.volumeName = name }
        return cell
    }

    func observe(_ runtime: Runtime) async throws -> RuntimeObservation {
        let seen = try await driver.observe(runtime.cellID)
        volumes.withLock { $0[runtime.uid ?? ""] = seen.volume?.name }
        return seen
    }

    func perform(_ actions: [RuntimeAction], _ runtime: Runtime) async throws {
        if kind == .claimedSandbox, actions.contains(.startPod) {
            let seen = try await observe(runtime)
            if seen.pod == nil, seen.volume == nil { try await claim(runtime) }
        }
        let cell = try cell(runtime)
        for action in actions { try await driver.perform(action, runtime.cellID, cell) }
    }

    /// A pool of sandboxes like the runtime's.
    private func warm(_ spec: RuntimeSpec) async throws {
        node?.behave(.ready)
        let made = try await client.getOrCreate(RuntimePool(name: "warm", in: "demo", spec: RuntimePoolSpec(size: 1)))
        let model = Runtime(metadata: ObjectMeta(name: "warm", namespace: "demo"), spec: spec)
        let shape = try RuntimeCell(model, Fixture.context).warmShape()
        try await eventually("a sandbox is warm") {
            try await sandboxes.look()
            return try await SandboxPools(sandboxes, caches).keep(made.object, shape, wanted: 1, now: SystemTime().now).warm == 1
        }
    }

    /// Takes one; from then on its program is not ready until ``open(_:)``.
    private func claim(_ runtime: Runtime) async throws {
        node?.behave(.ready)
        try await eventually("it is claimed") { try await driver.claim(try cell(runtime)) }
        try await reach(runtime, "it has a sandbox of the pool") {
            $0.volume != nil && $0.pod?.pool == "warm" && $0.pod?.uid != nil
        }
        node?.behave(.starting)
        try await reach(runtime, "its program is not ready") { $0.pod?.isReady == false }
    }

    /// Keys, volume and program, ready.
    func start(_ runtime: Runtime) async throws {
        try await perform([.ensureIdentity, .ensureVolume, .startPod], runtime)
        try await reach(runtime, "its program runs") { $0.pod?.hasContainers == true && $0.pod?.waiting == nil }
        try await open(runtime)
        try await reach(runtime, "it is ready") { $0.pod?.isReady == true }
    }

    /// Lets its program say that it is ready.
    func open(_ runtime: Runtime) async throws {
        node?.behave(.ready)
        guard kind == .processNode else { return }
        try await eventually("the program listens") {
            guard let pod = try await pods(of: runtime).first, let port = PodEndpoint.ports(of: pod)["http"] else {
                return false
            }
            return (try? await network.send(Request(.get, "http://127.0.0.1:\(port)/open")))?.status == .ok
        }
    }

    func stop(_ runtime: Runtime) async throws {
        try await perform([.stopPod], runtime)
        try await reach(runtime, "it is down") { $0.pod == nil }
    }

    @discardableResult
    func reach(
        _ runtime: Runtime, _ what: String, _ holds: (RuntimeObservation) -> Bool
    ) async throws -> RuntimeObservation {
        var last = RuntimeObservation()
        do {
            try await eventually(what) {
                last = try await observe(runtime)
                return holds(last)
            }
        } catch {
            throw Finding(.deadline, "\(kind): waited in vain until \(what): \(last)")
        }
        return last
    }

    func pods(of runtime: Runtime) async throws -> [Pod] {
        let pods = try await client.list(Pod.self, in: "demo").items
        return pods.filter { Runtime.owner(of: $0)?.uid == runtime.uid }
    }

    /// What the driver has changed.
    var writes: [RecordingTransport.Exchange] { calls.exchanges.filter { $0.isWrite && $0.status != 409 } }

    func volume(of runtime: Runtime) async throws -> PersistentVolumeClaim? {
        if kind == .claimedSandbox {
            return try await client.list(PersistentVolumeClaim.self, in: "demo").items
                .first { $0.labels[RuntimeCell.runtimeLabel] == runtime.name }
        }
        return try await client.find(PersistentVolumeClaim.self, "\(runtime.name)-state", in: "demo")
    }

    /// Ready once it was asked for `/open`.
    private static let program = """
        import http.server, os
        opened = False
        class H(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                global opened
                if self.path == '/open': opened = True
                self.send_response(200 if opened or self.path != '/readyz' else 503)
                self.send_header('Content-Length', '0')
                self.end_headers()
            def log_message(self, *a): pass
        http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), H).serve_forever()
        """
}

/// Which volumes runtimes were seen to have, by the runtimes' uids.
final class VolumeNames: Sendable {
    private let names = Mutex<[String: String]>([:])
    func withLock<R>(_ body: (inout sending [String: String]) -> sending R) -> R { names.withLock(body) }
}

extension Runtime {
    var cellID: RuntimeCellID { RuntimeCellID(project: namespace ?? "", name: name, uid: uid ?? "") }
}

/// Runs `body` in a world of its own.
func withDriver(_ kind: DriverWorld.Kind, _ body: @escaping @Sendable (DriverWorld) async throws -> Void) async throws {
    let root = NSTemporaryDirectory() + "clawkit-driver-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: root) }
    var options = EmbeddedCluster.Options()
    options.logger = silent
    let (cluster, network) = (try await EmbeddedCluster(options), CurlTransport())
    try await ClawGroup.install(in: cluster.client)
    if kind.isSandbox { try await AgentSandboxes.install(in: cluster.client) }
    if kind == .claimedSandbox { try await AgentSandboxPools.install(in: cluster.client) }
    _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "demo")))
    let calls = RecordingTransport(cluster.transport)
    let caches = SharedCaches(KubernetesClient(calls))
    let pods = KubernetesRuntimeDriver(caches: caches, transport: network)
    let sandboxes = ServedSandboxes(caches, logger: silent)
    let local = ProcessNodeConfiguration(name: "local", rootDirectory: root)
    let processes =
        kind == .processNode ? ProcessNode(configuration: local, api: cluster.client, logger: silent) : nil
    if let processes { cluster.connect(node: "local", processes) }
    let node = processes == nil ? SimulatedNode(cluster.client) : nil
    let driver: any RuntimeDriver = kind.isSandbox ? SandboxRuntimeDriver(pods, sandboxes) : pods
    let world = DriverWorld(
        kind: kind, client: cluster.client, driver: driver, calls: calls, node: node, network: network,
        caches: SharedCaches(cluster.client), sandboxes: sandboxes)
    try await withThrowingTaskGroup(of: Bool.self) { group in
        defer { group.cancelAll() }
        func run(_ part: @escaping @Sendable () async throws -> Void) {
            group.addTask {
                do { try await part() } catch  where Task.isCancelled {}
                return false
            }
        }
        run { try await cluster.run() }
        run { try await caches.run() }
        if let node { run { try await node.run() } }
        if let processes { run { try await processes.run() } }
        if kind == .claimedSandbox { run { try await AgentSandboxPools(cluster.client).run() } }
        if kind.isSandbox {
            run { try await AgentSandboxes(cluster.client).run() }
            try await sandboxes.look()
        }
        group.addTask {
            try await SystemTime().withDeadline(.seconds(180), "The check") { try await body(world) }
            processes?.drain()
            return true
        }
        while let isBody = try await group.next() { if isBody { return } }
    }
    await network.shutdown()
}
