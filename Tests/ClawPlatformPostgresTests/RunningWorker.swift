import Foundation
import Synchronization

/// A `worker-fixture` process.
final class RunningWorker: Sendable {
    /// Beside the test bundle, `…/debug/ClawKitPackageTests.xctest`.
    private static let program: URL = {
        let bundle = CommandLine.arguments.compactMap { argument in
            argument.range(of: ".xctest").map { URL(filePath: String(argument[..<$0.upperBound])) }
        }.first ?? URL(filePath: CommandLine.arguments[0])
        return bundle.deletingLastPathComponent().appending(path: "worker-fixture")
    }()

    private final class Ending: Sendable {
        let hasCome = Mutex(false)
    }

    private let pid: pid_t
    private let ending = Ending()

    init(_ database: String, ledger: String, lease: Duration) throws {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = [database, ledger, "\(Int(lease / .milliseconds(1)))"]
        for stream in [\Process.standardInput, \.standardOutput, \.standardError] {
            process[keyPath: stream] = FileHandle.nullDevice
        }
        process.terminationHandler = { [ending] _ in ending.hasCome.withLock { $0 = true } }
        try process.run()
        pid = process.processIdentifier
    }

    /// Whether it has ended by itself or by ``kill()``.
    var hasEnded: Bool { ending.hasCome.withLock { $0 } }

    /// As by `kill -9`.
    func kill() {
        ending.hasCome.withLock { hasCome in
            if !hasCome { _ = Foundation.kill(pid, SIGKILL) }
        }
    }
}
