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
            await cluster.clock.settle()
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
