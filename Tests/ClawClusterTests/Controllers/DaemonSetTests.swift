import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import Testing

@Suite("DaemonSets")
struct DaemonSetTests {
    private static func set(_ change: (inout DaemonSetSpec) -> Void = { _ in }) -> DaemonSet {
        var spec = DaemonSetSpec(
            selector: LabelSelector(matchLabels: ["app": "agent"]),
            template: PodTemplateSpec(
                metadata: ObjectMeta(labels: ["app": "agent"]),
                spec: PodSpec(containers: [Container(name: "main", image: "agent:1")])))
        change(&spec)
        return DaemonSet(metadata: ObjectMeta(name: "agent", namespace: "default"), spec: spec)
    }

    private static func isDone(_ set: DaemonSet) -> Bool {
        let wanted = set.status?.desiredNumberScheduled ?? 0
        return wanted > 0 && set.status?.observedGeneration == set.metadata.generation
            && set.status?.updatedNumberScheduled == wanted && set.status?.numberAvailable == wanted
            && set.status?.currentNumberScheduled == wanted
    }

    @Test("each node has a pod that is meant for it and nobody else, and stays when the node is in trouble")
    func everyNode() async throws {
        try await withSimulatedNodes(.init(count: 4)) { client in
            _ = try await client.create(Self.set())
            let done = try await client.waitFor(DaemonSet.self, "agent", in: "default") {
                Self.isDone($0) && $0.status?.desiredNumberScheduled == 4
            }
            #expect(done.status?.numberReady == 4 && done.status?.numberMisscheduled == 0)
            let pods = try await client.list(Pod.self, in: "default").items
            #expect(Set(pods.compactMap { $0.spec?.nodeName }).count == 4)
            for pod in pods {
                let terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?
                    .nodeSelectorTerms
                #expect(terms?.first?.matchFields.first?.key == "metadata.name")
                #expect(terms?.first?.matchFields.first?.values == [pod.spec?.nodeName ?? ""])
                let keys = Set((pod.spec?.tolerations ?? []).compactMap(\.key))
                #expect(keys.isSuperset(of: ["node.kubernetes.io/not-ready", "node.kubernetes.io/unschedulable"]))
                #expect(pod.labels["controller-revision-hash"] != nil)
            }
        }
    }

    @Test("nodes are chosen by labels and taints; pods come and go as these change")
    func selection() async throws {
        var configuration = SimulatedNodes.Configuration(count: 3)
        configuration.labels = { place in place == 0 ? ["disk": "ssd"] : [:] }
        try await withSimulatedNodes(configuration) { client in
            _ = try await client.create(Self.set { $0.template.spec?.nodeSelector = ["disk": "ssd"] })
            try await client.waitForAll(Pod.self) { $0.map { $0.spec?.nodeName } == ["simulated-1"] }
            _ = try await client.edit(Node.self, "simulated-2") { $0.labels["disk"] = "ssd" }
            try await client.waitForAll(Pod.self) { Set($0.map { $0.spec?.nodeName }) == ["simulated-1", "simulated-2"] }
            _ = try await client.edit(Node.self, "simulated-1") { $0.labels["disk"] = nil }
            try await client.waitForAll(Pod.self) { $0.map { $0.spec?.nodeName } == ["simulated-2"] }
            _ = try await client.edit(Node.self, "simulated-2") {
                $0.spec = $0.spec ?? NodeSpec()
                $0.spec?.taints = [Taint(key: "dedicated", effect: "NoSchedule")]
            }
            // What runs may stay; it counts as misplaced.
            try await client.waitFor(DaemonSet.self, "agent", in: "default") { $0.status?.numberMisscheduled == 1 }
            #expect(try await client.list(Pod.self, in: "default").items.count == 1)
        }
    }

    @Test("a rollout never misses more than it may, and ends; undone it goes back",
        arguments: [(IntOrString.int(1), IntOrString.int(0)), (.int(3), .int(0)), (.int(0), .int(2))])
    func rollout(unavailable: IntOrString, surge: IntOrString) async throws {
        try await withSimulatedNodes(.init(count: 5)) { client in
            _ = try await client.create(
                Self.set {
                    $0.updateStrategy = DaemonSetUpdateStrategy(
                        rollingUpdate: RollingUpdateDaemonSet(maxSurge: surge, maxUnavailable: unavailable),
                        type: "RollingUpdate")
                })
            let first = try await client.waitFor(DaemonSet.self, "agent", in: "default") {
                Self.isDone($0) && $0.status?.desiredNumberScheduled == 5
            }
            _ = try await client.edit(DaemonSet.self, "agent", in: "default") {
                $0.spec?.template.spec?.containers[0].image = "agent:2"
            }
            try await client.waitFor(DaemonSet.self, "agent", in: "default", Self.isDone)
            try await client.waitForAll(Pod.self) { pods in
                pods.count == 5 && pods.allSatisfy { $0.spec?.containers.first?.image == "agent:2" }
            }
            let revisions = try await client.list(ControllerRevision.self, in: "default").items
            #expect(revisions.map(\.revision).sorted() == [1, 2])
            let old = try #require(revisions.first { $0.revision == 1 })
            let undone = try await client.patch(DaemonSet.self, "agent", in: "default", .strategic(try #require(old.data)))
            #expect(undone.spec?.template == first.spec?.template)
            try await client.waitFor(DaemonSet.self, "agent", in: "default", Self.isDone)
            let again = try await client.list(ControllerRevision.self, in: "default").items
            #expect(again.map(\.revision).sorted() == [2, 3])
        }
    }

    @Test("OnDelete waits for pods to be deleted; a pod that failed is replaced")
    func onDelete() async throws {
        try await withSimulatedNodes(.init(count: 2)) { client in
            _ = try await client.create(Self.set { $0.updateStrategy = DaemonSetUpdateStrategy(type: "OnDelete") })
            try await client.waitFor(DaemonSet.self, "agent", in: "default") {
                Self.isDone($0) && $0.status?.desiredNumberScheduled == 2
            }
            _ = try await client.edit(DaemonSet.self, "agent", in: "default") {
                $0.spec?.template.spec?.containers[0].image = "agent:2"
            }
            let noticed = try await client.waitFor(DaemonSet.self, "agent", in: "default") {
                $0.status?.observedGeneration == $0.metadata.generation
            }
            #expect(noticed.status?.updatedNumberScheduled == nil && noticed.status?.numberAvailable == 2)
            let pod = try await client.list(Pod.self, in: "default").items[0]
            try await client.delete(Pod.self, pod.name, in: "default")
            try await client.waitFor(DaemonSet.self, "agent", in: "default") {
                $0.status?.updatedNumberScheduled == 1 && $0.status?.numberAvailable == 2
            }
        }
    }
}
