import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import Testing

@Suite("Watches of the embedded API server")
struct WatchTests {
    @Test("a watch begins with what is there and tells every change once, in order")
    func completeAndOrdered() async throws {
        try await withCluster { cluster in
            let api = cluster.client
            _ = try await api.create(ConfigMap(metadata: ObjectMeta(name: "there", namespace: "default")))
            var events = api.watch(ConfigMap.self, in: "default").makeAsyncIterator()
            guard case .snapshot(let present) = try await events.next() else {
                Issue.record("the first event must be the snapshot")
                return
            }
            #expect(present.map(\.name) == ["there"])
            for index in 0..<50 {
                _ = try await api.create(ConfigMap(metadata: ObjectMeta(name: "c\(index)", namespace: "default")))
            }
            try await api.delete(ConfigMap.self, "there", in: "default")
            for index in 0..<50 {
                guard case .applied(let object) = try await events.next() else {
                    Issue.record("expected c\(index)")
                    return
                }
                #expect(object.name == "c\(index)")
            }
            guard case .deleted(let gone) = try await events.next() else {
                Issue.record("expected the deletion")
                return
            }
            #expect(gone.name == "there")
        }
    }

    @Test("with a selector, an object that stops matching is told as deleted, and as new when it matches again")
    func selectors() async throws {
        try await withCluster { cluster in
            let api = cluster.client
            let selection = Selection(labels: ["app": "web"])
            var events = api.watch(ConfigMap.self, in: "default", matching: selection).makeAsyncIterator()
            _ = try await events.next()
            _ = try await api.create(
                ConfigMap(metadata: ObjectMeta(name: "a", namespace: "default", labels: ["app": "web"])))
            guard case .applied = try await events.next() else {
                Issue.record("expected the new object")
                return
            }
            _ = try await api.edit(ConfigMap.self, "a", in: "default") { $0.labels["app"] = "other" }
            guard case .deleted = try await events.next() else {
                Issue.record("expected its leaving")
                return
            }
            _ = try await api.edit(ConfigMap.self, "a", in: "default") { $0.labels["app"] = "web" }
            guard case .applied = try await events.next() else {
                Issue.record("expected its return")
                return
            }
        }
    }
}
