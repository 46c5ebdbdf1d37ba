import ArticleTesting
import ClawKubernetes
import Testing

/// The Swift of Docs/kubernetes.md about names, manifests, sets, metrics and routes.
private func names(_ client: KubernetesClient) async throws {
    // ARTICLE: names
    let mapper = RESTMapper(client)
    let deployments = try await mapper.resource("deploy").type  // or deployments.apps, deployments.v1.apps, Deployment
    let all = try await client.list(DynamicObject.self, of: deployments, in: "demo").items
    let shown = try await mapper.resources("all,ing").map(\.type.qualifiedName)
    for finding in try await mapper.discovery.resources().findings { print(finding.message) }
    print(all.map(\.name), shown)
    // ARTICLE: end
}

private func manifests(_ client: KubernetesClient) async throws {
    // ARTICLE: manifests
    var options = ManifestApplier.Options()
    options.namespace = "demo"
    options.fieldManager = "shop"
    let applier = ManifestApplier(client, options: options)
    let objects = try Manifest.objects(at: ["deploy/"], recursive: true)

    for difference in try await applier.diff(objects) { print(difference.text) }
    for result in try await applier.apply(objects) {
        print(result)  // deployment.apps/web configured
        if case .changed(let fields) = result.outcome { print(fields) }
        if let refusal = result.refusal { print(refusal.field ?? "", refusal.message) }
    }
    _ = try await applier.delete(objects, waitingAtMost: .seconds(60))
    // ARTICLE: end
}

private func sets(_ applier: ManifestApplier, _ objects: [ManifestObject]) async throws {
    // ARTICLE: sets
    let set = ApplySet(secret: "shop", in: "demo")
    for result in try await applier.apply(objects, as: set) where result.outcome == .pruned { print(result) }
    _ = try await applier.delete(set)
    // ARTICLE: end
}

private func metrics(_ client: KubernetesClient) async throws {
    // ARTICLE: metrics
    for node in try await client.topNodes() {
        print(node.node, node.used["cpu"] ?? .zero, node.share(of: "memory") ?? 0)
    }
    for pod in try await client.topPods(in: "demo", by: "memory").prefix(5) {
        print(pod.name, pod.total("memory") ?? .zero)
    }
    // ARTICLE: end
}

private func routes(_ client: KubernetesClient) async throws {
    // ARTICLE: routes
    let auth = TraefikMiddleware(
        metadata: ObjectMeta(name: "auth", namespace: "demo"),
        spec: .init(forwardAuth: .init(address: "http://control-plane/api/v1/access/check")))
    let route = IngressRoute(
        metadata: ObjectMeta(name: "web", namespace: "demo"),
        spec: .init(routes: [
            .init(
                match: "Host(`web.example`)", kind: "Rule", services: [TraefikServiceReference(name: "web", port: 80)],
                middlewares: [TraefikObjectReference(name: "auth")])
        ]))
    _ = try await client.apply(auth, manager: "shop")
    _ = try await client.apply(route, manager: "shop")
    // ARTICLE: end
}

@Suite("The article on the Kubernetes client: names and manifests")
struct ManifestsArticleTests {
    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        let article = try Article("Docs/kubernetes.md", compiledIn: #filePath)
        #expect(article.names.count == 5)
        for name in article.names {
            let block = try #require(article.block(name))
            #expect(article.fences.contains(block), "the article lacks the block '\(name)'")
        }
    }
}
