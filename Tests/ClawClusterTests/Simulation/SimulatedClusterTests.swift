import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import Testing

@Suite("A simulated cluster")
struct SimulatedClusterTests {
    private static func deployment(_ replicas: Int) -> Deployment {
        Deployment(
            metadata: ObjectMeta(name: "web", namespace: "default"),
            spec: DeploymentSpec(
                selector: LabelSelector(matchLabels: ["app": "web"]),
                template: PodTemplateSpec(
                    metadata: ObjectMeta(labels: ["app": "web"]),
                    spec: PodSpec(containers: [Container(name: "c", image: "x:1")])),
                replicas: replicas))
    }

    @Test("time stands still until it is told to pass, and then nobody waits in earnest")
    func time() async throws {
        var options = SimulatedCluster.Options()
        options.nodes = SimulatedNodes.Configuration(count: 3) { _ in PodBehavior(imagePull: .seconds(90)) }
        try await SimulatedCluster.run(options) { cluster in
            _ = try await cluster.client.create(Self.deployment(5))
            try await cluster.clock.settle()
            func ready() async throws -> Int {
                try await cluster.client.get(Deployment.self, "web", in: "default").status?.readyReplicas ?? 0
            }
            var count = try await ready()
            #expect(count == 0)
            try await cluster.clock.advance(by: .seconds(80))
            count = try await ready()
            #expect(count == 0)
            try await cluster.clock.advance(by: .minutes(2))
            count = try await ready()
            #expect(count == 5)
            let before = cluster.history.count
            try await cluster.clock.advance(by: .hours(6))
            let writes = cluster.history.requests(from: before).filter(\.isWrite)
            #expect(writes.isEmpty, "a cluster at rest writes nothing: \(writes.prefix(5))")
        }
    }

    @Test("what goes on for ever without waiting is told, not waited for", .timeLimit(.minutes(5)))
    func restless() async throws {
        var options = SimulatedCluster.Options()
        options.stepLimit = 200_000
        await #expect {
            try await SimulatedCluster.run(options) { cluster in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { while !Task.isCancelled { await Task.yield() } }
                    defer { group.cancelAll() }
                    try await cluster.clock.advance(by: .seconds(1))
                }
            }
        } throws: { ($0 as? Finding)?.code == .deadline }
    }

    @Test("a lost node's pods are replaced after their patience, and end when the node is back")
    func lostNode() async throws {
        var options = SimulatedCluster.Options()
        options.nodes = SimulatedNodes.Configuration(count: 2)
        try await SimulatedCluster.run(options) { cluster in
            let nodes = try #require(cluster.nodes)
            _ = try await cluster.client.create(Self.deployment(4))
            try await cluster.clock.advance(by: .minutes(1))
            func pods() async throws -> [Pod] { try await cluster.client.list(Pod.self, in: "default").items }
            func ready(on node: String) async throws -> Int {
                try await pods().filter { $0.spec?.nodeName == node && !$0.isBeingDeleted && $0.status?.conditions.contains { $0.type == "Ready" && $0.status == "True" } == true }.count
            }
            var (first, second) = (try await ready(on: "simulated-1"), try await ready(on: "simulated-2"))
            #expect(first == 2 && second == 2)
            try await nodes.lose("simulated-1")
            try await cluster.clock.advance(by: .minutes(2))
            first = try await ready(on: "simulated-1")
            #expect(first == 0, "who is not heard of is not ready")
            try await cluster.clock.advance(by: .minutes(6))
            second = try await ready(on: "simulated-2")
            #expect(second == 4)
            var going = try await pods().filter(\.isBeingDeleted).count
            #expect(going == 2, "nobody can say that the lost node's pods have ended")
            try await nodes.recover("simulated-1")
            try await cluster.clock.advance(by: .minutes(2))
            going = try await pods().filter(\.isBeingDeleted).count
            #expect(going == 0)
            let node = try await cluster.client.get(Node.self, "simulated-1")
            #expect(node.spec?.taints.isEmpty ?? true)
        }
    }

    @Test("the same seed gives the same run, another seed another", arguments: [1, 2, 3] as [UInt64])
    func repeats(seed: UInt64) async throws {
        func run(_ seed: UInt64) async throws -> [String] {
            var options = SimulatedCluster.Options()
            options.nodes = SimulatedNodes.Configuration(count: 2) { pod in
                PodBehavior(imagePull: .seconds(Int64(pod.name.utf8.last ?? 0) % 7))
            }
            return try await SimulatedCluster.run(seed: seed, options) { cluster in
                _ = try await cluster.client.create(Self.deployment(6))
                try await cluster.clock.advance(by: .seconds(20))
                _ = try await cluster.client.edit(Deployment.self, "web", in: "default") {
                    $0.spec?.template.spec?.containers[0].image = "x:2"
                }
                try await cluster.clock.advance(by: .minutes(5))
                return cluster.history.requests.map { "\($0.time.rfc3339()) \($0)" }
            }
        }
        let (first, second, other) = (try await run(seed), try await run(seed), try await run(seed &+ 100))
        #expect(first == second)
        #expect(first != other)
    }
}
