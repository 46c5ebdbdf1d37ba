import ArticleTesting
import ClawBase
import ClawCluster
import ClawControl
import ClawCustomResources
import ClawKubernetes
import ClawModels
import Testing

private let logger = silentLogger

/// A system outside the cluster that remembers the greatest token it has seen.
private actor Bucket {
    private(set) var newest = -1
    func upload(_ page: String, token: Int) throws {
        if token < newest { throw Finding(.conflict, "A later leader has written already.") }
        newest = token
    }
}

private func leading(_ client: KubernetesClient) throws -> (LeaderElection, ControllerManager) {
    // ARTICLE: leading
    let election = try LeaderElection(lease: "sites", in: "ops", api: client)
    let manager = ControllerManager(client, election: election, logger: logger)
    manager.add(Controller(managing: SiteKind(), manager: "sites", caches: manager.caches, logger: logger))
    // ARTICLE: end
    return (election, manager)
}

private func options() -> ElectionOptions {
    // ARTICLE: options
    var options = ElectionOptions()
    options.leaseDuration = .seconds(15)
    options.renewDeadline = .seconds(10)
    options.retryPeriod = .seconds(2)
    options.drain = .seconds(10)
    // ARTICLE: end
    return options
}

private func fencing(_ election: LeaderElection, _ client: KubernetesClient, _ bucket: Bucket) async throws {
    let (page, map) = ("", ConfigMap(metadata: ObjectMeta(name: "page", namespace: "ops")))
    // ARTICLE: fencing
    try await election.run { leadership in
        let api = leadership.fenced(client)
        _ = try await api.apply(map, manager: "sites", force: true)
        try await bucket.upload(page, token: leadership.token)
    }
    // ARTICLE: end
}

private func sharing(_ client: KubernetesClient) throws -> (Sharding, ControllerManager) {
    // ARTICLE: sharing
    let sharding = try Sharding(group: "sites", in: "ops", api: client)
    let manager = ControllerManager(client, sharding: sharding, logger: logger)
    manager.add(Controller(managing: SiteKind(), manager: "sites", caches: manager.caches, logger: logger))
    // ARTICLE: end
    return (sharding, manager)
}

@Suite("The article on several replicas")
struct LeadershipArticleTests {
    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        let article = try Article("Docs/leadership.md", compiledIn: #filePath)
        #expect(article.names == ["leading", "options", "fencing", "sharing"])
        for name in article.names {
            let block = try #require(article.block(name))
            #expect(article.fences.contains(block), "the article lacks the block '\(name)'")
        }
    }

    @Test("the options it shows are the defaults")
    func defaults() { #expect(options() == ElectionOptions()) }

    @Test("its programs run: one leads after the other with a greater token, and those who share are each a member")
    func runs() async throws {
        try await EmbeddedCluster.withCluster { cluster in
            let (client, bucket) = (cluster.client, Bucket())
            _ = try await client.create(Namespace(metadata: ObjectMeta(name: "ops")))
            try await Site.install(in: client)
            for term in 0..<2 {
                try await fencing(try leading(client).0, client, bucket)
                #expect(await bucket.newest == term)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                let (sharding, manager) = try sharing(client)
                group.addTask { try await manager.run() }
                try await eventually("a group of one") { sharding.isSettled }
                #expect(sharding.members == [sharding.identity])
                #expect(sharding.owns(ObjectKey(namespace: "default", name: "docs")))
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
        }
    }
}
