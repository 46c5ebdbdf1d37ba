import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import Foundation
import HTTPTypes
import Testing

@testable import ClawCluster

@Suite("The kubelet's checkpoint call", .serialized, .timeLimit(.minutes(10)))
struct CheckpointAPITests {
    @Test("what is not there, and what cannot be, is answered as the kubelet does")
    func refusals() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("web", [NodeFixture.shell("exec sleep 600")])
            try await fixture.waitFor("web") { $0.isReadyPod }
            for (path, code, text) in [
                ("checkpoint/default/nobody/main", 404, "pod does not exist"),
                ("checkpoint/default/web/other", 404, "container other does not exist"),
                ("checkpoint/default/web/main?timeout=soon", 404, "cannot parse value of timeout parameter"),
            ] {
                let answer = try await fixture.callNode(.post, path)
                #expect(answer.code == code)
                #expect(answer.text == text)
            }
            #expect(try await fixture.callNode(.get, "checkpoint/default/web/main").code == 405)
            #expect(try await fixture.callNode(.get, "checkpoints/..%2F..%2Fetc%2Fpasswd").code == 404)
            let nowhere = try await fixture.cluster.raw(
                .post, "/api/v1/nodes/nobody/proxy/checkpoint/default/web/main", nil)
            #expect(nowhere.code == 404)
        }
    }

    @Test("without CRIU the call fails with what to do, and restores start anew")
    func withoutCRIU() async throws {
        let root = NodeFixture.temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: root) }
        try await withCluster { cluster in
            var configuration = NodeFixture.configuration(root)
            configuration.criu = "/nowhere/criu"
            let node = ProcessNode(configuration: configuration, api: cluster.client)
            cluster.connect(node: "local", node)
            let fixture = NodeFixture(cluster: cluster, node: node, root: root)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await node.run() }
                try await cluster.client.waitFor(Node.self, "local") { $0.isReadyNode }
                try await fixture.start("web", [NodeFixture.shell("exec sleep 600")])
                try await fixture.waitFor("web") { $0.isReadyPod }
                let answer = try await fixture.callNode(.post, "checkpoint/default/web/main")
                #expect(answer.code == 500)
                #expect(answer.text.hasPrefix("checkpointing of default/web/main failed (E_CHECKPOINT_UNSUPPORTED"))
                #expect(answer.text.contains("setup-criu.sh"))
                let pod = try await fixture.restore(
                    "anew", from: "checkpoint-gone_default-main-1.tar", with: [NodeFixture.shell("exec sleep 600")])
                #expect(pod.restored?.code == "E_CHECKPOINT_MISSING")
                node.drain()
                try await group.waitForAll()
            }
        }
    }

    @Test("only who may use the node's proxy may checkpoint")
    func rights() async throws {
        try await ServedCluster.run { served in
            let call = "/api/v1/nodes/local/proxy/checkpoint/default/web/main"
            let refused = try await served.call(.post, call, as: "bob")
            #expect(refused.code == 403)
            #expect(refused.message?.contains("cannot create resource \"nodes/proxy\"") == true)
            let rule: JSON = ["apiGroups": [""], "resources": ["nodes/proxy"], "verbs": ["create"]]
            try await served.role("checkpoints", [rule], in: nil)
            try await served.bind("ClusterRole/checkpoints", to: "User/bob", in: nil)
            #expect(try await served.call(.post, call, as: "bob").code == 404)
            #expect(try await served.call(.get, "/api/v1/nodes/local/proxy/checkpoints", as: "bob").code == 403)
        }
    }
}
