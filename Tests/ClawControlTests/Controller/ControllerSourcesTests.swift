import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging
import Testing

@Suite("What asks for a reconcile")
struct ControllerSourcesTests {
    private func withController(
        _ feed: Feed, _ setUp: @Sendable (Controller) -> Void,
        _ body: @escaping @Sendable (SharedCaches, Controller, Log<ObjectKey>) async throws -> Void
    ) async throws {
        let caches = SharedCaches(feed)
        let log = Log<ObjectKey>()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let controller = Controller("test", caches: caches, logger: logger) { key in
            log.add(key)
            return .settled
        }
        setUp(controller)
        try await withRunning({ try await controller.run() }) {
            try await withRunning({ try await caches.run() }) { try await body(caches, controller, log) }
        }
    }

    private func owned(by name: String) -> [OwnerReference] {
        [
            OwnerReference(
                apiVersion: "v1", kind: "Pod", name: name, uid: "u-\(name)", blockOwnerDeletion: true, controller: true)
        ]
    }

    @Test("an object's own changes, its end included")
    func reconciles() async throws {
        let feed = Feed()
        feed.put("a")
        try await withController(feed, { $0.reconciles(ConfigMap.self) }) { _, controller, log in
            try await eventually("the first") { log.count == 1 && controller.isIdle && feed.watchCount == 1 }
            feed.remove("a")
            try await eventually("the end") { log.count == 2 }
            #expect(log.entries == [ObjectKey(namespace: "demo", name: "a"), ObjectKey(namespace: "demo", name: "a")])
        }
    }

    @Test("changes of what an owner controls; a change of owner asks for both")
    func owns() async throws {
        let feed = Feed()
        feed.put("mine") { [self] in $0.metadata.ownerReferences = owned(by: "one") }
        feed.put("nobody's")
        try await withController(feed, { $0.owns(ConfigMap.self, by: "Pod") }) { _, controller, log in
            try await eventually("the first") { log.count == 1 && controller.isIdle && feed.watchCount == 1 }
            #expect(log.entries == [ObjectKey(namespace: "demo", name: "one")])
            feed.put("mine") { $0.metadata.ownerReferences = self.owned(by: "two") }
            try await eventually("both") { log.count == 3 }
            #expect(Set(log.entries.map(\.name)) == ["one", "two"])
        }
        try await withController(feed, { $0.owns(ConfigMap.self, by: "Deployment") }) { caches, controller, log in
            try await caches.cache(ConfigMap.self).waitUntilSynced()
            try await eventually("rest") { controller.isIdle }
            #expect(log.count == 0)
        }
    }

    @Test("nothing is reconciled before the caches are complete")
    func syncsFirst() async throws {
        let feed = Feed()
        let caches = SharedCaches(feed)
        let log = Log<Int>()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        for name in ["a", "b", "c"] { feed.put(name) }
        let controller = Controller("test", caches: caches, logger: logger) { _ in
            log.add(caches.cache(ConfigMap.self).count)
            return .settled
        }
        controller.reconciles(ConfigMap.self)
        controller.ask(for: ObjectKey(name: "early"))
        try await withRunning({ try await controller.run() }) {
            for _ in 0..<100 { await Task.yield() }
            #expect(log.count == 0)
            try await withRunning({ try await caches.run() }) {
                try await eventually("all") { log.count == 4 }
            }
        }
        #expect(log.entries == [3, 3, 3, 3])
    }
}
