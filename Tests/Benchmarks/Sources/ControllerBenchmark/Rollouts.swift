import BenchmarkSupport
import ClawApps
import ClawCluster
import ClawControl
import ClawKubernetes

/// So many Rollouts from nothing until all are ready, then a while of rest.
func measureRollouts(_ count: Int) async throws {
    try await withOperator(nodes: max(10, count / 100)) { cluster, caches, controller in
        let (time, _) = try await measure { try await createAndWait(count, cluster, caches) }
        let memory = residentMemory()
        report(
            "\(count) Rollouts until all are ready", time.wall, "s wall",
            "\(Int(time.processor)) s CPU; \(Int(memory.peak)) MB at the most")
        let objects = try await countObjects(cluster.client)
        let cached = caches.statistics.values.map(\.objects).reduce(0, +)
        report("objects by then", Double(objects), "objects", "\(cached) in the operator's caches")
        // What is under way comes to its end first; autoscalers look every 15 s, write what they
        // saw twice, and look in full once more.
        while !controller.isIdle { try await Task.sleep(for: .milliseconds(50)) }
        try await Task.sleep(for: .seconds(60))
        let before = try await revision(cluster.client)
        let (rest, _) = try await measure { try await Task.sleep(for: .seconds(10)) }
        report(
            "at rest", rest.processor / rest.wall * 100, "% CPU",
            "\(try await revision(cluster.client) - before) writes in 10 s (leases of the nodes included)")
    }
}

private func revision(_ api: KubernetesClient) async throws -> Int {
    try await api.list(Namespace.self).resourceVersion.flatMap { Int($0) } ?? 0
}

private func countObjects(_ api: KubernetesClient) async throws -> Int {
    var count = 0
    func add<R: Resource>(_ type: R.Type) async throws {
        count += try await api.list(PartialObjectMetadata<R>.self).items.count
    }
    for type: any Resource.Type in [
        Rollout.self, Deployment.self, ReplicaSet.self, Pod.self, Service.self, Endpoints.self, EndpointSlice.self,
        Ingress.self, HorizontalPodAutoscaler.self, KubernetesSecret.self, ServiceAccount.self,
        ControllerRevision.self, ConfigMap.self,
    ] {
        try await add(type)
    }
    return count
}
