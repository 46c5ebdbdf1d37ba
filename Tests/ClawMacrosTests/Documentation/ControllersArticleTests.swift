#if Macros
import ArticleTesting
import ClawBase
import ClawCluster
import ClawControl
import ClawKubernetes
import ClawMacros
import ClawModels
import Logging
import ServiceLifecycle
import Testing
import UnixSignals

private enum Kinds {
    // ARTICLE: site
    /// A site that is served from an image.
    @CustomResource(group: "example.dev", version: "v1")
    struct Site {
        var spec: Spec
        var status: Status?

        @Schema
        struct Spec {
            /// The image, with its tag.
            var image: String
            /// How many copies run.
            @Field(.range(0...20)) var copies: Int = 1
        }

        @Schema
        struct Status {
            var ready: Int?
            var problem: String?
        }
    }
    // ARTICLE: end
}

private typealias Site = Kinds.Site

private enum Behaviour {
    // ARTICLE: kind
    struct SiteKind: ManagedKind {
        let children: [any Resource.Type] = [Deployment.self, Service.self]

        func admit(_ site: Site) -> [Finding] {
            site.spec.image.isEmpty ? [Finding(.badRequest, "A site needs an image.", field: "spec.image")] : []
        }

        func desire(_ site: Site, _ observed: Observed) -> [Child] {
            let labels = ["site": site.name]
            let pod = PodTemplateSpec(
                metadata: ObjectMeta(labels: labels),
                spec: PodSpec(containers: [Container(name: "web", image: site.spec.image)]))
            return [
                Child(Deployment(
                    metadata: ObjectMeta(name: site.name),
                    spec: DeploymentSpec(
                        selector: LabelSelector(matchLabels: labels), template: pod, replicas: site.spec.copies))),
                Child(Service(
                    metadata: ObjectMeta(name: site.name),
                    spec: ServiceSpec(ports: [ServicePort(port: 80)], selector: labels)), stage: 1),
            ]
        }

        func observe(_ site: Site, _ observed: Observed, now: Timestamp) -> Observation<Site> {
            var site = site
            site.status = Site.Status(
                ready: observed[Deployment.self, site.name]?.status?.readyReplicas,
                problem: (observed.findings + observed.failures.map(\.finding)).first?.message)
            return Observation(site)
        }
    }
    // ARTICLE: end
}

private typealias SiteKind = Behaviour.SiteKind

private let logger = Logger(label: "sites") { _ in SwiftLogNoOpLogHandler() }

private func program() async throws {
    // ARTICLE: program
    let client = try KubernetesClient.connect()
    try await Site.install(in: client)
    let manager = ControllerManager(
        client, election: try LeaderElection(lease: "sites", in: "default", api: client), logger: logger)
    manager.add(Controller(managing: SiteKind(), manager: "sites", caches: manager.caches, logger: logger))
    try await ServiceGroup(services: [manager], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    // ARTICLE: end
}

private struct Deployed {
    // ARTICLE: manifests
    func manifests(of manager: ControllerManager) -> String {
        var manifests = OperatorManifests(
            "sites", in: "default", image: "registry.example/sites:1", permissions: manager.permissions)
        manifests.define(Site.definition)
        return manifests.yaml
    }
    // ARTICLE: end
}

private func test() async throws {
    // ARTICLE: trial
    let trial = Trial("sites") { subject in
        let caches = SharedCaches(subject.client, time: subject.time)
        let sites = Controller(managing: SiteKind(), manager: "sites", caches: caches, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await caches.run() }
            group.addTask { try await sites.run() }
            try await group.next()
            group.cancelAll()
        }
    } given: { cluster in
        try await Site.install(in: cluster.client)
        _ = try await cluster.client.create(
            Site(metadata: ObjectMeta(name: "docs", namespace: "default"), spec: .init(image: "nginx:1.29")))
    } until: { cluster in
        try await cluster.client.find(Service.self, "docs", in: "default") != nil
    }
    try await trial.converges(seeds: 1...3)
    try await trial.isIdempotent()
    try await trial.survivesCrashes()
    // ARTICLE: end
}

