import ClawKit
import ExampleSupport
import Foundation
import HTTPTypes

/// An orchestrator process beside a platform, in the same directory.
final class RunningOrchestrator: Sendable {
    /// Where its metrics and health are; empty where nobody asked for them.
    let pages: String
    let pid: pid_t
    private let ended: Latch<Int32>

    private init(_ ready: JSON, pid: pid_t, ended: Latch<Int32>) {
        pages = ready["metrics"]?.string ?? ""
        (self.pid, self.ended) = (pid, ended)
    }

    /// Leases that are over soon, so that nobody waits for long for one that was killed.
    static let shortLeases = [
        "--leader-elect-lease-duration", "3s", "--leader-elect-renew-deadline", "2s", "--leader-elect-retry-period", "500ms",
    ]

    static func start(beside platform: RunningPlatform, _ arguments: [String]) async throws -> RunningOrchestrator {
        try await start(in: platform.directory, kubeconfig: ".claw/kubeconfig", arguments)
    }

    static func start(
        in directory: URL, named name: String = "orchestrator", kubeconfig: String, _ arguments: [String] = []
    ) async throws -> RunningOrchestrator {
        let readyFile = directory.appending(path: "\(name).json")
        try? FileManager.default.removeItem(at: readyFile)
        let process = Process()
        process.executableURL = URL(filePath: Programs.path("orchestrator"))
        process.arguments = ["--kubeconfig", kubeconfig, "--ready-file", "\(name).json"] + arguments
        process.currentDirectoryURL = directory
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        let ended = Latch<Int32>()
        process.terminationHandler = { ended.set($0.terminationStatus) }
        try process.run()
        let pid = process.processIdentifier
        do {
            let ready = try await eventually("the orchestrator's readiness") { () -> JSON? in
                if let status = ended.value { throw Finding(.internalError, "orchestrator ended with \(status)") }
                guard let data = try? Data(contentsOf: readyFile), !data.isEmpty else { return nil }
                return try? JSONParser.parse(Array(data))
            }
            return RunningOrchestrator(ready, pid: pid, ended: ended)
        } catch {
            kill(pid, SIGKILL)
            throw error
        }
    }

    /// What one of its pages says.
    func page(_ path: String) async throws -> (status: Int, text: String) {
        try await withCurlTransport { [pages] in
            let response = try await $0.send(Request(.get, pages + path))
            return (response.status.code, String(decoding: try await response.body.collect(limit: 1 << 20), as: UTF8.self))
        }
    }

    /// Of a test that ended early nothing is left over.
    deinit { if ended.value == nil { kill(pid, SIGKILL) } }

    /// kill -9, wherever it is.
    func crash() async throws {
        kill(pid, SIGKILL)
        _ = try await ended.wait()
    }

    func stop() async throws -> Int32 {
        kill(pid, SIGTERM)
        return try await SystemTime().withDeadline(.seconds(120), "the orchestrator's end") { [ended] in
            try await ended.wait()
        }
    }
}
