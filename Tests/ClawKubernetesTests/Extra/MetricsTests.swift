import ClawBase
import ClawKubernetes
import Testing

@Suite("Metrics")
struct MetricsTests {
    private func pod(_ name: String, _ cpu: [String]) -> JSON {
        [
            "metadata": ["name": .string(name), "namespace": "demo"], "timestamp": "2026-01-01T00:00:00Z",
            "window": "20s",
            "containers": .array(
                cpu.enumerated().map { ["name": .string("c\($0)"), "usage": ["cpu": .string($1), "memory": "1Mi"]] }),
        ]
    }

    @Test("pods are sorted by name, or by what they use, their containers added up")
    func pods() async throws {
        let answer = list([pod("b", ["100m", "5n"]), pod("a", ["20m"]), pod("c", ["1"])], version: 1)
        let server = ScriptedTransport { _ in .json(answer) }
        let client = KubernetesClient(server)
        #expect(try await client.topPods(in: "demo").map(\.name) == ["a", "b", "c"])
        #expect(server.requests.map(\.path) == ["/apis/metrics.k8s.io/v1beta1/namespaces/demo/pods"])
        let busiest = try await client.topPods(in: "demo", by: "cpu")
        #expect(busiest.map(\.name) == ["c", "b", "a"])
        #expect(busiest[1].total("cpu") == "100000005n")
        #expect(busiest[1].total("gpu") == nil)
        #expect(busiest[1].containers[0].usage["memory"] == "1Mi")
        #expect(busiest[0].window == "20s")
    }

    @Test("nodes show their share of what pods may have")
    func nodes() async throws {
        let server = ScriptedTransport { request in
            switch request.path {
            case "/api/v1/nodes":
                .json(
                    list(
                        [["metadata": ["name": "n"], "status": ["allocatable": ["cpu": "4", "memory": "8Gi"]]]],
                        version: 1))
            default: .json(list([["metadata": ["name": "n"], "usage": ["cpu": "500m", "memory": "2Gi"]]], version: 1))
            }
        }
        let top = try await KubernetesClient(server).topNodes()
        #expect(top.map(\.node) == ["n"])
        #expect(top[0].share(of: "cpu") == 0.125)
        #expect(top[0].share(of: "memory") == 0.25)
        #expect(top[0].share(of: "gpu") == nil)
    }

    @Test("a cluster that measures nothing says so", arguments: [404, 503])
    func none(code: Int) async throws {
        let server = ScriptedTransport { _ in .refusal(code, "NotFound") }
        await #expect {
            try await KubernetesClient(server).topNodes()
        } throws: { error in
            (error as? Finding)?.code == .noMetrics
        }
    }
}