private func byHand(_ caches: SharedCaches) -> Controller {
    // ARTICLE: hand
    let copies = Controller(for: ConfigMap.self, when: .changed("data"), caches: caches, logger: logger) { map, context in
        guard map.labels["copy"] == "yes" else { return .settled }
        let copy = ConfigMap(
            metadata: ObjectMeta(name: "\(map.name)-copy", namespace: map.namespace), data: map.data)
        _ = try await context.api.apply(copy, manager: "copier", force: true)
        return .settled
    }
    .owns(KubernetesSecret.self, in: CacheScope(matching: Selection(labels: ["copier": "yes"])))
    .watches(Node.self) { node in [ObjectKey(namespace: "default", name: node.name)] }
    .finalizes(ConfigMap.self, "example.dev/copy") { map, context in
        try await context.api.deleteIfPresent(ConfigMap.self, "\(map.name)-copy", in: map.namespace)
        return .done
    }
    .runs(for: ConfigMap.self, restartingWhen: .changed("data")) { map, context in
        while true { try await context.time.sleep(for: .hours(1)) }
    }
    // ARTICLE: end
    return copies
}

private func caching(_ caches: SharedCaches) -> (Int, Int, Int?) {
    // ARTICLE: caches
    let pods = caches.cache(Pod.self, in: CacheScope(namespace: "demo"))
    let byNode = pods.index { pod in pod.spec?.nodeName.map { [$0] } ?? [] }
    let onNode = byNode["node-1"]
    let names = caches.cache(PartialObjectMetadata<ReplicaSet>.self).keys
    caches.transform(Node.self) { $0.status?.images = [] }
    let bytes = caches.statistics["pods"]?.bytesInMemory
    // ARTICLE: end
    return (onNode.count, names.count, bytes)
}

private func sharing(_ client: KubernetesClient) throws -> ControllerManager {
    // ARTICLE: sharding
    let sharded = ControllerManager(
        client, sharding: try Sharding(group: "sites", in: "default", api: client), logger: logger)
    // ARTICLE: end
    return sharded
}

@Suite("The article on controllers")
struct ControllersArticleTests {
    @Test("its Swift is the Swift compiled here, and the operator takes less than 60 lines")
    func swift() throws {
        let article = try Article("Docs/controllers.md", compiledIn: #filePath)
        #expect(article.names == ["site", "kind", "program", "manifests", "trial", "hand", "caches", "sharding"])
        for name in article.names {
            let block = try #require(article.block(name))
            #expect(article.fences.contains(block), "the article lacks the block '\(name)'")
        }
        let lines = article.fences.prefix(3).joined().split(separator: "\n").count
        // Four imports and the logger come on top.
        #expect(lines + 5 < 60)
    }

    @Test("its manifests are accepted by a cluster, and give the rights that the program needs")
    func manifests() async throws {
        try await EmbeddedCluster.withCluster { cluster in
            let api = cluster.client
            let manager = ControllerManager(
                api, election: try LeaderElection(lease: "sites", in: "default", api: api), logger: logger)
            manager.add(Controller(managing: SiteKind(), manager: "sites", caches: manager.caches, logger: logger))
            let objects = try Manifest.objects(in: Deployed().manifests(of: manager))
            for result in try await ManifestApplier(api).apply(objects) {
                if case .refused(let finding) = result.outcome { Issue.record("\(finding)") }
            }
            let role = try await api.get(ClusterRole.self, "sites")
            let rights = role.rules.map {
                "\($0.resources.joined()) \($0.resourceNames.joined()): \($0.verbs.joined(separator: " "))"
            }
            #expect(
                rights == [
                    "services : get list watch create patch delete",
                    "customresourcedefinitions sites.example.dev: get patch",
                    "deployments : get list watch create patch delete", "sites : get list watch",
                    "sites/finalizers : update", "sites/status : update",
                ])
        }
    }

    @Test("its operator passes its trial")
    func operates() async throws { try await test() }

    @Test("its controller copies, cleans up, and its caches find")
    func hand() async throws {
        try await EmbeddedCluster.withCluster { cluster in
            let caches = SharedCaches(cluster.client)
            let copies = byHand(caches)
            _ = try sharing(cluster.client)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await caches.run() }
                group.addTask { try await copies.run() }
                let map = ConfigMap(
                    metadata: ObjectMeta(name: "a", namespace: "default", labels: ["copy": "yes"]), data: ["k": "v"])
                _ = try await cluster.client.create(map)
                let copy = try await cluster.client.wait(
                    for: ConfigMap.self, "a-copy", in: "default", until: .exists, deadline: .seconds(60))
                #expect(copy?.data == ["k": "v"])
                try await cluster.client.delete(ConfigMap.self, "a", in: "default")
                _ = try await cluster.client.wait(
                    for: ConfigMap.self, "a-copy", in: "default", until: .deleted, deadline: .seconds(60))
                #expect(caching(caches).0 == 0)
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
        }
    }
}
#endif
