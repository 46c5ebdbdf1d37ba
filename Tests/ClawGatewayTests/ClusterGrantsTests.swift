import ClawBase
import ClawCluster
import ClawControl
import ClawGateway
import ClawKubernetes
import ClawLedger
import ClawModels
import ClawResources
import Testing

@Suite("Grants as the cluster has them", .timeLimit(.minutes(5)))
struct ClusterGrantsTests {
    @Test("a grant counts while its object is there, and belongs to its project's tenant where it names none")
    func life() async throws {
        try await EmbeddedCluster.withCluster(.init()) { cluster in
            try await ClawGroup.install(in: cluster.client)
            let caches = SharedCaches(cluster.client)
            let grants = ClusterGrants(caches: caches)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await caches.run() }
                _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "demo")))
                _ = try await cluster.client.create(Project(name: "demo", tenant: "acme"))
                let hash = Token.hash("a runtime's key")
                var object = ModelGrantResource(
                    metadata: ObjectMeta(name: "agent", namespace: "demo"), keyHash: hash, tenant: nil, project: "demo",
                    user: "ada", runtime: "agent")
                object.spec.cacheSeconds = 90
                _ = try await cluster.client.create(object)
                let deadline = ContinuousClock.now + .seconds(120)
                while await grants.grant(forKeyHash: hash)?.subject.tenant == nil, ContinuousClock.now < deadline {
                    try await Task.sleep(for: .milliseconds(2))
                }
                let grant = try #require(await grants.grant(forKeyHash: hash))
                #expect(grant.subject.tenant == "acme" && grant.cache == .seconds(90))
                #expect(grant.subject.project == "demo" && grant.subject.user == "ada" && grant.subject.runtime == "agent")
                try await cluster.client.delete(ModelGrantResource.self, "agent", in: "demo")
                while await grants.grant(forKeyHash: hash) != nil, ContinuousClock.now < deadline {
                    try await Task.sleep(for: .milliseconds(2))
                }
                #expect(await grants.grant(forKeyHash: hash) == nil)
                tasks.cancelAll()
            }
        }
    }
}
