import ClawKit
import ExampleSupport
import Foundation
import Testing

@Suite("Orchestrators killed amid many transitions", .serialized, .timeLimit(.minutes(30)))
struct KilledOrchestratorTests {
    private static func number(_ name: String, otherwise standard: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
    }

    /// Wishes for all at once; in their midst an orchestrator is killed as often as there are parts, another one following.
    private func storm(
        _ crowd: RuntimeCrowd, after parts: [Double], _ first: RunningOrchestrator,
        _ start: @escaping @Sendable () async throws -> RunningOrchestrator
    ) async throws -> RunningOrchestrator {
        var orchestrator = first
        try await crowd.waitUntilSettled(crowd.count, "all are made")
        // While nobody is there: then all of them are under way at once when the next one comes.
        try await orchestrator.crash()
        try await crowd.wishAll()
        for part in parts {
            orchestrator = try await start()
            try await crowd.waitUntilSettled(Int(Double(crowd.count) * part), "some have come to rest")
            try await orchestrator.crash()
        }
        orchestrator = try await start()
        try await crowd.waitUntilSettled(crowd.count, "all have come to rest")
        try await eventually(within: .seconds(120), "everything is as it was asked for") {
            try await crowd.differences().isEmpty ? true : nil
        }
        #expect(crowd.doubled.isEmpty, "two pods at once: \(crowd.doubled.prefix(10))")
        return orchestrator
    }

    /// `CLAWKIT_TEST_RUNTIMES=1000` for as many; over TLS, with nodes that only pretend.
    @Test("kill -9 in the midst of everything: all become what was asked for, none is lost, none is there twice")
    func pretended() async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let count = Self.number("CLAWKIT_TEST_RUNTIMES", otherwise: 48)
        let cluster = try await RunningCluster.start(["--data-dir", directory.path(), "--simulated-nodes", "\(max(2, count / 100))"])
        defer { cluster.kill() }
        let kubeconfig = cluster.kubeconfig
        let crowd = RuntimeCrowd(try KubernetesClient.connect(kubeconfig: kubeconfig), count: count)
        try await crowd.prepare(command: ["agent-runtime"])
        let begin = ContinuousClock.now
        try await crowd.following {
            let first = try await RunningOrchestrator.start(
                in: directory, kubeconfig: kubeconfig, RunningOrchestrator.shortLeases)
            try await crowd.makeAll()
            let last = try await storm(crowd, after: [0.2, 0.4, 0.6, 0.8], first) {
                try await RunningOrchestrator.start(
                    in: directory, kubeconfig: kubeconfig, RunningOrchestrator.shortLeases)
            }
            #expect(try await last.stop() == 0)
        }
        print("\(count) runtimes, five orchestrators killed: \(ContinuousClock.now - begin), \(crowd.podsMade) pods in all")
        #expect(try await cluster.stop() == 0)
    }

    /// `CLAWKIT_TEST_PROCESSES=40` for as many.
    @Test("the same with its node and the example runtime's real processes: none is left over")
    func processes() async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let count = Self.number("CLAWKIT_TEST_PROCESSES", otherwise: 12)
        let cluster = try await RunningCluster.start(["--data-dir", directory.appending(path: "cluster").path()])
        defer { cluster.kill() }
        let kubeconfig = cluster.kubeconfig
        let crowd = RuntimeCrowd(try KubernetesClient.connect(kubeconfig: kubeconfig), count: count)
        try await crowd.prepare(command: ["agent-runtime"])
        try await crowd.following {
            let arguments = ["--node"] + RunningOrchestrator.shortLeases
            let first = try await RunningOrchestrator.start(in: directory, kubeconfig: kubeconfig, arguments)
            try await crowd.makeAll()
            let last = try await storm(crowd, after: [0.3, 0.7], first) {
                try await RunningOrchestrator.start(in: directory, kubeconfig: kubeconfig, arguments)
            }
            let running = (0..<count).count { RuntimeCrowd.wish($0).aim == .ready }
            try await eventually("as many processes as runtimes") {
                Self.programs(of: directory).count == running ? true : nil
            }
            #expect(try await last.stop() == 0)
        }
        #expect(Self.programs(of: directory).isEmpty)
        #expect(try await cluster.stop() == 0)
    }

    /// The processes of runtimes below a directory, whoever their parents are.
    private static func programs(of directory: URL) -> [pid_t] {
        let mark = Data(directory.lastPathComponent.utf8)
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { pid_t($0) } ?? []
        return all.filter { pid in
            guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe"),
                program.hasSuffix("/agent-runtime"),
                let environment = try? Data(contentsOf: URL(filePath: "/proc/\(pid)/environ"))
            else { return false }
            return environment.range(of: mark) != nil
        }
    }
}
