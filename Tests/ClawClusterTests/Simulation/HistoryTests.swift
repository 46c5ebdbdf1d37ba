import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import Testing

@Suite("What a cluster remembers")
struct HistoryTests {
    private func remembered(
        limit: Int = 1000, _ body: @Sendable (KubernetesClient, ClusterHistory) async throws -> Void
    ) async throws {
        var options = EmbeddedCluster.Options()
        let history = ClusterHistory(limit: limit)
        options.history = history
        let cluster = try await EmbeddedCluster(options)
        try await body(KubernetesClient(cluster.transport, userAgent: "test"), history)
    }

    @Test("every request, by whom and with what, refused ones too")
    func requests() async throws {
        try await remembered { api, history in
            let start = history.count
            _ = try await api.create(ConfigMap(metadata: ObjectMeta(name: "m", namespace: "default"), data: ["a": "1"]))
            _ = try await api.dryRun.mergePatch(ConfigMap.self, "m", in: "default", ["data": ["a": "2"]])
            _ = try? await api.impersonating(user: "ada").get(ConfigMap.self, "m", in: "default")
            let requests = history.requests(from: start)
            #expect(
                requests.map(\.description) == [
                    "create configmaps default/m → 201", "patch configmaps default/m → 200", "get configmaps default/m → 403",
                ])
            #expect(requests.map(\.isWrite) == [true, false, false])
            #expect(requests.map(\.userAgent) == ["test", "test", "test"])
            #expect(requests.map(\.user) == ["admin", "admin", "admin"])
            #expect(requests[0].body?["data"] == ["a": "1"])
        }
    }

    @Test("every state of an object and what differs between two; nothing of a Secret's data")
    func revisions() async throws {
        try await remembered { api, history in
            _ = try await api.create(ConfigMap(metadata: ObjectMeta(name: "m", namespace: "default"), data: ["a": "1"]))
            _ = try await api.mergePatch(ConfigMap.self, "m", in: "default", ["data": ["a": "2", "b": "3"]])
            try await api.delete(ConfigMap.self, "m", in: "default")
            let revisions = history.revisions(of: ConfigMap.self, "m", in: "default")
            #expect(revisions.map(\.change) == [.added, .modified, .deleted])
            let difference = JSONDifference(revisions[0].object, revisions[1].object)
            #expect(difference.description == "data.a: \"1\" → \"2\"\ndata.b: absent → \"3\"")
            _ = try await api.create(
                KubernetesSecret(metadata: ObjectMeta(name: "s", namespace: "default"), stringData: ["key": "hidden"]))
            let secret = history.revisions(of: KubernetesSecret.self, "s", in: "default")
            let shown = "\(secret.map(\.object))\(history.requests.compactMap(\.body))"
            #expect(!shown.contains("hidden") && !shown.contains("aGlkZGVu"))
        }
    }

    @Test("no more than the limit is kept, the newest of it")
    func limit() async throws {
        try await remembered(limit: 10) { api, history in
            for _ in 0..<30 { _ = try await api.list(ConfigMap.self, in: "default") }
            #expect(history.requests.count == 10)
            #expect(history.requests.last?.number == history.count - 1)
        }
    }
}
