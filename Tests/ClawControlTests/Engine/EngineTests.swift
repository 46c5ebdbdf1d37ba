import ClawBase
import ClawCluster
import ClawControl
import ClawCustomResources
import ClawKubernetes
import ClawModels
import Logging
import Testing

@Suite("The engine, against a simulated cluster")
struct EngineTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func controller(_ api: some KubernetesAPI, _ time: some TimeSource) -> (SharedCaches, Controller) {
        let caches = SharedCaches(api, time: time)
        return (caches, Controller(managing: SiteKind(), manager: "sites", caches: caches, logger: logger))
    }

    private static func run(_ api: some KubernetesAPI, _ time: some TimeSource) async throws {
        let (caches, controller) = controller(api, time)
        try await run(caches, controller)
    }

    private static func run(_ caches: SharedCaches, _ controller: Controller) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await caches.run() }
            group.addTask { try await controller.run() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// A cluster with nodes, the definition of sites and the controller at work.
    private func withSites(
        _ body: @escaping @Sendable (SimulatedCluster, Controller) async throws -> Void
    ) async throws {
        var options = SimulatedCluster.Options()
        options.nodes = SimulatedNodes.Configuration(count: 1) { _ in PodBehavior() }
        try await SimulatedCluster.run(options) { cluster in
            try await Site.install(in: cluster.client)
            let (caches, controller) = Self.controller(cluster.client, cluster.clock)
            try await withRunning({ try await Self.run(caches, controller) }) {
                try await cluster.clock.settle()
                try await body(cluster, controller)
            }
        }
    }

    private func isReady(_ cluster: SimulatedCluster, _ name: String) async throws -> Bool {
        try await cluster.clock.advance(atMost: .minutes(5)) {
            try await cluster.client.get(Site.self, name, in: "default").status.ready == 2
        }
    }

    @Test("what is desired comes to be, in stages, and is told")
    func becomesReady() async throws {
        try await withSites { cluster, controller in
            _ = try await cluster.client.create(Site("web", .init(image: "nginx", volumes: ["data"])))
            #expect(try await isReady(cluster, "web"))
            let api = cluster.client
            let deployment = try await api.get(Deployment.self, "web", in: "default")
            #expect(deployment.labels["app.kubernetes.io/managed-by"] == "sites")
            #expect(deployment.metadata.ownerReferences.map(\.name) == ["web"])
            #expect(try await api.find(Service.self, "web-80", in: "default") != nil)
            #expect(try await api.find(PersistentVolumeClaim.self, "web-data", in: "default") != nil)
            let explained = controller.explain(ObjectKey(namespace: "default", name: "web"))
            #expect(explained.contains("Site default/web created"), "\(explained)")
            #expect(explained.contains("apply deployments.apps default/web"), "\(explained)")
            #expect(explained.contains("Deployment default/web modified → owner"), "\(explained)")
        }
    }

    @Test("in steady state nothing is sent, whatever is looked at")
    func steadyState() async throws {
        try await withSites { cluster, controller in
            _ = try await cluster.client.create(Site("web", .init(image: "nginx", volumes: ["data"])))
            #expect(try await isReady(cluster, "web"))
            try await cluster.clock.settle()
            let before = cluster.history.requests.count
            let key = ObjectKey(namespace: "default", name: "web")
            let reconciles = controller.records(of: key).count
            for _ in 0..<5 {
                controller.resync()
                try await cluster.clock.settle()
            }
            #expect(controller.records(of: key).suffix(5).allSatisfy { $0.writeCount == 0 && $0.outcome == .settled })
            #expect(controller.records(of: key).count >= min(8, reconciles))
            #expect(cluster.history.requests.count == before)
        }
    }

    @Test("what others change of it is put right, what is theirs is left alone")
    func drift() async throws {
        try await withSites { cluster, _ in
            let api = cluster.client
            _ = try await api.create(Site("web", .init(image: "nginx")))
            #expect(try await isReady(cluster, "web"))
            _ = try await api.mergePatch(
                Deployment.self, "web", in: "default",
                ["metadata": ["annotations": ["theirs": "1"]], "spec": ["replicas": 5, "minReadySeconds": 3]])
            _ = try await api.delete(Service.self, "web-80", in: "default")
            let isRight = try await cluster.clock.advance(atMost: .minutes(5)) {
                let deployment = try await api.get(Deployment.self, "web", in: "default")
                let service = try await api.find(Service.self, "web-80", in: "default")
                return deployment.spec?.replicas == 2 && service != nil
            }
            #expect(isRight)
            let deployment = try await api.get(Deployment.self, "web", in: "default")
            #expect(deployment.spec?.minReadySeconds == 3 && deployment.annotations["theirs"] == "1")
        }
    }

    @Test("what is no longer desired goes, but what holds data stays")
    func prune() async throws {
        try await withSites { cluster, _ in
            let api = cluster.client
            _ = try await api.create(Site("web", .init(image: "nginx", ports: [80, 81], volumes: ["data"])))
            #expect(try await isReady(cluster, "web"))
            _ = try await api.mergePatch(
                Site.self, "web", in: "default", ["spec": ["ports": [80], "volumes": [], "image": "caddy"]])
            let isGone = try await cluster.clock.advance(atMost: .minutes(5)) {
                try await api.find(Service.self, "web-81", in: "default") == nil
            }
            #expect(isGone)
            try await cluster.clock.settle()
            #expect(try await api.find(Service.self, "web-80", in: "default") != nil)
            #expect(try await api.find(PersistentVolumeClaim.self, "web-data", in: "default") != nil)
            #expect(try await api.get(ConfigMap.self, "web-first", in: "default").data == ["image": "nginx"])
        }
    }

    @Test("what several objects look for is told to each that does, and to none that does not")
    func sought() async throws {
        try await withSites { cluster, _ in
            let api = cluster.client
            for (name, pages) in [("a", "news"), ("b", "news"), ("c", "other")] {
                var site = Site(name, .init(image: "nginx"))
                site.spec.pages = pages
                _ = try await api.create(site)
            }
            func pages(_ name: String) async throws -> [String] {
                try await cluster.clock.settle()
                return try await api.list(ConfigMap.self, in: "default").items
                    .filter { $0.name.hasPrefix("\(name)-of-") }.map { "\($0.name) \($0.data["text"] ?? "")" }.sorted()
            }
            for (name, text) in [("today", "1"), ("yesterday", "0")] {
                _ = try await api.create(
                    ConfigMap(
                        metadata: ObjectMeta(name: name, namespace: "default", labels: ["pages": "news"]),
                        data: ["text": text]))
            }
            #expect(try await pages("a") == ["a-of-today 1", "a-of-yesterday 0"])
            #expect(try await pages("b") == ["b-of-today 1", "b-of-yesterday 0"])
            #expect(try await pages("c") == [])
            _ = try await api.edit(ConfigMap.self, "today", in: "default") { $0.data = ["text": "2"] }
            #expect(try await pages("b") == ["b-of-today 2", "b-of-yesterday 0"])
            // Whoever looks for something else from now on hears of that.
            _ = try await api.edit(Site.self, "a", in: "default") { $0.spec.pages = "other" }
            try await api.delete(ConfigMap.self, "yesterday", in: "default")
            #expect(try await pages("a") == [])
            #expect(try await pages("b") == ["b-of-today 2"])
        }
    }

    @Test("with its owner everything goes; what is shared goes with the last")
    func deletion() async throws {
        try await withSites { cluster, _ in
            let api = cluster.client
            for name in ["one", "two"] { _ = try await api.create(Site(name, .init(image: "nginx"))) }
            for name in ["one", "two"] { #expect(try await isReady(cluster, name)) }
            let account = try await api.get(ServiceAccount.self, "shared", in: "default")
            #expect(Set(account.metadata.ownerReferences.map(\.name)) == ["one", "two"])
            try await api.delete(Site.self, "one", in: "default")
            let isGone = try await cluster.clock.advance(atMost: .minutes(5)) {
                try await api.find(Deployment.self, "one", in: "default") == nil
            }
            #expect(isGone)
            #expect(try await api.find(ServiceAccount.self, "shared", in: "default") != nil)
            try await api.delete(Site.self, "two", in: "default")
            let isAllGone = try await cluster.clock.advance(atMost: .minutes(5)) {
                try await api.find(ServiceAccount.self, "shared", in: "default") == nil
            }
            #expect(isAllGone)
        }
    }

    @Test("what belongs to somebody else is not touched, and the status says so")
    func taken() async throws {
        try await withSites { cluster, _ in
            let api = cluster.client
            _ = try await api.create(
                Service(
                    metadata: ObjectMeta(name: "web-80", namespace: "default"),
                    spec: ServiceSpec(ports: [ServicePort(port: 9999)])))
            _ = try await api.create(Site("web", .init(image: "nginx", ports: [80, 81])))
            let isTold = try await cluster.clock.advance(atMost: .minutes(5)) {
                try await api.get(Site.self, "web", in: "default").status.problem?.contains("Service web-80") ?? false
            }
            #expect(isTold)
            #expect(try await api.get(Service.self, "web-80", in: "default").spec?.ports.map(\.port) == [9999])
            // The others of its stage are there.
            #expect(try await api.find(Service.self, "web-81", in: "default") != nil)
            try await api.delete(Service.self, "web-80", in: "default")
            let isMended = try await cluster.clock.advance(atMost: .minutes(5)) {
                try await api.get(Site.self, "web", in: "default").status.problem == nil
            }
            #expect(isMended)
        }
    }

    @Test("a finding stops that object alone, and what ran goes on")
    func refused() async throws {
        try await withSites { cluster, _ in
            let api = cluster.client
            _ = try await api.create(Site("web", .init(image: "nginx")))
            #expect(try await isReady(cluster, "web"))
            _ = try await api.mergePatch(Site.self, "web", in: "default", ["spec": ["image": "", "ports": []]])
            _ = try await api.create(Site("other", .init(image: "nginx")))
            #expect(try await isReady(cluster, "other"))
            let site = try await api.get(Site.self, "web", in: "default")
            #expect(site.status.problem == "A site needs an image." && site.status.ready == 2)
            #expect(try await api.find(Service.self, "web-80", in: "default") != nil)
        }
    }

    private func trial() -> Trial {
        var trial = Trial("sites") { subject in
            try await Self.run(subject.client, subject.time)
        } given: { cluster in
            try await Site.install(in: cluster.client)
            _ = try await cluster.client.create(Site("web", .init(image: "nginx", volumes: ["data"])))
        } until: { cluster in
            try await cluster.client.get(Site.self, "web", in: "default").status.ready == 2
        }
        trial.options.nodes = SimulatedNodes.Configuration(count: 1) { _ in PodBehavior() }
        return trial
    }

    @Test("through every fault it gets there")
    func converges() async throws { try await trial().converges(seeds: 1...4) }

    @Test("a second life writes nothing")
    func idempotent() async throws { try await trial().isIdempotent() }

    @Test("killed after any request, the next life gets there")
    func crashes() async throws { try await trial().survivesCrashes() }
}
