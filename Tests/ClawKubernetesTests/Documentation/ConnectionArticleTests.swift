import ArticleTesting
import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import Logging
import Testing

/// The Swift of Docs/kubernetes.md about connections, watches, commands in containers and tests.

private func connecting() async throws {
    // ARTICLE: connecting
    let client = try KubernetesClient.connect()
    let staging = try KubernetesClient.connect(kubeconfig: "staging.yaml", context: "blue")
    try await withKubernetesClient(ClusterAccess.inCluster()) { client in
        print(try await client.list(Node.self).items.count)
    }
    // ARTICLE: end
    _ = (client, staging)
}

private func layers(_ logger: Logger) async throws {
    // ARTICLE: layers
    let access = try ClusterAccess.load(explicit: "staging.yaml")
    let metrics = ClientMetrics(route: RequestRoute.template)
    let client = KubernetesClient(
        try ClusterTransport(access)
            .retrying(.kubernetes)
            .rateLimited(50, burst: 100)  // requests a second
            .metered(metrics)
            .logged(logger))
    // ARTICLE: end
    _ = client
}

private func watching(_ client: KubernetesClient) async throws {
    // ARTICLE: watching
    for try await event in client.watch(Deployment.self, in: "demo") {
        switch event {
        case .snapshot(let deployments): print("these are all:", deployments.map(\.name))
        case .applied(let deployment): print("new or changed:", deployment.name)
        case .deleted(let deployment): print("gone:", deployment.name)
        }
    }
    // ARTICLE: end
}

private func resuming(_ client: KubernetesClient, _ lastVersion: String) async throws {
    // ARTICLE: resuming
    var events = client.watch(Pod.self, resumingAfter: lastVersion, streamsSnapshot: true).makeAsyncIterator()
    while let event = try await events.next() {
        print(event, "and on from", events.resourceVersion as Any)
    }
    // ARTICLE: end
}

private func commands(_ client: KubernetesClient) async throws {
    // ARTICLE: commands
    let result = try await client.run("web-0", ["cat", "/etc/hostname"], in: "demo")
    print(result.outcome.exitCode, result.output, result.errors)

    try await client.exec("web-0", ["sh"], in: "demo", input: true, terminal: .init(columns: 80, rows: 24)) { shell in
        try await shell.write("uname -a; exit\n")
        while let output = try await shell.next() { print(output) }
    }

    try await client.withPortForward(pod: "web-0", port: 8080, in: "demo") { port in
        print("http://127.0.0.1:\(port)")
    }

    try await client.copy("site", toPod: "web-0", "/srv/www", in: "demo")
    let logs = try await client.copy(fromPod: "web-0", "/var/log/app", to: "logs/", in: "demo")
    print(logs.members, logs.bytes, logs.remarks)
    // ARTICLE: end
}

private func doubles() async throws {
    // ARTICLE: doubles
    let cluster = try await EmbeddedCluster()  // a cluster, its controllers run by cluster.run()
    _ = try await cluster.client.create(ConfigMap(metadata: ObjectMeta(name: "a", namespace: "default")))

    let broken = KubernetesClient(cluster.transport.failing(.seeded(7, .init())))  // the same, losing some answers
    // ARTICLE: end
    _ = broken
}

@Suite("The article on the Kubernetes client: connections")
struct ConnectionArticleTests {
    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        let article = try Article("Docs/kubernetes.md", compiledIn: #filePath)
        #expect(article.names.count == 6)
        for name in article.names {
            let block = try #require(article.block(name))
            #expect(article.fences.contains(block), "the article lacks the block '\(name)'")
        }
    }
}
