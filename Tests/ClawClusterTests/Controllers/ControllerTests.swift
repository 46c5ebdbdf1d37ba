import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import Testing

@Suite("The embedded cluster's controllers")
struct ControllerTests {
    @Test("every namespace gets a default service account")
    func defaultServiceAccount() async throws {
        try await withCluster { cluster in
            _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "demo")))
            try await cluster.client.waitFor(ServiceAccount.self, "default", in: "demo") { _ in true }
        }
    }

    @Test("a deleted namespace takes its objects along, and takes no new ones meanwhile")
    func namespaceEnds() async throws {
        try await withCluster { cluster in
            let api = cluster.client
            _ = try await api.create(Namespace(metadata: ObjectMeta(name: "demo")))
            var held = ConfigMap(metadata: ObjectMeta(name: "held", namespace: "demo"))
            held.metadata.finalizers = ["test.dev/hold"]
            _ = try await api.create(held)
            try await api.delete(Namespace.self, "demo")
            await #expect {
                try await api.create(ConfigMap(metadata: ObjectMeta(name: "late", namespace: "demo")))
            } throws: { ($0 as? KubernetesError)?.isForbidden == true }
            try await api.waitFor(ConfigMap.self, "held", in: "demo") { $0.isBeingDeleted }
            _ = try await api.edit(ConfigMap.self, "held", in: "demo") { $0.metadata.finalizers = [] }
            try await api.waitUntilGone(Namespace.self, "demo")
        }
    }

    @Test("what an owner leaves behind is collected; what has another owner stays")
    func garbageCollection() async throws {
        try await withCluster { cluster in
            let api = cluster.client
            func owner(_ name: String) async throws -> ConfigMap {
                try await api.create(ConfigMap(metadata: ObjectMeta(name: name, namespace: "default")))
            }
            let (first, second) = (try await owner("first"), try await owner("second"))
            func reference(_ object: ConfigMap) -> OwnerReference {
                OwnerReference(apiVersion: "v1", kind: "ConfigMap", name: object.name, uid: object.uid ?? "")
            }
            _ = try await api.create(
                KubernetesSecret(
                    metadata: ObjectMeta(name: "one", namespace: "default", ownerReferences: [reference(first)])))
            _ = try await api.create(
                KubernetesSecret(
                    metadata: ObjectMeta(
                        name: "both", namespace: "default", ownerReferences: [reference(first), reference(second)])))
            try await api.delete(ConfigMap.self, "first", in: "default")
            try await api.waitUntilGone(KubernetesSecret.self, "one", in: "default")
            let kept = try await api.waitFor(KubernetesSecret.self, "both", in: "default") {
                $0.metadata.ownerReferences.count == 1
            }
            #expect(kept.metadata.ownerReferences.first?.name == "second")
        }
    }

    @Test("foreground deletion keeps the owner until its dependents are gone")
    func foregroundDeletion() async throws {
        try await withCluster { cluster in
            let api = cluster.client
            let owner = try await api.create(ConfigMap(metadata: ObjectMeta(name: "owner", namespace: "default")))
            var child = ConfigMap(
                metadata: ObjectMeta(
                    name: "child", namespace: "default",
                    ownerReferences: [
                        OwnerReference(apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner.uid ?? "")
                    ]))
            child.metadata.finalizers = ["test.dev/hold"]
            _ = try await api.create(child)
            try await api.delete(ConfigMap.self, "owner", in: "default", propagation: .foreground)
            try await api.waitFor(ConfigMap.self, "child", in: "default") { $0.isBeingDeleted }
            #expect(try await api.find(ConfigMap.self, "owner", in: "default") != nil)
            _ = try await api.edit(ConfigMap.self, "child", in: "default") { $0.metadata.finalizers = [] }
            try await api.waitUntilGone(ConfigMap.self, "owner", in: "default")
        }
    }

    @Test("a pod is bound to a ready node, and says why it waits while there is none")
    func scheduling() async throws {
        try await withCluster { cluster in
            let api = cluster.client
            _ = try await api.create(
                Pod(
                    metadata: ObjectMeta(name: "p", namespace: "default"),
                    spec: PodSpec(containers: [Container(name: "c", image: "i")])))
            try await api.waitFor(Pod.self, "p", in: "default") { pod in
                pod.status?.conditions.contains { $0.type == "PodScheduled" && $0.reason == "Unschedulable" } ?? false
            }
            var node = try await api.create(Node(metadata: ObjectMeta(name: "n")))
            node.status = NodeStatus(conditions: [NodeCondition(type: "Ready", status: "True")])
            _ = try await api.replaceStatus(node)
            try await api.waitFor(Pod.self, "p", in: "default") { $0.spec?.nodeName == "n" }
        }
    }
}
