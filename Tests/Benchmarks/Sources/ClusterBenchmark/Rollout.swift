import BenchmarkSupport
import ClawBase
import ClawCluster
import ClawKubernetes

private func deployment(_ replicas: Int) -> Deployment {
    Deployment(
        metadata: ObjectMeta(name: "web", namespace: "default"),
        spec: DeploymentSpec(
            selector: LabelSelector(matchLabels: ["app": "web"]),
            template: PodTemplateSpec(
                metadata: ObjectMeta(labels: ["app": "web"]),
                spec: PodSpec(containers: [Container(name: "c", image: "x:1")])),
            replicas: replicas))
}

/// A Deployment of 1,000 replicas until all are ready, on simulated nodes, in real time.
func measureRollout() async throws {
    let replicas = 1000
    let rollout = try await best(of: 3) {
        try await EmbeddedCluster.withCluster { cluster in
            let api = cluster.client
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await SimulatedNodes(.init(count: 10), api: api).run() }
                _ = try await api.create(deployment(replicas))
                for try await event in api.watch(Deployment.self, in: "default") {
                    if case .applied(let seen) = event, seen.status?.readyReplicas == replicas { break }
                    if case .snapshot(let all) = event, all.first?.status?.readyReplicas == replicas { break }
                }
                group.cancelAll()
            }
        }
    }
    report("a Deployment of \(replicas) replicas until all are ready", rollout.wall, "s wall", "\(rollout.processor) s CPU")
}

/// Six hours of a cluster at rest but for its nodes, probes and back-offs, in virtual time.
func measureHours() async throws {
    let hours = try await best(of: 3) {
        try await SimulatedCluster.run(seed: 1) { cluster in
            _ = try await cluster.client.create(deployment(100))
            try await cluster.clock.advance(by: .hours(6))
        }
    }
    report("six hours of a Deployment of 100 replicas, in virtual time", hours.wall, "s wall")
}
