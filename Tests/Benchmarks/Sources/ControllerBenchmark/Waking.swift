import BenchmarkSupport
import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawHTTPServer
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources
import Foundation
import HTTPTypes

/// The example runtime as a process: how long from the wish until it is ready, and how long a request to one that sleeps as
/// a process is held until it is answered. Everything of this process, but for the runtimes; the request comes over a socket.
func measureWaking(_ rounds: Int) async throws {
    try await WakingSite.run { site in
        var cold: [Double] = []
        for round in 0..<rounds + 3 {
            let (time, _) = try await measure { try await site.start("cold-\(round)", keeps: false) }
            // The first ones bring the program's pages in.
            if round >= 3 { cold.append(time.wall * 1000) }
            try await site.client.delete(Runtime.self, "cold-\(round)", in: "demo")
        }
        show("agent-runtime, from the wish to Ready", cold, "(target ≤ 300)")
        try await site.start("ada", keeps: true)
        _ = try await site.visit("ada")
        var (woken, restored, without): ([Double], [Double], [String]) = ([], [], [])
        for _ in 0..<rounds + 1 {
            try await site.sleep("ada")
            let (time, status) = try await measure { try await site.visit("ada") }
            guard status == 200 else { throw Finding(.internalError, "The visitor got \(status).") }
            let came = try await site.runtime("ada") { $0.status.phase == .ready }.status.restored
            guard came?.method == .process else {
                without.append(came?.code ?? "no checkpoint")
                continue
            }
            woken.append(time.wall * 1000)
            restored.append(came?.milliseconds ?? 0)
        }
        guard !woken.isEmpty else {
            print("  skipped: nothing could be kept as a process here (\(without.first ?? "")): Scripts/setup-criu.sh")
            return
        }
        show("a request to a runtime that sleeps as a process", Array(woken.dropFirst()), "(target ≤ 150)")
        show("… of which the node's checks, unpacking and CRIU", Array(restored.dropFirst()))
        if !without.isEmpty { print("  \(without.count) began anew and are not counted: \(Set(without).sorted())") }
    }
}

private func show(_ name: String, _ times: [Double], _ note: String = "") {
    let sorted = times.sorted()
    guard let last = sorted.last else { return }
    let part = { (share: Double) in sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] }
    report(name, part(0.5), "ms p50", String(format: "%.1f ms p99, %.1f most, of %d   %@", part(0.99), last, sorted.count, note))
}

/// A whole platform in this process: cluster, process node, orchestrator, control plane on a socket.
private struct WakingSite: Sendable {
    let client: KubernetesClient
    let address: String
    let token: String
    let network: CurlTransport

