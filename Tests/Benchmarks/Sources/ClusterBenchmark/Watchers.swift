import BenchmarkSupport
import ClawBase
import ClawCluster
import ClawKubernetes
import Synchronization

/// Many watches of one kind: what they take, and how long until all have heard.
func measureWatchers() async throws {
    let watchers = 10_000
    let changes = 20
    var options = EmbeddedCluster.Options()
    options.controllers = []
    let cluster = try await EmbeddedCluster(options)
    let api = cluster.client
    let heard = Mutex(0)
    let ready = Mutex(0)
    let before = residentMemory()
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<watchers {
            group.addTask {
                for try await event in api.watch(ConfigMap.self, in: "default") {
                    switch event {
                    case .snapshot: ready.withLock { $0 += 1 }
                    case .applied, .deleted: heard.withLock { $0 += 1 }
                    }
                }
            }
        }
        try await until { ready.withLock { $0 } == watchers }
        let memory = residentMemory()
        let (time, _) = try await measure {
            for index in 0..<changes { _ = try await api.create(configMap("w-\(index)")) }
            try await until { heard.withLock { $0 } == watchers * changes }
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
        map.data["text"]?.replaceSubrange(
            map.data["text"]!.startIndex..<map.data["text"]!.index(map.data["text"]!.startIndex, offsetBy: 8),
            with: String(10_000_000 + index))
        _ = try await api.create(map)
    }
    let after = residentMemory()
    report("100,000 ConfigMaps of 1 KB", after.now - before.now, "MB", "heap \(Int(after.anonymous - before.anonymous)) MB")
}
