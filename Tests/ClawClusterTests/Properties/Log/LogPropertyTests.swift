@testable import ClawCluster
import ClawBase
import ClawKubernetes
import Foundation
import Logging
import Testing

@Suite("The ordered log agrees with a simple reference")
struct LogPropertyTests {
    /// Histories that share a cluster.
    private static let histories = 50

    @Test("over random histories of writes, lists, pages, watches and compactions", arguments: 0..<24)
    func inMemory(batch: Int) async throws {
        try await check(batch, isDurable: false)
    }

    @Test("and with a data directory, over restarts and snapshots", arguments: 0..<8)
    func durable(batch: Int) async throws {
        try await check(batch + 1_000, isDurable: true)
    }

    private func check(_ batch: Int, isDurable: Bool) async throws {
        let clusters = try await LogClusters(isDurable: isDurable)
        for seed in (batch * Self.histories)..<((batch + 1) * Self.histories) {
            let steps = LogStep.history(seed: seed, length: 12 + seed % 40, isDurable: isDurable)
            guard let problem = try await clusters.problem(steps, namespace: "h\(seed)") else { continue }
            // What never comes is waited for each time.
            let attempts = problem.contains("never came") ? 20 : 200
            let (shortest, last) = try await minimized(steps, problem, attempts: attempts) { fewer in
                let alone = try await LogClusters(isDurable: isDurable)
                let problem = try await alone.problem(fewer, namespace: "h")
                try await alone.close()
                return problem
            }
            let text = shortest.map { "  .\($0),".replacing("ClawClusterTests.", with: "") }.joined(separator: "\n")
            Issue.record("seed \(seed): \(last)\n\(text)")
            break
        }
        try await clusters.close()
    }
}

/// The cluster that histories run in, one after the other.
private final class LogClusters {
    private let directory: String?
    private var cluster: EmbeddedCluster

    init(isDurable: Bool) async throws {
        directory = isDurable ? FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path() : nil
        cluster = try await Self.open(directory)
    }

    private static func open(_ directory: String?) async throws -> EmbeddedCluster {
        var options = EmbeddedCluster.Options()
        (options.dataDirectory, options.durability, options.controllers) = (directory, .none, [])
        options.admission = []
        options.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return try await EmbeddedCluster(options)
    }

    /// Where a history's answers differ from the reference's; nil where they do not.
    func problem(_ steps: [LogStep], namespace: String) async throws -> String? {
        let directory = directory
        var run = try await LogRun(cluster, namespace: namespace) { old in
            try old.close()
            return try await Self.open(directory)
        }
        defer { cluster = run.cluster }
        do {
            try await run.run(steps)
            return nil
        } catch let discrepancy as LogRun.Discrepancy {
            return discrepancy.description
        }
    }

    func close() async throws {
        try cluster.close()
        if let directory { try FileManager.default.removeItem(atPath: directory) }
    }
}
