import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import Logging
import Synchronization
import Testing

/// Runs controllers against a simulated cluster.
func withControllers(
    _ makeControllers: @escaping @Sendable (SharedCaches) -> [Controller],
    _ body: @escaping @Sendable (SimulatedCluster, [Controller]) async throws -> Void
) async throws {
    try await SimulatedCluster.run(SimulatedCluster.Options()) { cluster in
        let caches = SharedCaches(cluster.client, time: cluster.clock)
        let controllers = makeControllers(caches)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await caches.run() }
            for controller in controllers { group.addTask { try await controller.run() } }
            try await cluster.clock.settle()
            try await body(cluster, controllers)
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
    }
}

let silentLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Waits without heeding cancellation.
private final class Stuck: Sendable {
    private let waiter = Mutex<UnsafeContinuation<Void, Never>?>(nil)
    func wait() async {
        await withUnsafeContinuation { here in waiter.withLock { $0 = here } }
    }
    func release() { waiter.withLock { $0.take() }?.resume() }
}

@Suite("Controllers of a kind")
struct TypedControllerTests {
    private static func map(_ name: String, _ data: [String: String] = [:]) -> ConfigMap {
        ConfigMap(metadata: ObjectMeta(name: name, namespace: "default"), data: data)
    }
    private static let a = ObjectKey(namespace: "default", name: "a")

