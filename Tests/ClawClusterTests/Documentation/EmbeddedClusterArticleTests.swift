import ArticleTesting
import ClawCluster
import ClawKubernetes
import ClawModels
import Testing

private func start() async throws {
    // ARTICLE: start
    try await EmbeddedCluster.withCluster { cluster in
        try await cluster.client.create(
            ConfigMap(metadata: ObjectMeta(name: "greeting", namespace: "default"), data: ["text": "hello"]))
        let all = try await cluster.client.list(ConfigMap.self, in: "default")
        precondition(all.items.contains { $0.data == ["text": "hello"] })
    }
    // ARTICLE: end
}

private func controllers() async throws -> EmbeddedCluster {
    // ARTICLE: controllers
    var options = EmbeddedCluster.Options()
    options.controllers = [.garbageCollector, .namespaces]
    let cluster = try await EmbeddedCluster(options)
    // ARTICLE: end
    return cluster
}

private func simulated(_ cluster: EmbeddedCluster) -> SimulatedNodes {
    // ARTICLE: simulated
    let nodes = SimulatedNodes(
        .init(count: 100) { pod in
            switch pod.labels["app"] {
            case "slow": PodBehavior(imagePull: .seconds(30), readyAfter: .seconds(5))
            case "leaky": PodBehavior(life: .outOfMemory(after: .seconds(180)))
            case "broken": PodBehavior(life: .crashes(after: .seconds(1), exitCode: 2))
            default: .natural(pod)
            }
        }, api: cluster.client)
    // ARTICLE: end
    return nodes
}

private func durable(_ directory: String) async throws -> EmbeddedCluster {
    // ARTICLE: durable
    var options = EmbeddedCluster.Options()
    options.dataDirectory = directory
    options.durability = .everyWrite
    let cluster = try await EmbeddedCluster(options)
    // ARTICLE: end
    return cluster
}

@Suite("The article on the embedded cluster")
struct EmbeddedClusterArticleTests {
    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        let article = try Article("Docs/embedded-cluster.md", compiledIn: #filePath)
        #expect(article.names == ["start", "controllers", "simulated", "durable"])
        for name in article.names {
            let block = try #require(article.block(name))
            #expect(article.fences.contains(block), "the article lacks the block '\(name)'")
        }
    }

    @Test("its first example runs as it stands")
    func first() async throws { try await start() }
}
