@testable import ClawCluster
import ClawModels
import Testing

@Suite("Pods that want to be near others, or far from them")
struct PodAffinityTests {
    private func pod(
        _ name: String, _ app: String, in namespace: String = "default", near: [PodAffinityTerm] = [],
        far: [PodAffinityTerm] = [], wishes: [WeightedPodAffinityTerm] = [], aversions: [WeightedPodAffinityTerm] = []
    ) -> Pod {
        testPod(name, labels: ["app": app], in: namespace) {
            $0.affinity = Affinity(
                podAffinity: PodAffinity(
                    preferredDuringSchedulingIgnoredDuringExecution: wishes,
                    requiredDuringSchedulingIgnoredDuringExecution: near),
                podAntiAffinity: PodAntiAffinity(
                    preferredDuringSchedulingIgnoredDuringExecution: aversions,
                    requiredDuringSchedulingIgnoredDuringExecution: far))
        }
    }

    @Test("required anti-affinity takes a domain for each, and says why the next one waits")
    func apart() {
        var board = Board(zonedNodes)
        let zones = (1...3).map { board.place(pod("w\($0)", "web", far: [.near(["app": "web"])])).prefix(1) }
        #expect(Set(zones) == ["a", "b", "c"])
        #expect(
            board.place(pod("w4", "web", far: [.near(["app": "web"])]))
                == "0/6 nodes are available: 6 node(s) didn't match pod anti-affinity rules.")
        // It goes both ways: nobody of theirs comes where they do not want him.
        #expect(
            board.place(pod("w5", "web"))
                == "0/6 nodes are available: 6 node(s) didn't satisfy existing pods anti-affinity rules.")
        board.remove(pod("w1", "web"))
        #expect(board.place(pod("w5", "web")).prefix(1) == zones[0])
    }

    @Test("required affinity follows the others; the first of a group that wants itself begins anywhere")
    func together() {
        var board = Board(zonedNodes)
        #expect(
            board.place(pod("early", "web", near: [.near(["app": "db"])]))
                == "0/6 nodes are available: 6 node(s) didn't match pod affinity rules.")
        board.put(pod("db", "db"), on: "b2")
        #expect(board.place(pod("w", "web", near: [.near(["app": "db"])])) == "b1")
        let first = board.place(pod("s1", "self", near: [.near(["app": "self"])]))
        for number in 2...4 {
            #expect(board.place(pod("s\(number)", "self", near: [.near(["app": "self"])])).prefix(1) == first.prefix(1))
        }
    }

    @Test("a term means the pod's own namespace, those it names, or those with the labels it names")
    func namespaces() {
        var board = Board(zonedNodes, namespaces: ["other": ["team": "x"]])
        board.put(pod("db", "db", in: "other"), on: "c1")
        #expect(board.place(pod("w", "web", near: [.near(["app": "db"])])).hasPrefix("0/6"))
        var term = PodAffinityTerm.near(["app": "db"])
        term.namespaces = ["other"]
        #expect(board.place(pod("w", "web", near: [term])) == "c2")
        let byLabel = PodAffinityTerm.near(
            ["app": "db"], namespaceSelector: LabelSelector(matchLabels: ["team": "x"]))
        #expect(board.place(pod("v", "web", near: [byLabel])).hasPrefix("c"))
        #expect(board.place(pod("u", "web", near: [.near(["app": "db"], namespaceSelector: LabelSelector())])).hasPrefix("c"))
    }

    @Test("wishes decide among the nodes that are open, those of the pods that are there too")
    func wishes() {
        var board = Board(zonedNodes)
        board.put(pod("db", "db"), on: "b1")
        board.put(pod("noise", "noise"), on: "b2")
        let near = WeightedPodAffinityTerm(podAffinityTerm: .near(["app": "db"]), weight: 10)
        #expect(board.place(pod("w", "web", wishes: [near])).hasPrefix("b"))
        let far = WeightedPodAffinityTerm(podAffinityTerm: .near(["app": "db"]), weight: 10)
        #expect(!board.place(pod("v", "web", aversions: [far])).hasPrefix("b"))
        // A pod that wants to be alone with its like keeps others away where it can.
        var shy = Board(zonedNodes)
        shy.put(
            pod("shy", "shy", aversions: [WeightedPodAffinityTerm(podAffinityTerm: .near(["app": "web"]), weight: 1)]),
            on: "a1")
        #expect(!shy.place(pod("w", "web")).hasPrefix("a"))
    }
}
