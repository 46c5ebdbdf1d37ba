import ClawBase
import ClawControl
import ClawCustomResources
import ClawKubernetes
import ClawModels
import IntegrationTesting
import Testing

@Suite("Controllers against a cluster", .serialized, .timeLimit(.minutes(10)))
struct ControllerIntegrationTests {
    @Test(
        "the suite runs against a cluster of one's own",
        .enabled(if: IntegrationTarget.external != nil, Comment(rawValue: IntegrationTarget.hint)))
    func external() { #expect(IntegrationTarget.all.count == 2) }

    /// Runs a manager, and `body` beside it; ends with `body`.
    private func running(_ manager: ControllerManager, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await manager.run() }
            try await body()
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }

    /// Copies ConfigMaps labelled `copy=yes`, and takes the copies away by a finalizer.
    private func copier(_ caches: SharedCaches, by name: String = "copier") -> Controller {
        Controller(for: ConfigMap.self, name: "copies", caches: caches, logger: silentLogger) { map, context in
            guard map.labels["copy"] == "yes" else { return .settled }
            let copyName = "\(map.name)-copy"
            let copy = caches.cache(ConfigMap.self)[ObjectKey(namespace: map.namespace ?? "", name: copyName)]
            if copy?.data == map.data, copy?.labels["by"] != nil { return .settled }
            _ = try await context.api.apply(
                ConfigMap(
                    metadata: ObjectMeta(
                        name: copyName, namespace: map.namespace, labels: ["by": name],
                        ownerReferences: [
                            OwnerReference(
                                apiVersion: "v1", kind: "ConfigMap", name: map.name, uid: map.uid ?? "", controller: true)
                        ]),
                    data: map.data), manager: "copier", force: true)
            return .settled
        }
        .owns(ConfigMap.self)
        .finalizes(ConfigMap.self, "example.dev/copy") { map, context in
            try await context.api.deleteIfPresent(ConfigMap.self, "\(map.name)-copy", in: map.namespace)
            return .done
        }
    }

