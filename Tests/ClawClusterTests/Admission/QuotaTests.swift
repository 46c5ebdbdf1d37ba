import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import Testing

@Suite("Admission: resource quotas")
struct QuotaTests {
    private func limited(
        _ hard: [String: Quantity], _ body: @escaping @Sendable (KubernetesClient) async throws -> Void
    ) async throws {
        try await withCluster { cluster in
            let quota = ResourceQuota(
                metadata: ObjectMeta(name: "q", namespace: "default"), spec: ResourceQuotaSpec(hard: hard))
            _ = try await cluster.client.create(quota)
            try await cluster.client.waitFor(ResourceQuota.self, "q", in: "default") {
                Set(($0.status?.used ?? [:]).keys) == Set(hard.keys)
            }
            try await body(cluster.client)
        }
    }

    private static func secret(_ name: String) -> KubernetesSecret {
        KubernetesSecret(metadata: ObjectMeta(name: name, namespace: "default"))
    }

    @Test("objects are taken up to the quota, and again once one is gone")
    func counts() async throws {
        try await limited(["secrets": "2"]) { api in
            for name in ["a", "b"] { _ = try await api.create(Self.secret(name)) }
            await #expect {
                try await api.create(Self.secret("c"))
            } throws: {
                ($0 as? KubernetesError)?.message
                    == "secrets \"c\" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=2, limited: secrets=2"
            }
            try await api.delete(KubernetesSecret.self, "a", in: "default")
            try await api.waitFor(ResourceQuota.self, "q", in: "default") { $0.status?.used["secrets"] == "1" }
            _ = try await api.create(Self.secret("c"))
        }
    }

    @Test("of many written at once not one too many is taken, and what failed otherwise is not counted")
    func race() async throws {
        try await limited(["count/configmaps": "11"]) { api in
            // kube-root-ca.crt takes one of the eleven, before or after the others.
            try await api.waitFor(ConfigMap.self, "kube-root-ca.crt", in: "default") { _ in true }
            try await api.waitFor(ResourceQuota.self, "q", in: "default") { $0.status?.used["count/configmaps"] == "1" }
            let taken = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<60 {
                    group.addTask {
                        // Every third name is written twice.
                        let name = "m\(index % 3 == 0 ? index / 6 : index)"
                        let made = try? await api.create(ConfigMap(metadata: ObjectMeta(name: name, namespace: "default")))
                        return made != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(taken <= 10)
            let kept = try await api.list(ConfigMap.self, in: "default").items.count
            #expect(kept == taken + 1)
            try await api.waitFor(ResourceQuota.self, "q", in: "default") {
                $0.status?.used["count/configmaps"]?.units == kept
            }
        }
    }

    @Test("where processor time is limited each container must ask for some; pods that end free what they had")
    func pods() async throws {
        try await limited(["requests.cpu": "1", "pods": "5"]) { api in
            func pod(_ name: String, _ cpu: Quantity?) -> Pod {
                let resources = cpu.map { ResourceRequirements(requests: ["cpu": $0]) }
                return Pod(
                    metadata: ObjectMeta(name: name, namespace: "default"),
                    spec: PodSpec(containers: [Container(name: "c", image: "x", resources: resources)]))
            }
            await #expect {
                try await api.create(pod("silent", nil))
            } throws: { ($0 as? KubernetesError)?.message.hasSuffix("failed quota: q: must specify requests.cpu for: c") == true }
            _ = try await api.create(pod("first", "600m"))
            await #expect {
                try await api.create(pod("second", "600m"))
            } throws: { ($0 as? KubernetesError)?.isForbidden == true }
            var first = try await api.get(Pod.self, "first", in: "default")
            first.status?.phase = "Succeeded"
            _ = try await api.replaceStatus(first)
            try await api.waitFor(ResourceQuota.self, "q", in: "default") { $0.status?.used["requests.cpu"] == "0" }
            _ = try await api.create(pod("second", "600m"))
        }
    }
}
