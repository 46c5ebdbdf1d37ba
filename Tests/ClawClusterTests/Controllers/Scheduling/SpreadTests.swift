@testable import ClawCluster
import ClawModels
import Testing

@Suite("Pods that are spread over domains")
struct SpreadTests {
    private func pod(
        _ name: String, skew: Int = 1, _ key: String = "zone", unless: String = "DoNotSchedule",
        change: (inout TopologySpreadConstraint, inout PodSpec) -> Void = { _, _ in }
    ) -> Pod {
        testPod(name, labels: ["app": "web", "pod-template-hash": String(name.prefix(1))]) { spec in
            var constraint = TopologySpreadConstraint(
                maxSkew: skew, topologyKey: key, whenUnsatisfiable: unless,
                labelSelector: LabelSelector(matchLabels: ["app": "web"]))
            change(&constraint, &spec)
            spec.topologySpreadConstraints = [constraint]
        }
    }

    @Test("no domain has more than its skew over the emptiest", arguments: [1, 2])
    func evenly(skew: Int) {
        var board = Board(zonedNodes + [testNode("lone")])
        var zones: [String: Int] = [:]
        for number in 0..<30 {
            let node = board.place(pod("p\(number)", skew: skew))
            zones[String(node.prefix(1)), default: 0] += 1
            let (most, least) = (zones.values.max() ?? 0, zones.count < 3 ? 0 : zones.values.min() ?? 0)
            #expect(most - least <= skew)
        }
        #expect(zones.keys.sorted() == ["a", "b", "c"])
    }

    @Test("where the emptiest domain takes nobody, the others wait, and say so")
    func full() {
        let nodes = [
            testNode("a", labels: ["zone": "a"]), testNode("b", labels: ["zone": "b"], unschedulable: true), testNode("x"),
        ]
        var board = Board(nodes)
        #expect(board.place(pod("p1")) == "a")
        #expect(
            board.place(pod("p2"))
                == "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, "
                + "1 node(s) didn't match pod topology spread constraints (missing required label), "
                + "1 node(s) were unschedulable.")
        #expect(board.place(pod("p3", unless: "ScheduleAnyway")) == "a")
    }

    @Test("too few domains count as an empty one more")
    func minDomains() {
        var board = Board(zonedNodes)
        let few = { (name: String) in self.pod(name) { constraint, _ in constraint.minDomains = 4 } }
        for number in 0..<3 { #expect(!board.place(few("p\(number)")).hasPrefix("0/")) }
        #expect(board.place(few("p3")).hasPrefix("0/6"))
    }

    @Test("nodes the pod may not use count or not, as the policies say")
    func policies() {
        let tainted = testNode("b", labels: ["zone": "b"], taints: [Taint(key: "k", effect: "NoSchedule", value: "v")])
        for (policy, second) in [("Ignore", "0/2"), ("Honor", "a")] {
            var board = Board([testNode("a", labels: ["zone": "a"]), tainted])
            #expect(board.place(pod("p1") { constraint, _ in constraint.nodeTaintsPolicy = policy }) == "a")
            #expect(board.place(pod("p2") { constraint, _ in constraint.nodeTaintsPolicy = policy }).hasPrefix(second))
        }
        for (policy, second) in [("Honor", "a"), ("Ignore", "0/2")] {
            var board = Board([testNode("a", labels: ["zone": "a", "disk": "ssd"]), testNode("b", labels: ["zone": "b"])])
            func bound(_ name: String) -> Pod {
                pod(name) { constraint, spec in
                    constraint.nodeAffinityPolicy = policy
                    spec.nodeSelector = ["disk": "ssd"]
                }
            }
            #expect(board.place(bound("p1")) == "a")
            #expect(board.place(bound("p2")).hasPrefix(second))
        }
    }

    @Test("matchLabelKeys count only pods of the same revision, and pods that go do not count at all")
    func revisions() {
        var board = Board(zonedNodes)
        let keyed = { (name: String) in
            self.pod(name) { constraint, _ in constraint.matchLabelKeys = ["pod-template-hash"] }
        }
        for number in 0..<3 { board.put(keyed("o\(number)"), on: "a1") }
        #expect(Set((0..<3).map { board.place(keyed("n\($0)")).prefix(1) }) == ["a", "b", "c"])
        var leaving = Board(zonedNodes)
        var gone = pod("gone")
        gone.metadata.deletionTimestamp = "2026-01-01T00:00:00Z"
        leaving.put(gone, on: "a1")
        for zone in ["b1", "c1"] { leaving.put(pod("at-\(zone)"), on: zone) }
        #expect(leaving.place(pod("p")).hasPrefix("a"))
    }

    @Test("1,000 pods that look at one another find their place among 100 nodes, each zone as full as the next")
    func many() {
        var board = Board((0..<100).map { testNode("n\($0)", labels: ["zone": "z\($0 % 5)"]) })
        var hosts: [String: Int] = [:]
        for number in 0..<1000 {
            let spread = pod("p\(number)") { _, spec in
                spec.affinity = Affinity(
                    podAntiAffinity: PodAntiAffinity(
                        requiredDuringSchedulingIgnoredDuringExecution: [
                            .near(["app": "other"], "kubernetes.io/hostname")
                        ]))
            }
            hosts[board.place(spread), default: 0] += 1
        }
        #expect(hosts.count == 100)
        #expect(hosts.values.allSatisfy { $0 == 10 })
    }
}
