import ClawKit
import ExampleSupport
import Foundation
import Testing

@Suite("claw cluster dev, a cluster for other programs")
struct ClusterDevTests {
    @Test("serves any client with the kubeconfig it wrote, and leaves nothing behind")
    func inMemory() async throws {
        let cluster = try await RunningCluster.start(["--token", "a-token-of-my-own"])
        defer { cluster.kill() }
        #expect(try String(contentsOfFile: cluster.kubeconfig, encoding: .utf8).contains("a-token-of-my-own"))
        let client = try KubernetesClient.connect(kubeconfig: cluster.kubeconfig)
        try await client.create(ConfigMap(metadata: ObjectMeta(name: "c", namespace: "default"), data: ["a": "b"]))
        #expect(try await client.get(ConfigMap.self, "c", in: "default").data == ["a": "b"])
        #expect(try await cluster.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: cluster.kubeconfig))
    }

    @Test("keeps objects and its token in the data directory")
    func durable() async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        var texts: [String] = []
        for round in 0..<2 {
            let cluster = try await RunningCluster.start(["--data-dir", directory.path()])
            defer { cluster.kill() }
            texts.append(
                try String(contentsOfFile: cluster.kubeconfig, encoding: .utf8)
                    .replacing(cluster.server, with: "the server"))
            let client = try KubernetesClient.connect(kubeconfig: cluster.kubeconfig)
            if round == 0 { try await client.create(Namespace(metadata: ObjectMeta(name: "kept"))) }
            #expect(try await client.find(Namespace.self, "kept") != nil)
            #expect(try await cluster.stop() == 0)
        }
        #expect(texts[0] == texts[1])
    }

    @Test("runs pods as processes or pretends to, and does nothing at all with --no-controllers")
    func nodes() async throws {
        for (flags, isRun) in [
            (["--process-node"], true), (["--simulated-nodes", "3"], true), (["--process-node", "--no-controllers"], false),
        ] {
            let cluster = try await RunningCluster.start(flags)
            defer { cluster.kill() }
            let client = try KubernetesClient.connect(kubeconfig: cluster.kubeconfig)
            let container = Container(name: "main", image: "none", command: ["/bin/sh", "-c", "sleep 60"])
            try await client.create(
                Pod(metadata: ObjectMeta(name: "p", namespace: "default"), spec: PodSpec(containers: [container])))
            if isRun {
                _ = try await client.wait(
                    for: Pod.self, "p", in: "default",
                    until: .ready, deadline: .seconds(120))
            } else {
                // The node is there, and would have taken the pod by the time it has told the cluster so.
                _ = try await client.wait(for: Node.self, "local", until: .ready, deadline: .seconds(120))
                #expect(try await client.get(Pod.self, "p", in: "default").spec?.nodeName == nil)
            }
            #expect(try await cluster.stop() == 0)
        }
    }

    @Test("refuses plain http beyond loopback, and addresses that are none")
    func badInput() async throws {
        let directory = FileManager.default.temporaryDirectory
        let open = try await run(
            Programs.path("claw"), ["cluster", "dev", "--insecure-http", "--listen", "0.0.0.0:0"], in: directory)
        #expect(open.status == 2)
        #expect(open.errors.contains("loopback only"))
        let strange = try await run(Programs.path("claw"), ["cluster", "dev", "--listen", "nowhere"], in: directory)
        #expect(strange.status != 0)
        #expect(strange.errors.contains("--listen"))
    }
}
