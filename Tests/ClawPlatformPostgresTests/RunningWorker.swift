import Foundation
import Synchronization

/// A process of one of the fixtures, such as `worker-fixture`.
final class RunningWorker: Sendable {
    /// Beside the test bundle, `…/debug/ClawKitPackageTests.xctest`.
    private static let directory: URL = {
        let bundle = CommandLine.arguments.compactMap { argument in
            argument.range(of: ".xctest").map { URL(filePath: String(argument[..<$0.upperBound])) }
        }.first ?? URL(filePath: CommandLine.arguments[0])
        return bundle.deletingLastPathComponent()
    }()

    private final class Ending: Sendable {
        let hasCome = Mutex(false)
    }

    private let pid: pid_t
    private let ending = Ending()

    init(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = Self.directory.appending(path: program)
        process.arguments = arguments
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
    func kill() { send(SIGKILL) }

    /// Asks it to end.
    func terminate() { send(SIGTERM) }

    private func send(_ signal: Int32) {
        ending.hasCome.withLock { hasCome in
            if !hasCome { _ = Foundation.kill(pid, signal) }
        }
    }
}
