import BenchmarkSupport
import ClawBase
import ClawCluster
import ClawControl
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources
import Foundation
import HTTPTypes
import Synchronization

struct ClaimWish: Sendable {
    /// Runtimes that are wanted in a second, at random moments (Poisson); 0: all at once.
    var rate: Int
    var count: Int
    /// How many pods are kept warm.
    var pool: Int
    /// The most milliseconds that each of the orchestrator's requests takes longer, a quarter of it the least.
    var latency: Int
}

/// From asking for a runtime until a ready pod is its own, as a proxy with a watch of its own sees it.
func measureClaims(_ wish: ClaimWish) async throws {
    var options = EmbeddedCluster.Options()
    options.logger = quiet
    try await EmbeddedCluster.withCluster(options) { cluster in
        try await prepare(cluster.client)
        let transport = SlowTransport(cluster.transport, wish.latency)
        let caches = SharedCaches(KubernetesClient(transport))
        let orchestrator = Orchestrator(caches: caches, logger: quiet)
        let proxy = SharedCaches(cluster.client)
        let routed = RoutedRuntimes(proxy)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let nodes = SimulatedNodes.Configuration(count: 10 + (wish.pool + wish.count) / 100) { _ in
                PodBehavior(imagePull: .zero, start: .zero)
            }
            group.addTask { try await SimulatedNodes(nodes, api: cluster.client).run() }
            group.addTask { try await caches.run() }
            group.addTask { try await proxy.run() }
            group.addTask { try await orchestrator.run() }
            _ = try await cluster.client.create(
                RuntimePool(name: "warm", in: "demo", spec: RuntimePoolSpec(size: wish.pool)))
            let (filling, _) = try await measure {
                try await waiting("the pool is warm") {
                    try await cluster.client.get(RuntimePool.self, "warm", in: "demo").status.warm >= wish.pool
                }
            }
            report("a pool of \(wish.pool) until it is warm", filling.wall, "s wall", "")
            try await Task.sleep(for: .seconds(3))
            let before = transport.counts
            let (time, _) = try await measure {
                try await ask(wish, cluster.client, routed)
                try await waiting("all are routed") { routed.count >= wish.count }
            }
            let latencies = routed.latencies.sorted()
            func percentile(_ p: Double) -> Double { latencies[min(latencies.count - 1, Int(Double(latencies.count) * p))] }
            let how = wish.rate == 0 ? "at once" : "at \(wish.rate)/s"
            print(
                String(
                    format: "%d claims %@, latency up to %d ms: p50 %.1f  p90 %.1f  p99 %.1f  max %.1f ms; %.0f claims/s, %.1f s CPU",
                    wish.count, how, wish.latency, percentile(0.5), percentile(0.9), percentile(0.99),
                    latencies.last ?? 0, Double(wish.count) / time.wall, time.processor))
            try await waiting("all are ready") {
                try await cluster.client.list(Runtime.self, in: "demo").items.allSatisfy { $0.status.phase == .ready }
            }
            try await waiting("the pool is warm again") {
                try await cluster.client.get(RuntimePool.self, "warm", in: "demo").status.warm >= wish.pool
            }
            let after = transport.counts
            let warm = try await cluster.client.list(Runtime.self, in: "demo").items.count { $0.status.pool != nil }
            print(
                String(
                    format: "%d of %d from the pool; writes of the orchestrator for a claim: %.2f, and to make another: %.2f",
                    warm, wish.count, Double(after.own - before.own) / Double(wish.count),
                    Double(after.refill - before.refill) / Double(wish.count)))
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }
}

private func prepare(_ client: KubernetesClient) async throws {
    try await ClawGroup.install(in: client)
    try await PlatformSettings.publish(
        RuntimeContext(
            templates: [ClawConfiguration.Template(name: "default", command: ["agent-runtime"])], models: ["echo"],
            gatewayURL: "http://127.0.0.1:4000", publicURL: "http://127.0.0.1:8080"), in: client)
    _ = try await client.create(Namespace(metadata: ObjectMeta(name: "demo")))
}

private func ask(_ wish: ClaimWish, _ client: KubernetesClient, _ routed: RoutedRuntimes) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        var due = ContinuousClock.now
        for index in 0..<wish.count {
            if wish.rate > 0 {
                due += .seconds(-log(Double.random(in: 0.0001...1)) / Double(wish.rate))
                // Who is late does not make others later.
                if due > .now { try await Task.sleep(until: due, tolerance: .zero) }
            }
            group.addTask {
                routed.ask("r\(index)")
                _ = try await client.create(
                    Runtime(
                        metadata: ObjectMeta(name: "r\(index)", namespace: "demo"), spec: RuntimeSpec(user: "u\(index)")))
            }
        }
        try await group.waitForAll()
    }
}

private func waiting(_ what: String, until condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(300)
    while !(try await condition()) {
        if ContinuousClock.now > end { throw Finding(.deadline, "Waited in vain until \(what).") }
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// When each runtime was asked for, and when a ready pod was its own.
private final class RoutedRuntimes: Sendable {
    private let state = Mutex<(asked: [String: ContinuousClock.Instant], took: [String: Double])>(([:], [:]))

    init(_ caches: SharedCaches) {
        caches.cache(Pod.self).onChange { [weak self] change in
            guard let pod = change.new, let owner = pod.metadata.controllerReference, owner.kind == "Runtime",
                pod.status?.conditions.contains(where: { $0.type == "Ready" && $0.status == "True" }) == true
            else { return }
            let now = ContinuousClock.now
            self?.state.withLock { state in
                guard state.took[owner.name] == nil, let asked = state.asked[owner.name] else { return }
                state.took[owner.name] = (now - asked) / .milliseconds(1)
            }
        }
    }

    func ask(_ name: String) { state.withLock { $0.asked[name] = .now } }
    var count: Int { state.withLock { $0.took.count } }
    var latencies: [Double] { state.withLock { Array($0.took.values) } }
}

/// An API server at some distance; counts what is written.
private final class SlowTransport: Transport {
    private let inner: any Transport
    private let latency: Int
    private let counted = Mutex<(own: Int, refill: Int)>((0, 0))

    init(_ inner: some Transport, _ latency: Int) { (self.inner, self.latency) = (inner, latency) }

    var counts: (own: Int, refill: Int) { counted.withLock { $0 } }

    func send(_ request: Request) async throws -> Response {
        let path = request.path
        if request.method != .get, !path.contains("runtimepools") {
            let isRefill = request.method == .post && (path.hasSuffix("/pods") || path.hasSuffix("/persistentvolumeclaims"))
            counted.withLock { if isRefill { $0.refill += 1 } else { $0.own += 1 } }
        }
        if latency > 0 {
            try await Task.sleep(for: .milliseconds(Double.random(in: Double(latency) / 4...Double(latency))))
        }
        return try await inner.send(request)
    }
}
