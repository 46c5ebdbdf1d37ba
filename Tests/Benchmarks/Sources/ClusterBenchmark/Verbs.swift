import BenchmarkSupport
import ClawBase
import ClawCluster
import ClawKubernetes

/// A cluster of its own, until its first answer.
func measureStart() async throws {
    let runs = 200
    let start = try await best(of: 3) {
        for _ in 0..<runs {
            let cluster = try await EmbeddedCluster()
            _ = try await cluster.client.get(Namespace.self, "default")
        }
    }
    report("start, and the first answer", start.wall / Double(runs) * 1000, "ms wall")
    let together = 100
    let crowd = try await best(of: 3) {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<together {
                group.addTask {
                    try await EmbeddedCluster.withCluster { cluster in
                        _ = try await cluster.client.get(Namespace.self, "default")
                    }
                }
            }
            try await group.waitForAll()
        }
    }
    report("\(together) at once with controllers, begin to end, each", crowd.wall / Double(together) * 1000, "ms wall")
}

/// As most objects are: some labels, a kilobyte of data.
func configMap(_ name: String) -> ConfigMap {
    ConfigMap(
        metadata: ObjectMeta(name: name, namespace: "default", labels: ["app": "bench", "tier": "one"]),
        data: ["text": String(repeating: "0123456789abcdef", count: 64)])
}

/// One caller after the other in this process: what one core does. The objects to create are made beforehand: measured
/// is what the client and the server do with them.
func measureVerbs() async throws {
    let count = 20_000
    var options = EmbeddedCluster.Options()
    options.controllers = []
    let maps = (0..<count).map { configMap("m-\($0)") }
    var (creates, gets, updates, patches) = (Measurement.none, Measurement.none, Measurement.none, Measurement.none)
    for _ in 0..<3 {
        let api = try await EmbeddedCluster(options).client
        func better(_ best: inout Measurement, _ body: () async throws -> Void) async throws {
            let (measured, _) = try await measure(body)
            best.keepBetter(measured)
        }
        try await better(&creates) { for map in maps { _ = try await api.create(map) } }
        try await better(&gets) { for index in 0..<count { _ = try await api.get(ConfigMap.self, "m-\(index)", in: "default") } }
        try await better(&patches) {
            for index in 0..<count / 4 {
                _ = try await api.mergePatch(ConfigMap.self, "m-\(index)", in: "default", ["data": ["n": "\(index)"]])
            }
        }
        try await better(&updates) {
            for index in 0..<count / 4 {
                var map = try await api.get(ConfigMap.self, "m-\(index)", in: "default")
                map.data["n"] = "new"
                _ = try await api.replace(map)
            }
        }
    }
    report("creates of ConfigMaps of 1 KB, in process", count, "objects", creates)
    report("gets, in process", count, "objects", gets)
    report("merge patches, in process", count / 4, "objects", patches)
    report("get and replace, in process", count / 4, "objects", updates)
}
