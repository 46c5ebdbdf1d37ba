import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import Testing

@Suite("Simulated nodes in a cluster")
struct SimulatedNodesTests {
    private func pod(_ name: String, restartPolicy: String = "Always") -> Pod {
        Pod(
            metadata: ObjectMeta(name: name, namespace: "default", labels: ["app": "web"]),
            spec: PodSpec(containers: [Container(name: "main", image: "web:1")], restartPolicy: restartPolicy))
    }

    @Test("three hundred pods are spread over ten nodes and get ready, and then nothing is written any more")
    func manyPods() async throws {
        try await withSimulatedNodes(.init(count: 10)) { client in
            for number in 0..<300 { try await client.create(pod("p-\(number)")) }
            for number in 0..<300 { try await client.waitFor(Pod.self, "p-\(number)", in: "default") { $0.isReadyPod } }
            let list = try await client.list(Pod.self, in: "default")
            let load = Dictionary(grouping: list.items) { $0.spec?.nodeName }.mapValues(\.count)
            #expect(load.count == 10)
            #expect(load.values.allSatisfy { (20...40).contains($0) })
            #expect(Set(list.items.compactMap { $0.status?.podIP }).count == 300)
            // A write of somebody else's, behind which one of the nodes' would show.
            _ = try await client.create(ConfigMap(metadata: ObjectMeta(name: "mark", namespace: "default")))
            let again = try await client.list(Pod.self, in: "default")
            #expect(again.items.map(\.resourceVersion) == list.items.map(\.resourceVersion))
        }
    }

    @Test("deleted pods go, pods of Jobs succeed, rules see each pod")
    func rules() async throws {
        let configuration = SimulatedNodes.Configuration { pod in
            pod.name == "bad" ? PodBehavior(life: .crashes(exitCode: 9)) : .natural(pod)
        }
        try await withSimulatedNodes(configuration) { client in
            for pod in [pod("good"), pod("bad"), pod("job", restartPolicy: "Never")] { try await client.create(pod) }
            try await client.waitFor(Pod.self, "good", in: "default") { $0.isReadyPod }
            try await client.waitFor(Pod.self, "bad", in: "default") {
                $0.main?.state?.waiting?.reason == "CrashLoopBackOff" && $0.main?.lastState?.terminated?.exitCode == 9
            }
            try await client.waitFor(Pod.self, "job", in: "default") { $0.status?.phase == "Succeeded" }
            try await client.delete(Pod.self, "good", in: "default")
            try await client.waitUntilGone(Pod.self, "good", in: "default")
        }
    }
}
