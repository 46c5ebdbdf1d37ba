import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Testing

@Suite("Shared caches")
struct SharedCachesTests {
    @Test("one list and one watch per kind, however many ask")
    func shared() async throws {
        let feed = Feed()
        feed.put("a")
        let caches = SharedCaches(feed)
        let first = caches.cache(ConfigMap.self)
        try await withRunning({ try await caches.run() }) {
            try await caches.cache(ConfigMap.self).waitUntilSynced()
            #expect(caches.cache(ConfigMap.self) === first)
            #expect(first.count == 1)
            try await eventually("the watch") { feed.watchCount == 1 }
        }
        #expect(feed.listCount == 1)
    }

    @Test("a part that writes another way reads the same caches, whoever of them asked for them first and runs")
    func views() async throws {
        let (feed, other) = (Feed(), Feed())
        feed.put("a")
        let caches = SharedCaches(feed)
        let view = caches.writing(with: other)
        let first = view.cache(ConfigMap.self)
        try await withRunning({ try await caches.run() }) {
            try await first.waitUntilSynced()
            #expect(caches.cache(ConfigMap.self) === first && first.count == 1)
            #expect(view.api is Feed && (view.api as? Feed) === other && (caches.api as? Feed) === feed)
        }
        #expect(feed.listCount == 1 && other.listCount == 0)
    }

    @Test("a cache asked for later is started too")
    func later() async throws {
        let feed = Feed()
        let caches = SharedCaches(feed)
        try await withRunning({ try await caches.run() }) {
            try await caches.cache(ConfigMap.self).waitUntilSynced()
            try await caches.cache(KubernetesSecret.self, in: .allSecrets).waitUntilSynced()
            try await eventually("the watches") { feed.watchCount == 2 }
        }
    }

    @Test("all Secrets of a cluster are cached only by who says so, or as metadata")
    func secrets() async throws {
        let caches = SharedCaches(Feed())
        _ = caches.cache(KubernetesSecret.self, in: CacheScope(namespace: "demo"))
        _ = caches.cache(KubernetesSecret.self, in: CacheScope(matching: Selection(labels: ["app": "web"])))
        _ = caches.cache(PartialObjectMetadata<KubernetesSecret>.self)
        try await withRunning({ try await caches.run() }) { try await eventually("the lists") { caches.areSynced } }
        _ = caches.cache(KubernetesSecret.self)
        let error = await #expect(throws: Finding.self) { try await caches.run() }
        #expect(error?.code == .secretsOfAll)
    }

    @Test("a kind that may not be watched ends the run with the refusal", .timeLimit(.minutes(10)))
    func forbidden() async throws {
        let feed = Feed()
        feed.refuse(KubernetesError(code: 403, reason: "Forbidden", message: "no"))
        let caches = SharedCaches(feed)
        _ = caches.cache(ConfigMap.self)
        await #expect(throws: KubernetesError.self) { try await caches.run() }
    }

    @Test("after the end of a run another one goes on")
    func again() async throws {
        let feed = Feed()
        let caches = SharedCaches(feed)
        let cache = caches.cache(ConfigMap.self)
        try await withRunning({ try await caches.run() }) { try await cache.waitUntilSynced() }
        feed.put("a")
        try await withRunning({ try await caches.run() }) {
            try await eventually("the object") { cache.count == 1 }
        }
    }

    /// A view of its own over a kind that has one already.
    private struct Settings: Resource {
        static let type = ConfigMap.type
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
    }

    @Test("two views of one kind each keep their cache")
    func views() {
        let caches = SharedCaches(Feed())
        let (maps, settings) = (caches.cache(ConfigMap.self), caches.cache(Settings.self))
        #expect(caches.cache(ConfigMap.self) === maps)
        #expect(caches.cache(Settings.self) === settings)
    }
}
