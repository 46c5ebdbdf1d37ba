import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import Testing

@Suite("Object caches")
struct ObjectCacheTests {
    typealias Change = ObjectCache<ConfigMap>.Change

    private static func describe(_ change: Change) -> String {
        switch (change.old, change.new) {
        case (nil, let new?): "+\(new.name)"
        case (_?, let new?): "~\(new.name)"
        case (let old, nil): "-\(old?.name ?? "")"
        }
    }

    private func withCache(
        _ feed: Feed, _ body: @escaping @Sendable (ObjectCache<ConfigMap>) async throws -> Void
    ) async throws {
        let cache = ObjectCache(ConfigMap.self, of: feed)
        try await withRunning({ try await cache.run() }) { try await body(cache) }
    }

    @Test("the copy follows the server, and tells each change")
    func follows() async throws {
        let feed = Feed()
        feed.put("a")
        try await withCache(feed) { cache in
            let log = Log<String>()
            cache.onChange { log.add(Self.describe($0)) }
            try await cache.waitUntilSynced()
            #expect(cache.isSynced && cache.count == 1)
            try await eventually("the watch") { feed.watchCount == 1 }
            feed.put("b") { $0.data["k"] = "1" }
            feed.put("a") { $0.data["k"] = "2" }
            feed.remove("b")
            try await eventually("the changes") { log.count == 4 }
            #expect(log.entries == ["+a", "+b", "~a", "-b"])
            #expect(cache.get("a", in: "demo")?.data == ["k": "2"])
            #expect(cache[ObjectKey(namespace: "demo", name: "b")] == nil)
            #expect(cache.all.map(\.name) == ["a"])
        }
    }

    @Test("a new snapshot tells what went, what came and what changed, and not what stayed")
    func snapshot() async throws {
        let feed = Feed()
        for name in ["stays", "goes", "changes"] { feed.put(name) }
        try await withCache(feed) { cache in
            try await cache.waitUntilSynced()
            try await eventually("the watch") { feed.watchCount == 1 }
            let log = Log<String>()
            cache.onChange { log.add(Self.describe($0)) }
            #expect(Set(log.entries) == ["+stays", "+goes", "+changes"])
            feed.replaceUnheard { objects in
                objects["goes"] = nil
                objects["changes"]?.modify(.metadata) { $0?["resourceVersion"] = nil }
                objects["comes"] = Feed.object("comes").document
            }
            try await eventually("the snapshot") { log.count == 6 }
            #expect(log.entries[3] == "-goes")
            #expect(Set(log.entries[4...]) == ["~changes", "+comes"])
            #expect(Set(cache.all.map(\.name)) == ["stays", "changes", "comes"])
        }
    }

    @Test("an event that comes twice is told once")
    func repeated() async throws {
        let feed = Feed()
        feed.put("a")
        try await withCache(feed) { cache in
            let log = Log<String>()
            cache.onChange { log.add(Self.describe($0)) }
            try await eventually("the watch") { feed.watchCount == 1 }
            feed.repeatLast("a")
            feed.put("b")
            try await eventually("the change") { log.entries.contains("+b") }
            #expect(log.entries == ["+a", "+b"])
        }
    }

    @Test("who waits for the first list finds it told")
    func toldBeforeSynced() async throws {
        for _ in 0..<20 {
            let feed = Feed()
            for index in 0..<50 { feed.put("m\(index)") }
            try await withCache(feed) { cache in
                let log = Log<String>()
                cache.onChange { log.add(Self.describe($0)) }
                try await cache.waitUntilSynced()
                #expect(log.count == 50)
            }
        }
    }

