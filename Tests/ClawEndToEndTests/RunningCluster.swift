import ClawKit
import ExampleSupport
import Foundation

/// A `claw cluster dev` process on a free port.
final class RunningCluster: Sendable {
    let server: String
    let kubeconfig: String
    private let pid: pid_t
    private let ended: Latch<Int32>

    private init(_ ready: JSON, pid: pid_t, ended: Latch<Int32>) {
        server = ready["kubernetes"]?.string ?? ""
        kubeconfig = ready["kubeconfig"]?.string ?? ""
        (self.pid, self.ended) = (pid, ended)
    }

    static func start(_ arguments: [String] = []) async throws -> RunningCluster {
        let output = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        _ = FileManager.default.createFile(atPath: output.path(), contents: nil)
        defer { try? FileManager.default.removeItem(at: output) }
        let process = Process()
        process.executableURL = URL(filePath: Programs.path("claw"))
        process.arguments = ["cluster", "dev", "--output", "json"] + arguments
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        let ended = Latch<Int32>()
        process.terminationHandler = { ended.set($0.terminationStatus) }
        try process.run()
        let pid = process.processIdentifier
        do {
            let ready = try await eventually(within: .seconds(120), "the cluster's readiness") { () -> JSON? in
                if let status = ended.value { throw Finding(.internalError, "claw cluster dev ended with \(status)") }
                let bytes = try Data(contentsOf: output)
                guard bytes.last == UInt8(ascii: "\n") else { return .none }
                return .some(try JSONParser.parse(Array(bytes)))
            }
            return RunningCluster(ready, pid: pid, ended: ended)
        } catch {
            Foundation.kill(pid, SIGKILL)
            throw error
        }
    }

    func stop() async throws -> Int32 {
        Foundation.kill(pid, SIGINT)
        return try await SystemTime().withDeadline(.seconds(120), "the cluster's end") { [ended] in
            try await ended.wait()
        }
    }

    /// Ends the process as a power cut would, and waits until it is gone.
    func crash() async throws {
        Foundation.kill(pid, SIGKILL)
        try await SystemTime().withDeadline(.seconds(120), "the cluster's end") { [ended] in _ = try await ended.wait() }
    }

    /// For tests that end early.
    func kill() { if ended.value == nil { Foundation.kill(pid, SIGKILL) } }
}
