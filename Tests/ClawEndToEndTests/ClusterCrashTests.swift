import ClawKit
import ExampleSupport
import Foundation
import Synchronization
import Testing

@Suite("claw cluster dev, killed while it writes")
struct ClusterCrashTests {
    /// What was answered, by name: the version it was given.
    private final class Acknowledged: Sendable {
        private let versions = Mutex<[String: String]>([:])
        var all: [String: String] { versions.withLock { $0 } }
        func note(_ object: ConfigMap) { versions.withLock { $0[object.name] = object.resourceVersion } }
    }

    private static let writers = 6

    @Test("every write that was answered is there after kill -9, under its version, and no version is given twice")
    func kill() async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let acknowledged = Acknowledged()
        for round in 0..<6 {
            let cluster = try await RunningCluster.start(["--data-dir", directory.path(), "--no-controllers"])
            defer { cluster.kill() }
            let client = try KubernetesClient.connect(kubeconfig: cluster.kubeconfig)
            try await check(acknowledged.all, client)
            // Killed once this many more have been answered: some other moment in each round.
            let enough = acknowledged.all.count + Int.random(in: 1...400)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<Self.writers {
                    group.addTask { await Self.write("r\(round)-w\(writer)", client, acknowledged) }
                }
                _ = try await eventually(within: .seconds(120), "enough writes") {
                    acknowledged.all.count >= enough ? true : nil
                }
                try await cluster.crash()
                group.cancelAll()
            }
        }
        let cluster = try await RunningCluster.start(["--data-dir", directory.path(), "--no-controllers"])
        defer { cluster.kill() }
        try await check(acknowledged.all, try KubernetesClient.connect(kubeconfig: cluster.kubeconfig))
        #expect(try await cluster.stop() == 0)
    }

    /// Writes until nobody answers any more.
    private static func write(_ prefix: String, _ client: KubernetesClient, _ acknowledged: Acknowledged) async {
        var number = 0
        do {
            while !Task.isCancelled {
                let object = ConfigMap(
                    metadata: ObjectMeta(name: "\(prefix)-\(number)", namespace: "default"), data: ["n": "\(number)"])
                acknowledged.note(try await client.create(object))
                number += 1
            }
        } catch {
            // It was killed: what was on its way may or may not be there.
        }
    }

    private func check(_ acknowledged: [String: String], _ client: KubernetesClient) async throws {
        let objects = try await client.list(ConfigMap.self, in: "default").items
        let found = Dictionary(uniqueKeysWithValues: objects.map { ($0.name, $0.resourceVersion ?? "") })
        let lost = acknowledged.filter { found[$0.key] != $0.value }
        #expect(lost.isEmpty, "\(lost.count) of \(acknowledged.count) were lost or have other versions: \(lost.prefix(5))")
        #expect(Set(found.values).count == found.count)
        let newest = found.values.compactMap(UInt64.init).max() ?? 0
        let next = try await client.create(
            ConfigMap(metadata: ObjectMeta(generateName: "next-", namespace: "default")))
        #expect((next.resourceVersion.flatMap(UInt64.init) ?? 0) > newest)
    }
}
