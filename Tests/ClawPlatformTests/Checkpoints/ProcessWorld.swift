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

/// An embedded cluster with process nodes of this machine, project `demo`, and an orchestrator.
struct ProcessWorld: Sendable {
    let client: KubernetesClient
    let root: String
    let transport: CurlTransport

    @discardableResult
    func start(
        _ name: String = "ada", user: String = "ada", _ change: (inout RuntimeSpec) -> Void = { _ in }
    ) async throws -> Runtime {
        var spec = RuntimeSpec(user: user)
        spec.document["command"] = ["python3", "-c", .string(Self.counter)]
        change(&spec)
        return try await client.create(Runtime(metadata: ObjectMeta(name: name, namespace: "demo"), spec: spec))
    }

    func edit(_ change: JSON, of name: String = "ada") async throws {
        _ = try await client.mergePatch(Runtime.self, name, in: "demo", change)
    }

    func want(_ state: RuntimeSpec.DesiredState, _ name: String = "ada") async throws {
        try await edit(["spec": ["desiredState": .string(state.rawValue)]], of: name)
    }

    @discardableResult
    func reach(_ phase: RuntimePhase, _ name: String = "ada") async throws -> Runtime {
        try await client.object(Runtime.self, name, in: "demo") { $0.status.phase == phase && !$0.hasNewWish }
    }

    /// Asks for a checkpoint of the runtime, and waits until it is decided.
    func keep(_ name: String, _ change: (inout CheckpointSpec) -> Void = { _ in }) async throws -> Checkpoint {
        var spec = CheckpointSpec(runtime: "ada")
        change(&spec)
        _ = try await client.create(Checkpoint(metadata: ObjectMeta(name: name, namespace: "demo"), spec: spec))
        return try await client.object(Checkpoint.self, name, in: "demo") {
            $0.status.phase == .stored || $0.status.phase == .failed
        }
    }

    /// Where a claim's files are.
    func directory(of claim: String) async throws -> String {
        let bound = try await client.object(PersistentVolumeClaim.self, claim, in: "demo") { $0.status?.phase == "Bound" }
        let volume = try await client.get(PersistentVolume.self, bound.spec?.volumeName ?? "")
        return try #require(volume.spec?.local?.path)
    }

    static func tools(in root: String) -> String { root + "/tools" }

    /// From now on, containers find a program of that name before the machine's own.
    func install(_ program: String, _ script: String) throws {
        let directory = Self.tools(in: root)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let path = "\(directory)/\(program)"
        try script.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    func count(of pod: String = "ada") async throws -> String {
        let pod = try await client.get(Pod.self, pod, in: "demo")
        let port = try #require(PodEndpoint.ports(of: pod)["http"])
        let response = try await SystemTime().withDeadline(.seconds(60), "the count") {
            try await transport.send(Request(.get, "http://127.0.0.1:\(port)/count"))
        }
        return String(decoding: try await response.body.collect(limit: 1 << 16), as: UTF8.self)
    }

    /// A program that counts how often it was asked for `/count`.
    static let counter = """
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
}

/// Runs `body` in a world of its own.
/// - Parameters:
///   - nodes: each a process node; all of them are this machine.
///   - context: the platform's settings.
func withProcessRuntimes(
    nodes: [String] = ["local"], context: RuntimeContext = Fixture.context,
    _ body: @escaping @Sendable (ProcessWorld) async throws -> Void
) async throws {
    let root = NSTemporaryDirectory() + "clawkit-runtimes-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: root) }
    var options = EmbeddedCluster.Options()
    options.logger = silent
    let cluster = try await EmbeddedCluster(options)
    let transport = CurlTransport()
    let processes = nodes.map { name in
        var configuration = ProcessNodeConfiguration(
            name: name, rootDirectory: nodes.count == 1 ? root : "\(root)/\(name)")
        configuration.executableSearchPath.append(ProcessWorld.tools(in: root))
        return ProcessNode(configuration: configuration, api: cluster.client, logger: silent)
    }
    for (name, node) in zip(nodes, processes) { cluster.connect(node: name, node) }
    try await withThrowingTaskGroup(of: Bool.self) { group in
        defer { group.cancelAll() }
        try await ClawGroup.install(in: cluster.client)
        _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "demo")))
        try await PlatformSettings.publish(context, in: cluster.client)
        let caches = SharedCaches(cluster.client)
        let orchestrator = Orchestrator(caches: caches, network: transport, logger: silent)
        group.addTask { try await runs { try await cluster.run() } }
        for node in processes { group.addTask { try await runs { try await node.run() } } }
        group.addTask { try await runs { try await caches.run() } }
        group.addTask { try await runs { try await orchestrator.run() } }
        group.addTask {
            try await body(ProcessWorld(client: cluster.client, root: root, transport: transport))
            for node in processes { node.drain() }
            return true
        }
        while let isBody = try await group.next() { if isBody { return } }
    }
    await transport.shutdown()
}

private func runs(_ body: () async throws -> Void) async throws -> Bool {
    do { try await body() } catch  where Task.isCancelled {}
    return false
}
