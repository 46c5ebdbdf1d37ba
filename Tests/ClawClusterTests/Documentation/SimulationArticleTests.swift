import ArticleTesting
import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import Logging
import Testing

private let web = Deployment(
    metadata: ObjectMeta(name: "web", namespace: "default"),
    spec: DeploymentSpec(
        selector: LabelSelector(matchLabels: ["app": "web"]),
        template: PodTemplateSpec(
            metadata: ObjectMeta(labels: ["app": "web"]), spec: PodSpec(containers: [Container(name: "c", image: "x")])),
        replicas: 3))

private let map = ConfigMap(metadata: ObjectMeta(name: "m", namespace: "default"), data: ["k": "old"])

@Sendable private func runCopier(_ api: KubernetesClient, _ time: any TimeSource) async throws {
    let caches = SharedCaches(api, time: time)
    let maps = caches.cache(ConfigMap.self)
    let controller = Controller("copier", caches: caches, logger: Logger(label: "copier") { _ in SwiftLogNoOpLogHandler() }) { key in
        guard maps[key]?.metadata.labels["copy"] == "yes" else { return .settled }
        let copy = ObjectMeta(name: "\(key.name)-copy", namespace: key.namespace)
        guard try await api.find(ConfigMap.self, copy.name ?? "", in: key.namespace) == nil else { return .settled }
        _ = try await api.create(ConfigMap(metadata: copy))
        return .settled
    }
    .reconciles(ConfigMap.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await caches.run() }
        group.addTask { try await controller.run() }
        defer { group.cancelAll() }
        try await group.next()
    }
}

private func time() async throws {
    // ARTICLE: time
    var options = SimulatedCluster.Options()
    options.nodes = SimulatedNodes.Configuration(count: 3) { _ in PodBehavior(imagePull: .seconds(40)) }
    try await SimulatedCluster.run(seed: 7, options) { cluster in
        _ = try await cluster.client.create(web)
        let isReady = try await cluster.clock.advance(atMost: .minutes(5)) {
            try await cluster.client.get(Deployment.self, "web", in: "default").status?.readyReplicas == 3
        }
        precondition(isReady)
        try await cluster.clock.advance(by: .hours(6))
    }
    // ARTICLE: end
}

private func trial() async throws -> ClusterRole {
    // ARTICLE: trial
    let trial = Trial("copier") { subject in
        try await runCopier(subject.client, subject.time)
    } given: { cluster in
        _ = try await cluster.client.create(
            ConfigMap(metadata: ObjectMeta(name: "a", namespace: "default", labels: ["copy": "yes"])))
    } until: { cluster in
        try await cluster.client.find(ConfigMap.self, "a-copy", in: "default") != nil
    }
    try await trial.converges(seeds: 1...10)
    try await trial.isIdempotent()
    try await trial.survivesCrashes()
    let role = try await trial.leastPrivilege()
    // ARTICLE: end
    return role
}

private func history() async throws {
    // ARTICLE: history
    var options = EmbeddedCluster.Options()
    let history = ClusterHistory()
    options.history = history
    let cluster = try await EmbeddedCluster(options)
    _ = try await cluster.client.create(map)
    _ = try await cluster.client.mergePatch(ConfigMap.self, "m", in: "default", ["data": ["k": "new"]])
    let writes = history.requests.filter { $0.isWrite && $0.resource == "configmaps" }
    precondition(writes.map(\.description).last == "patch configmaps default/m → 200")
    let revisions = history.revisions(of: ConfigMap.self, "m", in: "default")
    let difference = JSONDifference(revisions[0].object, revisions[1].object)
    precondition(difference.description == #"data.k: "old" → "new""#)
    // ARTICLE: end
}

@Suite("The article on simulation")
struct SimulationArticleTests {
    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        let article = try Article("Docs/simulation.md", compiledIn: #filePath)
        #expect(article.names == ["time", "trial", "history"])
        for name in article.names {
            let block = try #require(article.block(name))
            #expect(article.fences.contains(block), "the article lacks the block '\(name)'")
        }
    }

    @Test("its examples run as they stand")
    func examples() async throws {
        try await time()
        let role = try await trial()
        #expect(role.rules.map(\.verbs) == [["create", "get", "list", "watch"]])
        try await history()
    }
}
