import BenchmarkSupport
import ClawBase
import ClawCluster
import ClawKubernetes
import Synchronization

private final class Tally: Sendable {
    private let count = Atomic(0)
    func add() { count.wrappingAdd(1, ordering: .relaxed) }
    var value: Int { count.load(ordering: .relaxed) }
}

/// Many watches of one kind: what they take, and how long until all have heard.
func measureWatchers() async throws {
    let watchers = 10_000
    let changes = 20
    var options = EmbeddedCluster.Options()
    options.controllers = []
    let cluster = try await EmbeddedCluster(options)
    let api = cluster.client
    let (heard, ready) = (Tally(), Tally())
    let before = residentMemory()
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<watchers {
            group.addTask {
                for try await event in api.watch(ConfigMap.self, in: "default") {
                    switch event {
                    case .snapshot: ready.add()
                    case .applied, .deleted: heard.add()
                    }
                }
            }
        }
        try await until { ready.value == watchers }
        let memory = residentMemory()
        let (time, _) = try await measure {
            for index in 0..<changes { _ = try await api.create(configMap("w-\(index)")) }
            try await until { heard.value == watchers * changes }
        }
        report("\(watchers) watchers: memory each", (memory.now - before.now) * 1000 / Double(watchers), "KB")
        report("\(watchers) watchers hear of \(changes) objects", watchers * changes, "events", time)
        group.cancelAll()
        do { try await group.waitForAll() } catch is CancellationError {}
    }
}

func until(_ isSo: () -> Bool) async throws {
    while !isSo() { try await SystemTime().sleep(for: .milliseconds(1)) }
}

/// 100,000 ConfigMaps of 1 KB, each text its own.
func measureMemory() async throws {
    var options = EmbeddedCluster.Options()
    options.controllers = []
    let api = try await EmbeddedCluster(options).client
    let before = residentMemory()
    for index in 0..<100_000 {
        var map = configMap("m-\(index)")
        map.data["text"] = "\(10_000_000 + index)" + (map.data["text"] ?? "").dropFirst(8)
        _ = try await api.create(map)
    }
    let after = residentMemory()
    report("100,000 ConfigMaps of 1 KB", after.now - before.now, "MB", "heap \(Int(after.anonymous - before.anonymous)) MB")
}
