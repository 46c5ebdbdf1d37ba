import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Synchronization
import Testing

@Suite("A program with controllers")
struct ControllerManagerTests {
    private typealias Worked = Log<(replica: String, name: String)>

    private func controller(_ manager: ControllerManager, _ replica: String, _ log: Worked) -> Controller {
        Controller(for: ConfigMap.self, name: "marks", caches: manager.caches, logger: silentLogger) { map, context in
            guard map.name.hasPrefix("m"), map.labels["mark"] != map.data["v"] else { return .settled }
            log.add((replica, map.name))
            _ = try await context.api.mergePatch(
                ConfigMap.self, map.name, in: "default",
                ["metadata": ["labels": ["mark": .string(map.data["v"] ?? "")]]])
            return .settled
        }
    }

    private func map(_ index: Int, _ value: String) -> ConfigMap {
        ConfigMap(metadata: ObjectMeta(name: "m\(index)", namespace: "default"), data: ["v": value])
    }

    private func change(_ count: Int, to value: String, in cluster: SimulatedCluster) async throws {
        for index in 0..<count {
            _ = try await cluster.client.apply(map(index, value), manager: "test", force: true)
        }
    }

    private func areMarked(_ count: Int, _ value: String, in cluster: SimulatedCluster) async throws -> Bool {
        try await cluster.client.list(ConfigMap.self, in: "default", labels: ["mark": value]).items.count == count
    }

    @Test("of two replicas one works; when it goes the other goes on, warm")
    func leadership() async throws {
        let log = Worked()
        try await SimulatedCluster.run(SimulatedCluster.Options()) { cluster in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let second = try replica("second", cluster, log)
                try await withThrowingTaskGroup(of: Void.self) { leader in
                    let first = try replica("first", cluster, log)
                    leader.addTask { try await first.run() }
                    try await cluster.clock.advance(by: .seconds(5))
                    group.addTask { try await second.run() }
                    try await change(5, to: "1", in: cluster)
                    #expect(try await cluster.clock.advance(atMost: .seconds(30)) {
                        try await areMarked(5, "1", in: cluster)
                    })
                    #expect(first.obstacles.isEmpty && second.obstacles.isEmpty, "who waits to lead is ready")
                    #expect(Set(log.entries.map(\.replica)) == ["first"])
                    leader.cancelAll()
                    while await leader.nextResult() != nil {}
                    #expect(first.obstacles == ["it does not run"])
                }
                let start = cluster.clock.now
                try await change(5, to: "2", in: cluster)
                #expect(try await cluster.clock.advance(atMost: .seconds(30)) {
                    try await areMarked(5, "2", in: cluster)
                })
                #expect(cluster.clock.now - start <= .seconds(2), "the lease was given back")
                #expect(log.entries.suffix(5).allSatisfy { $0.replica == "second" })
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
        }
    }

    private func replica(_ name: String, _ cluster: SimulatedCluster, _ log: Worked) throws -> ControllerManager {
        let election = try LeaderElection(
            lease: "marks", in: "default", identity: name, api: cluster.client, time: cluster.clock)
        let manager = ControllerManager(cluster.client, election: election, time: cluster.clock, logger: silentLogger)
        manager.add(controller(manager, name, log))
        return manager
    }

    @Test("of three replicas that share the keys each has its part; what one leaves the others take")
    func sharing() async throws {
        let log = Worked()
        try await SimulatedCluster.run(SimulatedCluster.Options()) { cluster in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in ["a", "b"] {
                    let manager = try member(name, cluster, log)
                    group.addTask { try await manager.run() }
                }
                try await withThrowingTaskGroup(of: Void.self) { third in
                    let manager = try member("c", cluster, log)
                    third.addTask { try await manager.run() }
                    try await cluster.clock.advance(by: .seconds(30))
                    try await change(30, to: "1", in: cluster)
                    #expect(try await cluster.clock.advance(atMost: .seconds(60)) {
                        try await areMarked(30, "1", in: cluster)
                    })
                    #expect(log.count == 30, "each by one")
                    #expect(Set(log.entries.map(\.replica)) == ["a", "b", "c"])
                    third.cancelAll()
                    while await third.nextResult() != nil {}
                }
                try await change(30, to: "2", in: cluster)
                #expect(try await cluster.clock.advance(atMost: .seconds(60)) {
                    try await areMarked(30, "2", in: cluster)
                })
                #expect(log.count == 60)
                #expect(Set(log.entries.suffix(30).map(\.replica)) == ["a", "b"])
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
        }
    }

    private func member(_ name: String, _ cluster: SimulatedCluster, _ log: Worked) throws -> ControllerManager {
        let sharding = try Sharding(
            group: "marks", in: "default", identity: name, api: cluster.client, time: cluster.clock)
        let manager = ControllerManager(cluster.client, sharding: sharding, time: cluster.clock, logger: silentLogger)
        manager.add(controller(manager, name, log))
        return manager
    }

    @Test("probes and scrapers are answered")
    func health() async throws {
        let log = Worked()
        try await SimulatedCluster.run(SimulatedCluster.Options()) { cluster in
            let manager = ControllerManager(cluster.client, time: cluster.clock, logger: silentLogger)
            manager.add(controller(manager, "only", log))
            let handler = ManagerHandler(manager)
            func get(_ path: String) async throws -> (Int, String) {
                let response = await handler.respond(to: Request(.get, path))
                return (response.status.code, String(decoding: try await response.body.collect(limit: 1 << 20), as: UTF8.self))
            }
            #expect(try await get("/readyz") == (503, "it does not run\nthe caches wait for their first lists\n"))
            #expect(try await get("/healthz") == (200, "ok\n"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await manager.run() }
                try await change(3, to: "1", in: cluster)
                _ = try await cluster.clock.advance(atMost: .seconds(10)) { try await areMarked(3, "1", in: cluster) }
                #expect(try await get("/readyz") == (200, "ok\n"))
                #expect(try await get("/elsewhere").0 == 404)
                let text = try await get("/metrics").1
                #expect(text.contains(#"controller_runtime_reconcile_total{controller="marks",result="success"}"#))
                #expect(text.contains(#"workqueue_depth{name="marks"}"#))
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
        }
    }
}
