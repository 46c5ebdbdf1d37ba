import BenchmarkSupport
import ClawBase
import ClawCluster
import ClawControl
import ClawKubernetes
import ClawPlatform
import ClawResources
import Foundation
import Logging
import Synchronization

let quiet = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }

/// The orchestrator as a process of its own, with what `KUBECONFIG` names, until it is ended.
func orchestrate() async throws {
    let transport = try ClusterTransport(ClusterAccess.load())
    let caches = SharedCaches(KubernetesClient(transport.retrying(.kubernetes, time: SystemTime())))
    let orchestrator = Orchestrator(caches: caches, logger: quiet)
    try await withThrowingDiscardingTaskGroup { group in
        group.addTask { try await caches.run() }
        group.addTask { try await orchestrator.run() }
    }
}

/// So many runtimes that nobody uses: what the orchestrator alone takes, and what it sends.
func measureRestingRuntimes(_ count: Int, _ program: String) async throws {
    try await withServedCluster(nodes: max(10, count / 100)) { cluster, kubeconfig, requests in
        try await prepare(cluster.client, count)
        let process = try OperatorProcess([program, "orchestrate"], kubeconfig: kubeconfig)
        let phases = try await RuntimePhases(cluster.client)
        try await phases.following {
            let (time, _) = try await measure {
                try await forEach(count) { index in
                    _ = try await cluster.client.create(runtime(index, count, idle: 86400))
                }
                try await phases.wait(until: .ready, count, process)
            }
            report(
                "\(count) runtimes until all are ready", time.wall, "s wall",
                String(format: "%.1f s CPU of the orchestrator", process.processorTime))
            try await Task.sleep(for: .seconds(30))
            let (before, cpu) = (requests.now, process.processorTime)
            try await Task.sleep(for: .seconds(20))
            let made = requests.now - before
            report(
                "the orchestrator at rest", (process.processorTime - cpu) * 5, "% CPU",
                "\(made.writes) writes, \(made.all) requests in 20 s   (targets: ≤ 1 %, 0 writes)")
            report("the most memory of the orchestrator", process.peakMemory, "MB", "(target ≤ 200)")
            try await process.end()
        }
    }
}

/// So many runtimes that are suspended, and resumed, all at once, in one process with the cluster.
func measureSuspension(_ count: Int) async throws {
    var options = EmbeddedCluster.Options()
    options.logger = quiet
    try await EmbeddedCluster.withCluster(options) { cluster in
        try await prepare(cluster.client, count)
        let caches = SharedCaches(cluster.client)
        let orchestrator = Orchestrator(caches: caches, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let nodes = SimulatedNodes.Configuration(count: max(10, count / 100)) { _ in
                PodBehavior(imagePull: .zero, start: .zero)
            }
            group.addTask { try await SimulatedNodes(nodes, api: cluster.client).run() }
            group.addTask { try await caches.run() }
            group.addTask { try await orchestrator.run() }
            let phases = try await RuntimePhases(cluster.client)
            try await phases.following {
                try await forEach(count) { index in _ = try await cluster.client.create(runtime(index, count, idle: nil)) }
                try await phases.wait(until: .ready, count, nil)
                for (wish, aim) in [("Suspended", RuntimePhase.suspended), ("Running", .ready)] {
                    let (time, _) = try await measure {
                        try await forEach(count) { index in
                            _ = try await cluster.client.mergePatch(
                                Runtime.self, "r\(index)", in: "p\(index % namespaces(count))",
                                ["spec": ["desiredState": .string(wish)]])
                        }
                        try await phases.wait(until: aim, count, nil)
                    }
                    report("\(count) runtimes until all are \(aim.rawValue)", time.wall, "s wall", "(target ≤ 30 for both)")
                }
            }
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }
}

private func namespaces(_ count: Int) -> Int { min(100, count) }

private func runtime(_ index: Int, _ count: Int, idle: Int?) -> Runtime {
    var spec = RuntimeSpec(user: "u\(index)")
    spec.idle = idle.map { RuntimeIdle(afterSeconds: $0) }
    return Runtime(metadata: ObjectMeta(name: "r\(index)", namespace: "p\(index % namespaces(count))"), spec: spec)
}

private func prepare(_ client: KubernetesClient, _ count: Int) async throws {
    try await ClawGroup.install(in: client)
    try await PlatformSettings.publish(
        RuntimeContext(
            templates: [ClawConfiguration.Template(name: "default", command: ["agent-runtime"])], models: ["echo"],
            gatewayURL: "http://127.0.0.1:4000", publicURL: "http://127.0.0.1:8080"), in: client)
    for index in 0..<namespaces(count) {
        _ = try await client.create(Namespace(metadata: ObjectMeta(name: "p\(index)")))
    }
}

/// Sixteen at a time.
private func forEach(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in 0..<16 {
            group.addTask { for index in stride(from: worker, to: count, by: 16) { try await body(index) } }
        }
        try await group.waitForAll()
    }
}

/// Where all runtimes stand, by a watch of its own.
private final class RuntimePhases: Sendable {
    private let phases = Mutex<[String: RuntimePhase]>([:])
    private let client: KubernetesClient

    init(_ client: KubernetesClient) async throws { self.client = client }

    func following(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                for try await event in client.watch(Runtime.self) {
                    let changed: [Runtime] =
                        switch event {
                        case .snapshot(let all): all
                        case .applied(let one): [one]
                        case .deleted: []
                        }
                    phases.withLock { for runtime in changed { $0[runtime.name] = runtime.status.phase } }
                }
            }
            try await body()
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }

    func wait(until phase: RuntimePhase, _ count: Int, _ process: OperatorProcess?) async throws {
        let end = ContinuousClock.now + .seconds(600)
        while phases.withLock({ $0.values.count { $0 == phase } }) < count {
            if let obituary = process?.obituary { throw Finding(.internalError, obituary) }
            if ContinuousClock.now > end { throw Finding(.deadline, "Not all become \(phase.rawValue).") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
