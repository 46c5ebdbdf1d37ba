@testable import ClawCluster
import ClawKubernetes
import ClawModels
import Testing

@Suite("Pods that make room for more important ones")
struct PreemptionTests {
    private func pod(
        _ name: String, _ priority: Int, cpu: String = "1", app: String = "", change: (inout PodSpec) -> Void = { _ in }
    ) -> Pod {
        testPod(name, labels: ["app": app], cpu: Quantity(cpu)) {
            $0.priority = priority
            change(&$0)
        }
    }

    private func node(_ name: String, cpu: String = "2") -> Node { testNode(name, offered: ["cpu": Quantity(cpu) ?? .zero, "pods": "10"]) }

    private func victims(_ outcome: Preemption) -> String {
        switch outcome {
        case .victims(let victims, let node): "\(node): \(victims.map(\.uid).sorted().joined(separator: " "))"
        case .none(let message): message
        }
    }

    @Test("the least important go, as few as will do, and nobody of the same priority")
    func least() {
        var board = Board([node("x"), node("y")])
        board.put(pod("x1", 5), on: "x")
        board.put(pod("x2", 1), on: "x")
        board.put(pod("y1", 3), on: "y")
        board.put(pod("y2", 4), on: "y")
        #expect(victims(board.preempt(for: pod("p", 10))) == "x: x2")
        #expect(victims(board.preempt(for: pod("q", 4, cpu: "2"))).hasPrefix("0/2 nodes are available: 2 No preemption victims"))
        #expect(victims(board.preempt(for: pod("r", 10, cpu: "3"))).contains("2 Preemption is not helpful for scheduling"))
        #expect(victims(board.preempt(for: pod("s", 10) { $0.preemptionPolicy = "Never" })).contains("preemptionPolicy=Never"))
    }

    @Test("disruption budgets are kept where there is another way, and broken where there is none")
    func budgets() {
        let budget = PodDisruptionBudget(
            metadata: ObjectMeta(name: "b", namespace: "default"),
            spec: PodDisruptionBudgetSpec(selector: LabelSelector(matchLabels: ["app": "kept"])),
            status: PodDisruptionBudgetStatus(
                currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0, expectedPods: 1))
        var board = Board([node("x", cpu: "1"), node("y", cpu: "1")])
        board.put(pod("x1", 1, app: "kept"), on: "x")
        board.put(pod("y1", 5), on: "y")
        #expect(victims(board.preempt(for: pod("p", 10), budgets: [budget])) == "y: y1")
        var one = Board([node("x", cpu: "1")])
        one.put(pod("x1", 1, app: "kept"), on: "x")
        #expect(victims(one.preempt(for: pod("p", 10), budgets: [budget])) == "x: x1")
    }

    @Test("what was made room for is not taken by those that come later")
    func nominated() {
        var board = Board([node("x", cpu: "1")])
        board.put(pod("low", 1), on: "x")
        var high = pod("high", 10)
        #expect(victims(board.preempt(for: high)) == "x: low")
        board.remove(pod("low", 1))
        #expect(board.place(pod("late", 5)) == "0/1 nodes are available: 1 Insufficient cpu.")
        high.status = PodStatus(nominatedNodeName: "x")
        #expect(board.place(high) == "x")
    }

    @Test("anti-affinity with those who go is no obstacle, with those who stay it is")
    func antiAffinity() {
        func proud(_ name: String, _ priority: Int) -> Pod {
            pod(name, priority, cpu: "100m", app: "a") {
                $0.affinity = Affinity(
                    podAntiAffinity: PodAntiAffinity(
                        requiredDuringSchedulingIgnoredDuringExecution: [.near(["app": "a"], "kubernetes.io/hostname")]))
            }
        }
        var board = Board([node("x"), node("y")])
        board.put(proud("x1", 1), on: "x")
        board.put(proud("y1", 20), on: "y")
        #expect(board.place(proud("p", 10)).hasPrefix("0/2"))
        #expect(victims(board.preempt(for: proud("p", 10))) == "x: x1")
    }

    @Test("in a cluster: the victim is told why, the waiting pod names its node, and gets it")
    func inCluster() async throws {
        try await withCluster { cluster in
            let client = cluster.client
            let small = node("small", cpu: "1")
            _ = try await client.create(small)
            _ = try await client.edit(Node.self, "small", subresource: "status") { $0.status = small.status }
            _ = try await client.create(PriorityClass(metadata: ObjectMeta(name: "high"), value: 1000))
            func plain(_ name: String, _ priorityClass: String?) -> Pod {
                var pod = testPod(name, cpu: "700m") { $0.priorityClassName = priorityClass }
                pod.metadata.uid = nil
                return pod
            }
            _ = try await client.create(plain("low", nil))
            try await client.waitFor(Pod.self, "low", in: "default") { $0.spec?.nodeName == "small" }
            _ = try await client.create(plain("equal", nil))
            try await client.waitFor(Pod.self, "equal", in: "default") { pod in
                pod.status?.conditions.contains {
                    $0.message == "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: "
                        + "1 No preemption victims found for incoming pod."
                } ?? false
            }
            _ = try await client.create(plain("high", "high"))
            let victim = try await client.waitFor(Pod.self, "low", in: "default") { $0.isBeingDeleted }
            let condition = victim.status?.conditions.first { $0.type == "DisruptionTarget" }
            #expect(condition?.reason == "PreemptionByScheduler")
            try await client.waitFor(Pod.self, "high", in: "default") { $0.status?.nominatedNodeName == "small" }
            // No kubelet here: what it would do at the end.
            try await client.delete(Pod.self, "low", in: "default", gracePeriodSeconds: 0)
            try await client.waitFor(Pod.self, "high", in: "default") { $0.spec?.nodeName == "small" }
            #expect(try await client.get(Pod.self, "equal", in: "default").spec?.nodeName == nil)
            let events = try await client.list(Event.self, in: "default").items
            #expect(events.contains { $0.reason == "Preempted" && $0.involvedObject.name == "low" })
            #expect(events.contains { $0.reason == "FailedScheduling" && $0.involvedObject.name == "equal" })
        }
    }
}