    @Test("who waits in vain can be cancelled; who comes late need not wait")
    func cancelledWait() async throws {
        let cache = ObjectCache(ConfigMap.self, of: Feed())
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { try await cache.waitUntilSynced() } }
                await Task.yield()
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        try await withRunning({ try await cache.run() }) {
            try await cache.waitUntilSynced()
            try await cache.waitUntilSynced()
        }
    }

    @Test("objects are found by the uid of what controls them, as that changes")
    func controlled() async throws {
        let feed = Feed()
        func own(_ name: String, by uid: String?, controller: Bool = true) {
            feed.put(name) { map in
                map.metadata.ownerReferences =
                    uid.map {
                        [
                            OwnerReference(
                                apiVersion: "v1", kind: "Pod", name: "o", uid: $0, blockOwnerDeletion: true,
                                controller: controller)
                        ]
                    } ?? []
            }
        }
        own("b", by: "u1")
        own("a", by: "u1")
        own("c", by: "u1", controller: false)
        try await withCache(feed) { cache in
            try await cache.waitUntilSynced()
            try await eventually("the watch") { feed.watchCount == 1 }
            #expect(cache.controlled(by: "u1").map(\.name) == ["a", "b"])
            #expect(cache.controlled(by: "u2").isEmpty)
        }
        own("a", by: "u2")
        own("b", by: nil)
        try await withCache(feed) { cache in
            try await cache.waitUntilSynced()
            let watches = feed.watchCount
            try await eventually("the watch") { feed.watchCount > watches || feed.watchCount == 2 }
            #expect(cache.controlled(by: "u1").isEmpty)
            #expect(cache.controlled(by: "u2").map(\.name) == ["a"])
            feed.remove("a")
            try await eventually("the end") { cache.controlled(by: "u2").isEmpty }
        }
    }

    @Test("managed fields are not kept")
    func managedFields() async throws {
        let feed = Feed()
        feed.put("a") { $0.document.modify(.metadata) { $0?["managedFields"] = [["manager": "x"]] } }
        try await withCache(feed) { cache in
            try await cache.waitUntilSynced()
            #expect(cache.get("a", in: "demo")?.document[.metadata]?["managedFields"] == nil)
            #expect(cache.get("a", in: "demo")?.document[.metadata]?["name"] == "a")
        }
    }

    @Test("handlers that join in the midst of changes hear each object's life once and in order")
    func races() async throws {
        let feed = Feed()
        for index in 0..<20 { feed.put("m\(index)") }
        let cache = ObjectCache(ConfigMap.self, of: feed)
        let logs = (0..<40).map { _ in Log<Change>() }
        try await withRunning({ try await cache.run() }) {
            try await cache.waitUntilSynced()
            try await eventually("the watch") { feed.watchCount == 1 }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for round in 0..<150 {
                        let name = "m\(round % 20)"
                        if round % 7 == 0 { feed.remove(name) } else { feed.put(name) { $0.data["n"] = "\(round)" } }
                        if round % 50 == 49 { feed.replaceUnheard { $0["m\(round % 20)"] = nil } }
                        await Task.yield()
                    }
                }
                for log in logs {
                    group.addTask {
                        for _ in 0..<Int.random(in: 0..<60) { await Task.yield() }
                        cache.onChange { change in
                            log.add(change)
                            // What is read meanwhile is as new as the change.
                            let key = ObjectKey(change.object ?? Feed.object(""))
                            if cache[key]?.resourceVersion != change.new?.resourceVersion {
                                Issue.record("the copy is another")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            feed.put("last")
            // Not always as the last of all: a list after what was not heard tells of the others behind it.
            try await eventually("the last change") {
                logs.allSatisfy { $0.entries.contains { $0.new?.name == "last" } }
            }
        }
        for log in logs {
            var lives: [String: ConfigMap] = [:]
            for change in log.entries {
                let name = change.object?.name ?? ""
                #expect(change.old == lives[name], "what went before is what was told before")
                let versions = (
                    change.old?.resourceVersion.flatMap { Int($0) } ?? 0,
                    change.new?.resourceVersion.flatMap { Int($0) }
                )
                if let new = versions.1 { #expect(new > versions.0) }
                lives[name] = change.new
            }
            #expect(Set(lives.keys) == Set(cache.all.map(\.name)))
        }
    }
}
