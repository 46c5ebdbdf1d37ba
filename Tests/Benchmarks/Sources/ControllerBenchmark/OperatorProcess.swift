import Foundation

/// An operator as a process, and what it takes.
final class OperatorProcess: Sendable {
    private let process = Process()
    private let log: URL

    init(_ command: [String], kubeconfig: String) throws {
        log = URL(filePath: kubeconfig).deletingLastPathComponent().appending(path: "operator.log")
        _ = FileManager.default.createFile(atPath: log.path(), contents: nil)
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(["KUBECONFIG": kubeconfig]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: log)
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    /// The end of what it said, where it is no longer there.
    var obituary: String? {
        guard !process.isRunning else { return nil }
        let text = String(decoding: (try? Data(contentsOf: log)) ?? Data(), as: UTF8.self)
        return "it ended with \(process.terminationStatus): \(text.suffix(400))"
    }

    /// Seconds of processor time, of all its threads.
    var processorTime: Double {
        let stat = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
        // What is behind the name, which may hold anything: the times are the 14th and 15th field.
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The most that was resident, in MB.
    var peakMemory: Double {
        let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) * 1024 / 1e6
    }

    /// Asks it to end, and makes it where that takes longer than ten seconds.
    func end() async throws {
        process.terminate()
        let limit = ContinuousClock.now + .seconds(10)
        while process.isRunning {
            if ContinuousClock.now > limit { kill(process.processIdentifier, SIGKILL) }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