    @Test(
        "a controller follows its objects and theirs, cleans up before they go, and writes nothing in a second life",
        arguments: IntegrationTarget.all)
    func life(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let client = cluster.client
            func copy(_ name: String) async throws -> ConfigMap? { try await client.find(ConfigMap.self, "\(name)-copy") }
            let manager = ControllerManager(client, logger: silentLogger)
            manager.add(copier(manager.caches))
            try await running(manager) {
                for name in ["a", "b"] {
                    _ = try await client.create(cluster.map(name, ["k": "1"], labels: ["copy": "yes"]))
                }
                try await cluster.eventually("the copies") {
                    let copies = [try await copy("a"), try await copy("b")]
                    return copies.allSatisfy { $0?.data == ["k": "1"] }
                }
                // What somebody does to a copy is put right.
                _ = try await client.mergePatch(ConfigMap.self, "a-copy", ["data": ["k": "foreign"]])
                try await cluster.eventually("the old copy") { try await copy("a")?.data == ["k": "1"] }
                try await client.delete(ConfigMap.self, "b-copy")
                try await cluster.eventually("the lost copy") { try await copy("b") != nil }
                _ = try await client.mergePatch(ConfigMap.self, "a", ["data": ["k": "2"]])
                try await cluster.eventually("the new copy") { try await copy("a")?.data == ["k": "2"] }
                try await client.delete(ConfigMap.self, "b")
                try await cluster.eventually("the end of the object and of its copy") {
                    let (left, leftCopy) = (try await client.find(ConfigMap.self, "b"), try await copy("b"))
                    return left == nil && leftCopy == nil
                }
            }
            let log = WriteLog()
            let second = ControllerManager(log.watching(client), logger: silentLogger)
            let copies = copier(second.caches)
            second.add(copies)
            try await running(second) {
                try await second.caches.cache(ConfigMap.self).waitUntilSynced()
                for _ in 0..<3 {
                    copies.resync()
                    try await cluster.eventually("rest") { copies.isIdle }
                }
                #expect(log.all == [])
                try await client.delete(ConfigMap.self, "a")
                try await cluster.eventually("the end") { try await client.find(ConfigMap.self, "a") == nil }
            }
        }
    }

    @Test(
        "a kind of pure functions: its children come, are put right, pruned and collected; at rest nothing is written",
        arguments: IntegrationTarget.all)
    func engine(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            try await cluster.withDefinition(Site.definition, install: { try await Site.install(in: $0) }) {
                let (client, log) = (cluster.client, WriteLog())
                let manager = ControllerManager(log.watching(client), logger: silentLogger)
                let sites = Controller(
                    managing: SiteKind(), manager: "integration-sites", caches: manager.caches, logger: silentLogger)
                manager.add(sites)
                try await running(manager) { try await follow(cluster, sites, log) }
            }
        }
    }

    private func follow(_ cluster: Integration, _ sites: Controller, _ log: WriteLog) async throws {
        let client = cluster.client
        func services() async throws -> [String] { try await client.list(Service.self).items.map(\.name).sorted() }
        var site = Site("docs", Site.Spec(image: "registry.k8s.io/pause:3.10", ports: [80, 81]))
        site.metadata.namespace = cluster.namespace
        _ = try await client.create(site)
        try await cluster.eventually("the children") { try await services() == ["docs-80", "docs-81"] }
        _ = try await client.edit(Deployment.self, "docs") { $0.spec?.template.spec?.containers[0].image = "foreign" }
        try await cluster.eventually("the image as desired") {
            let image = try await client.get(Deployment.self, "docs").spec?.template.spec?.containers.first?.image
            return image == "registry.k8s.io/pause:3.10"
        }
        _ = try await client.edit(Site.self, "docs") { $0.spec.ports = [81] }
        try await cluster.eventually("the end of a Service") { try await services() == ["docs-81"] }

        // Pods come up, or do not: until nothing has been written for two seconds.
        let time = SystemTime()
        var (count, since) = (log.count, time.now)
        try await cluster.eventually("rest") {
            if log.count != count { (count, since) = (log.count, time.now) }
            return sites.isIdle && time.now - since > .seconds(2)
        }
        for _ in 0..<5 {
            sites.resync()
            try await cluster.eventually("rest") { sites.isIdle }
        }
        #expect(log.all.dropFirst(count) == [])

        try await client.delete(Site.self, "docs")
        try await cluster.eventually("the end of all children", within: .seconds(120)) {
            let deployments = try await client.list(Deployment.self).items
            return try await services().isEmpty && deployments.isEmpty
        }
    }

    @Test("of two replicas one leads; what it gives back the other takes at once", arguments: IntegrationTarget.all)
    func leadership(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let client = cluster.client
            func replica(_ name: String) throws -> ControllerManager {
                let election = try LeaderElection(lease: "copies", in: cluster.namespace, identity: name, api: client)
                let manager = ControllerManager(client, election: election, logger: silentLogger)
                manager.add(copier(manager.caches, by: name))
                return manager
            }
            func author(of name: String) async throws -> String? {
                try await client.find(ConfigMap.self, "\(name)-copy")?.labels["by"]
            }
            let (first, second) = (try replica("first"), try replica("second"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await running(first) {
                    _ = try await client.create(cluster.map("a", ["k": "1"], labels: ["copy": "yes"]))
                    try await cluster.eventually("the first one's copy") { try await author(of: "a") == "first" }
                    group.addTask { try await second.run() }
                    try await cluster.eventually("warm caches") { second.obstacles.isEmpty }
                }
                let start = SystemTime().now
                _ = try await client.create(cluster.map("b", ["k": "1"], labels: ["copy": "yes"]))
                try await cluster.eventually("the second one's copy") { try await author(of: "b") == "second" }
                #expect(SystemTime().now - start <= .seconds(2))
                for name in ["a", "b"] { try await client.delete(ConfigMap.self, name) }
                try await cluster.eventually("the end of both") {
                    try await client.list(ConfigMap.self, labels: ["copy": "yes"]).items.isEmpty
                }
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
        }
    }

    @Test("replicas that share keys have each its part, and no key two", arguments: IntegrationTarget.all)
    func sharding(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let client = cluster.client
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in ["a", "b"] {
                    let sharding = try Sharding(group: "copies", in: cluster.namespace, identity: name, api: client)
                    let manager = ControllerManager(client, sharding: sharding, logger: silentLogger)
                    manager.add(copier(manager.caches, by: name))
                    group.addTask { try await manager.run() }
                    try await cluster.eventually("a member") { sharding.isSettled }
                }
                for index in 0..<20 {
                    _ = try await client.create(cluster.map("m\(index)", ["k": "1"], labels: ["copy": "yes"]))
                }
                try await cluster.eventually("all copies") {
                    try await client.list(ConfigMap.self, matching: Selection(.exists("by"))).items.count == 20
                }
                let copies = try await client.list(ConfigMap.self, matching: Selection(.exists("by"))).items
                #expect(Set(copies.compactMap { $0.labels["by"] }) == ["a", "b"])
                for index in 0..<20 { try await client.delete(ConfigMap.self, "m\(index)") }
                try await cluster.eventually("the end of all") {
                    try await client.list(ConfigMap.self, labels: ["copy": "yes"]).items.isEmpty
                }
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
        }
    }
}
