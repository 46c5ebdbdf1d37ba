import ClawKit
import ExampleSupport
import Foundation

/// An orchestrator process beside a platform, in the same directory.
final class RunningOrchestrator: Sendable {
    let pid: pid_t
    private let ended: Latch<Int32>

    private init(pid: pid_t, ended: Latch<Int32>) { (self.pid, self.ended) = (pid, ended) }

    static func start(beside platform: RunningPlatform, _ arguments: [String]) async throws -> RunningOrchestrator {
        try await start(in: platform.directory, kubeconfig: ".claw/kubeconfig", arguments)
    }

    static func start(
        in directory: URL, kubeconfig: String, _ arguments: [String] = []
    ) async throws -> RunningOrchestrator {
        let readyFile = directory.appending(path: "orchestrator.json")
        try? FileManager.default.removeItem(at: readyFile)
        let process = Process()
        process.executableURL = URL(filePath: Programs.path("orchestrator"))
        process.arguments = ["--kubeconfig", kubeconfig, "--ready-file", "orchestrator.json"] + arguments
        process.currentDirectoryURL = directory
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        let ended = Latch<Int32>()
        process.terminationHandler = { ended.set($0.terminationStatus) }
        try process.run()
        let pid = process.processIdentifier
        do {
            _ = try await eventually("the orchestrator's readiness") { () -> Bool? in
                if let status = ended.value { throw Finding(.internalError, "orchestrator ended with \(status)") }
                return FileManager.default.fileExists(atPath: readyFile.path()) ? true : nil
            }
        } catch {
            kill(pid, SIGKILL)
            throw error
        }
        return RunningOrchestrator(pid: pid, ended: ended)
    }

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
