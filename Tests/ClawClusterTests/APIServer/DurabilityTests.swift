import ClawCluster
import ClawKubernetes
import ClawModels
import Foundation
import Testing

@Suite("The embedded cluster's data directory")
struct DurabilityTests {
    /// The ConfigMaps of this test, without what the cluster itself publishes.
    private func own(_ cluster: EmbeddedCluster) async throws -> [ConfigMap] {
        try await cluster.client.list(ConfigMap.self, in: "default").items.filter { $0.name != "kube-root-ca.crt" }
    }

    @Test("what was acknowledged is there after a restart, under the same versions, and versions go on")
    func survives() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let before = try await withCluster(dataDirectory: directory) { cluster in
            for index in 0..<20 {
                _ = try await cluster.client.create(
                    ConfigMap(metadata: ObjectMeta(name: "c\(index)", namespace: "default"), data: ["n": "\(index)"]))
            }
            try await cluster.client.delete(ConfigMap.self, "c0", in: "default")
            return try await own(cluster)
        }
        #expect(before.count == 19)
        try await withCluster(dataDirectory: directory) { cluster in
            #expect(try await own(cluster) == before)
            let changed = try await cluster.client.edit(ConfigMap.self, "c1", in: "default") { $0.data["n"] = "new" }
            let newest = before.compactMap { $0.resourceVersion.flatMap(Int.init) }.max() ?? 0
            #expect((changed.resourceVersion.flatMap(Int.init) ?? 0) > newest)
        }
    }

    @Test("a second cluster on the same directory is refused")
    func exclusive() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await withCluster(dataDirectory: directory) { _ in
            var options = EmbeddedCluster.Options()
            options.dataDirectory = directory
            let same = options
            await #expect { _ = try await EmbeddedCluster(same) } throws: { ($0 as? Finding)?.code == .storage }
        }
    }
}
