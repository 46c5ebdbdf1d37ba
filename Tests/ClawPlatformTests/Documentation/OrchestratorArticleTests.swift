import ArticleTesting
import ClawBase
import ClawCluster
import ClawControl
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources
import Logging
import Testing

private func elected(_ client: KubernetesClient, _ caches: SharedCaches, _ logger: Logger) async throws
    -> (LeaderElection, Orchestrator)
{
    // ARTICLE: orchestrator
    let election = try await Orchestrator.election(of: client, logger: logger)
    let orchestrator = Orchestrator(caches: caches, election: election, logger: logger)
    // ARTICLE: end
    return (election, orchestrator)
}

@Suite("The article on several replicas, of the orchestrator")
struct OrchestratorArticleTests {
    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        let article = try Article("Docs/leadership.md", compiledIn: #filePath)
        let block = try #require(article.block("orchestrator"))
        #expect(article.fences.contains(block))
    }

    @Test("of two that run one leads, by the Lease that the article names")
    func runs() async throws {
        try await EmbeddedCluster.withCluster { cluster in
            let client = cluster.client
            try await ClawGroup.install(in: client)
            let caches = SharedCaches(client)
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let (first, second) = (
                try await elected(client, caches, logger), try await elected(client, caches, logger)
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await caches.run() }
                group.addTask { try await first.1.run() }
                try await eventually("the first leads") { first.0.status.isLeader }
                group.addTask { try await second.1.run() }
                try await eventually("the second knows") { second.0.status.leader == first.0.identity }
                #expect(!second.0.status.isLeader)
                let lease = try await client.get(Lease.self, "clawkit-orchestrator", in: "clawkit-system")
                #expect(lease.spec?.holderIdentity == first.0.identity)
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
        }
    }

    @Test("one that waits has all the caches that it needs to lead")
    func warm() async throws {
        try await EmbeddedCluster.withCluster { cluster in
            let client = cluster.client
            try await ClawGroup.install(in: client)
            let caches = SharedCaches(client)
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let holder = try await Orchestrator.election(of: client, logger: logger)
            let (election, orchestrator) = try await elected(client, caches, logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                let leads = Task { try await holder.run { _ in try await Task.sleep(for: .seconds(3600)) } }
                try await eventually("somebody else leads") { holder.status.isLeader }
                group.addTask { try await caches.run() }
                group.addTask { try await orchestrator.run() }
                try await eventually("it waits") { election.status.leader == holder.identity && caches.areSynced }
                let kinds = Set(caches.statistics.keys)
                leads.cancel()
                try await eventually("it leads") { election.status.isLeader }
                _ = try await client.create(Project(name: "demo", tenant: "acme"))
                try await eventually("it works") { try await client.find(Namespace.self, "demo") != nil }
                #expect(Set(caches.statistics.keys) == kinds)
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
        }
    }
}