    static func run(_ body: @escaping @Sendable (WakingSite) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "clawkit-waking-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var options = EmbeddedCluster.Options()
        options.logger = quiet
        let network = CurlTransport()
        let cluster = try await EmbeddedCluster(options)
        let node = ProcessNode(
            configuration: ProcessNodeConfiguration(name: "local", rootDirectory: folder), api: cluster.client, logger: quiet)
        cluster.connect(node: "local", node)
        let client = cluster.client
        try await ClawGroup.install(in: client)
        let caches = SharedCaches(client)
        let store = MemoryPlatformStore()
        guard let administrator = try await ControlPlane.bootstrapAdministrator(in: store) else { return }
        let keyring = try await SessionKeyring.open(in: store, sessionsLasting: .hours(12))
        let plane = ControlPlane(
            api: client, caches: caches, store: store, signer: SessionSigner(keyring),
            configuration: ControlPlane.Configuration(publicURL: "http://127.0.0.1:8080"), runtimeTransport: network,
            logger: quiet)
        let orchestrator = Orchestrator(caches: caches, network: network, logger: quiet)
        try await HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), logger: quiet).withServer(plane.handler) { address in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await cluster.run() }
                group.addTask { try await node.run() }
                group.addTask { try await caches.run() }
                group.addTask { try await orchestrator.run() }
                group.addTask { try await plane.run() }
                try await PlatformSettings.publish(
                    RuntimeContext(
                        templates: [ClawConfiguration.Template(name: "default", command: ["agent-runtime"])],
                        models: ["echo"], gatewayURL: "http://127.0.0.1:4000", publicURL: "http://\(address)"), in: client)
                let site = WakingSite(
                    client: client, address: "http://\(address)", token: administrator.reveal(), network: network)
                do { try await body(try await site.inhabited()) } catch {
                    FileHandle.standardError.write(Data("runtimes-wake: \(error)\n".utf8))
                }
                node.drain()
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
        }
        await network.shutdown()
    }

    /// With a tenant, a project and its owner, as whom everything is asked from then on.
    private func inhabited() async throws -> WakingSite {
        _ = try await post("tenants", ["name": "acme"])
        _ = try await post("projects", ["name": "demo", "tenant": "acme"])
        let user = try await post("users", ["name": "ada", "project": "demo", "role": "owner"])
        return WakingSite(client: client, address: address, token: user["token"]?.string ?? "", network: network)
    }

    private func post(_ path: String, _ body: JSON) async throws -> JSON {
        var request = Request(.post, "\(address)/api/v1/\(path)")
        request.headers[.authorization] = "Bearer \(token)"
        request.headers[.contentType] = "application/json"
        request.body = .bytes(body.bytes())
        let response = try await network.send(request)
        let answer = try await response.body.collect(limit: 1 << 20)
        guard response.status.code < 300 else {
            throw Finding(.internalError, "\(path): \(response.status.code) \(String(decoding: answer, as: UTF8.self))")
        }
        return try JSONParser.parse(answer)
    }

    // MARK: what is measured

    func start(_ name: String, keeps: Bool) async throws {
        var spec = RuntimeSpec(user: "ada")
        if keeps { spec.checkpoint = RuntimeCheckpoint() }
        _ = try await client.create(Runtime(metadata: ObjectMeta(name: name, namespace: "demo"), spec: spec))
        _ = try await runtime(name) { $0.status.phase == .ready }
    }

    /// One request, to the end of its answer.
    func visit(_ name: String) async throws -> Int {
        var request = Request(.get, "\(address)/r/demo/\(name)/conversation")
        request.headers[.authorization] = "Bearer \(token)"
        let response = try await network.send(request)
        _ = try await response.body.collect(limit: 1 << 20)
        return response.status.code
    }

    func sleep(_ name: String) async throws {
        _ = try await client.mergePatch(Runtime.self, name, in: "demo", ["spec": ["desiredState": "Suspended"]])
        _ = try await runtime(name) { $0.status.phase == .suspended }
        // What was kept for it is told of a moment later than that it sleeps.
        try await Task.sleep(for: .milliseconds(200))
    }

    /// As soon as it is so: seen by a watch.
    func runtime(_ name: String, _ isSo: @escaping @Sendable (Runtime) -> Bool) async throws -> Runtime {
        do {
            return try await SystemTime().withDeadline(.seconds(30), name) { try await watched(name, isSo) }
        } catch let finding as Finding where finding.code == .deadline {
            let left = try await client.get(Runtime.self, name, in: "demo")
            let kept = try await client.list(Checkpoint.self, in: "demo").items.map { JSON.object($0.document).description }
            throw Finding(.deadline, "\(name) stays as it is: \(JSON.object(left.document)) \(kept)")
        }
    }

    private func watched(_ name: String, _ isSo: @escaping @Sendable (Runtime) -> Bool) async throws -> Runtime {
        let selection = Selection(fieldSelector: "metadata.name=\(name)")
        for try await event in client.watch(Runtime.self, in: "demo", matching: selection) {
            let seen: [Runtime] =
                switch event {
                case .snapshot(let all): all
                case .applied(let one): [one]
                case .deleted: []
                }
            if let found = seen.first(where: { isSo($0) && $0.status.observedGeneration == $0.metadata.generation }) { return found }
        }
        throw CancellationError()
    }
}
