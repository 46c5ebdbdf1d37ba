import ArticleTesting
import ClawKubernetes
import Testing

/// The Swift of Docs/kubernetes.md about kinds, lists, verbs, waiting and logs.
private func kinds(_ client: KubernetesClient) async throws {
    // ARTICLE: kinds
    let web = try await client.get(Deployment.self, "web", in: "demo")
    print(web.spec?.replicas ?? 1, web.metadata.created as Any)

    let widgets = ResourceType(group: "example.com", version: "v1", kind: "Widget")
    let blue = try await client.get(DynamicObject.self, of: widgets, "blue", in: "demo")
    print(blue["spec"]?["size"] as Any)

    let names = try await client.list(PartialObjectMetadata<Pod>.self, in: "demo").items.map(\.name)
    let table = try await client.table(Pod.self, in: "demo")
    print(names, table.lines().joined(separator: "\n"))
    // ARTICLE: end
}

private func lists(_ client: KubernetesClient) async throws {
    // ARTICLE: lists
    let pods = try await client.list(
        Pod.self, in: "demo", matching: Selection(.equal("app", "web") && .absent("legacy")), pageSize: 500)
    print(pods.items.count, pods.resourceVersion as Any)

    for try await pod in client.items(Pod.self) where pod.status?.phase == "Failed" {
        print(pod.namespace ?? "", pod.name)
    }
    // ARTICLE: end
}

private func writes(_ client: KubernetesClient) async throws {
    // ARTICLE: writes
    let settings = ConfigMap(metadata: ObjectMeta(name: "settings", namespace: "demo"), data: ["level": "info"])
    let (current, wasCreated) = try await client.getOrCreate(settings)
    print(current.uid as Any, wasCreated)

    _ = try await client.edit(ConfigMap.self, "settings", in: "demo") { $0.data["level"] = "debug" }
    _ = try await client.patch(
        Deployment.self, "web", in: "demo", .json([.replace("/spec/replicas", 3)]).onlyIf(resourceVersion: "42"))
    try await client.scale(Deployment.self, "web", in: "demo", to: 5)

    if case .pending(let held) = try await client.delete(ConfigMap.self, "settings", in: "demo", uid: current.uid) {
        print("held by", held.metadata.finalizers)
    }
    try await client.deleteCollection(Pod.self, in: "demo", matching: Selection(.equal("app", "web")))
    // ARTICLE: end
}

private func applies(_ client: KubernetesClient, _ wanted: Deployment) async throws {
    // ARTICLE: applies
    do {
        let applied = try await client.applyReportingChanges(wanted, manager: "shop")
        switch applied.change {
        case .created: print("created")
        case .changed(let fields): print("changed", fields)
        case .unchanged: print("unchanged")
        }
    } catch let error as KubernetesError where error.isConflict {
        for conflict in error.applyConflicts { print("\(conflict.field) belongs to \(conflict.manager)") }
    }
    // ARTICLE: end
}

private func wrappers(_ client: KubernetesClient, _ wanted: Deployment) async throws {
    // ARTICLE: wrappers
    let demo = client.namespaced("demo").fieldManager("shop").fieldValidation(.strict)
        .onWarning { print("the server says:", $0) }
    let preview = try await demo.dryRun.applyReportingChanges(wanted)
    print("would be", preview.change)

    let asAda = client.impersonating(user: "ada", groups: ["developers"])
    _ = try await asAda.list(Pod.self, in: "demo")
    // ARTICLE: end
}

private func subresources(_ client: KubernetesClient) async throws {
    // ARTICLE: subresources
    try await client.evict("web-0", in: "demo", gracePeriodSeconds: 30)
    let token = try await client.requestToken(
        forServiceAccount: "robot", in: "demo", audiences: ["vault"], lifetime: .seconds(3600))
    _ = try await client.addEphemeralContainer(
        EphemeralContainer(name: "debug", image: "busybox", stdin: true), to: "web-0", in: "demo")
    _ = try await client.resize("web-0", in: "demo", container: "app", limits: ["memory": "1Gi"])
    try await client.approve(certificateRequest: "kubelet-serving", message: "a known node")
    print(token.expires as Any)
    // ARTICLE: end
}

private func reviews(_ client: KubernetesClient, _ shown: Secret<String>) async throws {
    // ARTICLE: reviews
    let reviewer = TokenReviewer(client, audiences: ["example.com/reports"])
    switch try await reviewer.review(shown) {
    case .accepted(let holder): print(holder.userName, holder.pod?.name ?? "no pod")
    case .refused(let reason): print("not let in:", reason)
    }
    // ARTICLE: end
}

private func waits(_ client: KubernetesClient) async throws {
    // ARTICLE: waits
    try await client.wait(for: Deployment.self, "web", in: "demo", until: .ready, deadline: .seconds(120))
    try await client.wait(
        for: Pod.self, "web-0", in: "demo", until: .condition("Ready") && !.condition("Degraded") || .completed,
        deadline: .seconds(60))
    try await client.wait(for: Namespace.self, "old", until: .deleted, deadline: .seconds(300))
    // ARTICLE: end
}

private func logs(_ client: KubernetesClient) async throws {
    // ARTICLE: logs
    for try await line in client.logs("web-0", in: "demo", container: "app", follow: true, tail: 100, timestamps: true) {
        print(line.written as Any, line.text)
    }
    // ARTICLE: end
}

private func quantities(_ pods: [Pod]) {
    // ARTICLE: quantities
    let asked = pods.flatMap { $0.spec?.containers ?? [] }.compactMap { $0.resources?.requests["memory"] }
    if let total = asked.sum(), total > "64Gi" { print("\(total) is too much") }
    // ARTICLE: end
}

@Suite("The article on the Kubernetes client: verbs")
struct VerbsArticleTests {
    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        let article = try Article("Docs/kubernetes.md", compiledIn: #filePath)
        #expect(article.names.count == 10)
        for name in article.names {
            let block = try #require(article.block(name))
            #expect(article.fences.contains(block), "the article lacks the block '\(name)'")
        }
    }
}