    @Test("what a reconcile wrote it reads at once, and it is not asked again for its own write")
    func ownWrites() async throws {
        let (log, seen) = (Log<ObjectKey>(), Log<String?>())
        try await withControllers { caches in
            [Controller(for: ConfigMap.self, caches: caches, logger: silentLogger) { map, context in
                guard map.name == "a" else { return .settled }
                log.add(context.key)
                if map.data["copied"] == nil {
                    _ = try await context.api.mergePatch(
                        ConfigMap.self, "a", in: "default", ["data": ["copied": "yes"]])
                    seen.add(caches.cache(ConfigMap.self)[context.key]?.data["copied"])
                    try await context.api.delete(ConfigMap.self, "b", in: "default")
                    seen.add(caches.cache(ConfigMap.self).get("b", in: "default")?.name)
                }
                return .settled
            }]
        } _: { cluster, controllers in
            _ = try await cluster.client.create(Self.map("b"))
            _ = try await cluster.client.create(Self.map("a"))
            try await cluster.clock.settle()
            #expect(seen.entries == ["yes", nil])
            #expect(log.count == 1)
            _ = try await cluster.client.mergePatch(ConfigMap.self, "a", in: "default", ["data": ["other": "1"]])
            try await cluster.clock.settle()
            #expect(log.count == 2, "what others write asks for it")
            let lines = controllers[0].explain(Self.a).split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines[0] == "ConfigMap default/a")
            #expect(lines[1].contains("ConfigMap default/a created; waited 0 ms, took 0 ms, 2 writes"), "\(lines[1])")
            #expect(
                lines[1].contains("(patch configmaps default/a, delete configmaps default/b): settled"), "\(lines[1])")
            #expect(lines[2].contains("ConfigMap default/a modified; waited 0 ms, took 0 ms, 0 writes: settled"))
        }
    }

    @Test("a failure is explained with its error and the next attempt counted")
    func failures() async throws {
        struct Mine: Error, CustomStringConvertible { let description = "not today" }
        let attempts = Log<Int>()
        try await withControllers { caches in
            [Controller(for: ConfigMap.self, caches: caches, logger: silentLogger) { map, context in
                guard map.name == "a" else { return .settled }
                attempts.add(context.attempt)
                if context.attempt < 3 { throw Mine() }
                return .settled
            }]
        } _: { cluster, controllers in
            _ = try await cluster.client.create(Self.map("a"))
            try await cluster.clock.advance(by: .seconds(10))
            #expect(attempts.entries == [1, 2, 3])
            let records = controllers[0].records(of: Self.a)
            guard case .failed("not today", let delay) = records.first?.outcome else {
                Issue.record("\(records)")
                return
            }
            #expect(delay <= .milliseconds(50))
            #expect(records.last?.causes.first.map(\.event) == [.retry])
        }
    }

    @Test("a reconcile that heeds neither deadline nor cancellation keeps its own key and no other")
    func hangs() async throws {
        let done = Log<String>()
        var options = Controller.Options()
        options.concurrency = 1
        options.deadline = .seconds(5)
        let (theOptions, stuck) = (options, Stuck())
        try await withControllers { caches in
            [Controller(for: ConfigMap.self, caches: caches, options: theOptions, logger: silentLogger) { map, context in
                guard ["a", "b"].contains(map.name) else { return .settled }
                if map.name == "a", context.attempt == 1 {
                    await stuck.wait()
                }
                done.add(map.name)
                return .settled
            }]
        } _: { cluster, _ in
            _ = try await cluster.client.create(Self.map("a"))
            try await cluster.clock.settle()
            _ = try await cluster.client.create(Self.map("b"))
            try await cluster.clock.settle()
            #expect(done.entries.isEmpty, "the one place is taken")
            try await cluster.clock.advance(by: .seconds(6))
            #expect(done.entries == ["b"])
            stuck.release()
            try await cluster.clock.advance(by: .seconds(2))
            #expect(done.entries.filter { $0 == "a" }.count == 2, "it is tried again once it has ended")
        }
    }

    @Test("only what a predicate lets through asks, appearing and going always do")
    func predicates() async throws {
        let log = Log<ObjectKey>()
        try await withControllers { caches in
            [Controller(
                for: ConfigMap.self, when: .labelsChanged || .changed("data"), caches: caches, logger: silentLogger
            ) { map, context in
                if map.name == "a" { log.add(context.key) }
                return .settled
            }]
        } _: { cluster, _ in
            let api = cluster.client
            _ = try await api.create(Self.map("a"))
            try await cluster.clock.settle()
            #expect(log.count == 1)
            _ = try await api.mergePatch(ConfigMap.self, "a", in: "default", ["metadata": ["annotations": ["x": "1"]]])
            try await cluster.clock.settle()
            #expect(log.count == 1)
            _ = try await api.mergePatch(ConfigMap.self, "a", in: "default", ["metadata": ["labels": ["x": "1"]]])
            _ = try await api.mergePatch(ConfigMap.self, "a", in: "default", ["data": ["x": "1"]])
            try await cluster.clock.settle()
            #expect(log.count >= 2)
        }
    }

    @Test("a finalizer is entered first; the object goes once the clean-up is done")
    func finalizer() async throws {
        let log = Log<String>()
        try await withControllers { caches in
            [Controller(for: ConfigMap.self, caches: caches, logger: silentLogger) { map, _ in
                if map.name == "a" { log.add(map.isBeingDeleted ? "going" : "\(map.metadata.finalizers)") }
                return .settled
            }.finalizes(ConfigMap.self, "example.dev/bucket") { map, _ in
                log.add("clean")
                return log.entries.count { $0 == "clean" } < 3 ? .again(after: .seconds(10)) : .done
            }]
        } _: { cluster, _ in
            let api = cluster.client
            _ = try await api.create(Self.map("a"))
            try await cluster.clock.settle()
            #expect(try await api.get(ConfigMap.self, "a", in: "default").metadata.finalizers == ["example.dev/bucket"])
            #expect(log.entries == [#"["example.dev/bucket"]"#])
            try await api.delete(ConfigMap.self, "a", in: "default")
            try await cluster.clock.advance(by: .seconds(11))
            #expect(log.entries.dropFirst() == ["clean", "clean"])
            #expect(try await api.find(ConfigMap.self, "a", in: "default") != nil)
            try await cluster.clock.advance(by: .seconds(10))
            #expect(try await api.find(ConfigMap.self, "a", in: "default") == nil)
        }
    }

    @Test("a clean-up that never ends holds a deletion no longer than its limit")
    func finalizerLimit() async throws {
        try await withControllers { caches in
            [Controller(for: ConfigMap.self, caches: caches, logger: silentLogger) { _, _ in .settled }
                .finalizes(ConfigMap.self, "example.dev/bucket", within: .minutes(2)) { _, _ in
                    throw Finding(.internalError, "never")
                }]
        } _: { cluster, _ in
            let api = cluster.client
            _ = try await api.create(Self.map("a"))
            try await cluster.clock.settle()
            try await api.delete(ConfigMap.self, "a", in: "default")
            try await cluster.clock.advance(by: .seconds(110))
            #expect(try await api.find(ConfigMap.self, "a", in: "default") != nil)
            try await cluster.clock.advance(by: .minutes(2))
            #expect(try await api.find(ConfigMap.self, "a", in: "default") == nil)
        }
    }

    @Test("every object has a task of its own, begun, begun anew, and drained with it")
    func objectTasks() async throws {
        let log = Log<String>()
        try await withControllers { caches in
            [Controller(for: ConfigMap.self, caches: caches, logger: silentLogger) { _, _ in .settled }
                .runs(for: ConfigMap.self, restartingWhen: .changed("data")) { map, context in
                    guard map.name.count == 1 else { return }
                    log.add("+\(map.name)\(map.data["v"] ?? "")")
                    defer { log.add("-\(map.name)\(map.data["v"] ?? "")") }
                    try await context.time.sleep(for: .hours(1))
                }]
        } _: { cluster, _ in
            let api = cluster.client
            _ = try await api.create(Self.map("a"))
            _ = try await api.create(Self.map("b"))
            try await cluster.clock.settle()
            #expect(log.entries.sorted() == ["+a", "+b"])
            _ = try await api.mergePatch(ConfigMap.self, "a", in: "default", ["metadata": ["labels": ["x": "1"]]])
            try await cluster.clock.settle()
            #expect(log.count == 2)
            _ = try await api.mergePatch(ConfigMap.self, "a", in: "default", ["data": ["v": "2"]])
            try await cluster.clock.settle()
            #expect(log.entries.dropFirst(2) == ["-a", "+a2"])
            try await api.delete(ConfigMap.self, "b", in: "default")
            try await cluster.clock.settle()
            #expect(log.entries.dropFirst(4) == ["-b"])
            try await cluster.clock.advance(by: .hours(2))
            #expect(log.entries.dropFirst(5) == ["-a2"], "one that has returned rests")
            _ = try await api.create(Self.map("b"))
            try await cluster.clock.settle()
            #expect(log.entries.dropFirst(6) == ["+b"])
        }
        #expect(log.entries.last == "-b", "the end of the controller drains them")
    }
}
