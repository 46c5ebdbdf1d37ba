import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import Testing

@Suite("ReplicaSets")
struct ReplicaSetTests {
    static func set(_ name: String, replicas: Int, minReadySeconds: Int? = nil) -> ReplicaSet {
        let labels = ["rs": name]
        return ReplicaSet(
            metadata: ObjectMeta(name: name, namespace: "default"),
            spec: ReplicaSetSpec(
                selector: LabelSelector(matchLabels: labels), minReadySeconds: minReadySeconds, replicas: replicas,
                template: PodTemplateSpec(
                    metadata: ObjectMeta(labels: labels),
                    spec: PodSpec(containers: [Container(name: "main", image: "web:1")]))))
    }

    private func pods(_ client: KubernetesClient, _ name: String) async throws -> [Pod] {
        try await client.list(Pod.self, in: "default", labels: ["rs": name]).items
    }

    /// The set's status may still be that of before: the pods themselves say when there are as many, and none is that one.
    private func waitForPods(_ client: KubernetesClient, _ name: String, _ count: Int, without gone: Pod) async throws {
        try await SystemTime().withDeadline(.seconds(60), "\(count) pods of \(name)") {
            while true {
                let present = try await pods(client, name)
                if present.count == count, !present.contains(where: { $0.uid == gone.uid }) { return }
                try await SystemTime().sleep(for: .milliseconds(5))
            }
        }
    }

    @Test("as many pods as wanted, never more, whether it grows or shrinks")
    func scaling() async throws {
        try await withSimulatedNodes(.init(count: 3)) { client in
            _ = try await client.create(Self.set("web", replicas: 5))
            try await client.waitFor(ReplicaSet.self, "web", in: "default") { $0.status?.availableReplicas == 5 }
            #expect(try await pods(client, "web").count == 5)
            for wanted in [12, 3, 0] {
                _ = try await client.edit(ReplicaSet.self, "web", in: "default") { $0.spec?.replicas = wanted }
                let set = try await client.waitFor(ReplicaSet.self, "web", in: "default") {
                    $0.status?.replicas == wanted && ($0.status?.availableReplicas ?? 0) == wanted
                        && $0.status?.terminatingReplicas == 0
                }
                #expect(set.status?.observedGeneration == set.metadata.generation)
                #expect(try await pods(client, "web").count == wanted)
            }
        }
    }

    @Test("what matches and has no controller is adopted, what no longer matches is released and replaced")
    func adoption() async throws {
        try await withSimulatedNodes(.init(count: 3)) { client in
            var orphan = Pod(
                metadata: ObjectMeta(name: "orphan", namespace: "default", labels: ["rs": "web"]),
                spec: PodSpec(containers: [Container(name: "main", image: "web:1")]))
            orphan = try await client.create(orphan)
            // Bound by the scheduler, it stands in the cache that all controllers read.
            try await client.waitFor(Pod.self, "orphan", in: "default") { $0.spec?.nodeName != nil }
            let set = try await client.create(Self.set("web", replicas: 2))
            try await client.waitFor(Pod.self, "orphan", in: "default") { $0.metadata.isControlled(by: set) }
            try await client.waitFor(ReplicaSet.self, "web", in: "default") { $0.status?.replicas == 2 }
            #expect(try await pods(client, "web").count == 2)
            _ = try await client.edit(Pod.self, "orphan", in: "default") { $0.labels["rs"] = "other" }
            try await client.waitFor(Pod.self, "orphan", in: "default") { $0.metadata.ownerReferences.isEmpty }
            try await waitForPods(client, "web", 2, without: orphan)
        }
    }

    @Test("a pod that is deleted or fails is replaced; at rest nothing is written")
    func replacement() async throws {
        try await withSimulatedNodes(.init(count: 3)) { client in
            _ = try await client.create(Self.set("web", replicas: 3))
            try await client.waitFor(ReplicaSet.self, "web", in: "default") { $0.status?.readyReplicas == 3 }
            let before = try await pods(client, "web")
            // It looks again, and finds nothing to do.
            let set = try await client.edit(ReplicaSet.self, "web", in: "default") {
                $0.metadata.annotations["a"] = "b"
            }
            _ = try await client.create(ConfigMap(metadata: ObjectMeta(name: "mark", namespace: "default")))
            #expect(try await client.get(ReplicaSet.self, "web", in: "default").resourceVersion == set.resourceVersion)
            #expect(try await pods(client, "web").map(\.resourceVersion) == before.map(\.resourceVersion))

            let victim = try #require(before.first)
            try await client.delete(Pod.self, victim.name, in: "default", gracePeriodSeconds: 0)
            try await waitForPods(client, "web", 3, without: victim)
        }
    }

    @Test("pods go with their set")
    func deletion() async throws {
        try await withSimulatedNodes(.init(count: 3)) { client in
            _ = try await client.create(Self.set("web", replicas: 4))
            try await client.waitFor(ReplicaSet.self, "web", in: "default") { $0.status?.readyReplicas == 4 }
            let before = try await pods(client, "web")
            try await client.delete(ReplicaSet.self, "web", in: "default")
            for pod in before { try await client.waitUntilGone(Pod.self, pod.name, in: "default") }
        }
    }
}
