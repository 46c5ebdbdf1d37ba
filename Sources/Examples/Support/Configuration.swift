public import ClawKit
public import Logging
import Foundation

/// The configuration a program runs with: the file named, `claw.yaml` where there is one, else the defaults.
public func loadConfiguration(_ path: String?) throws -> ClawConfiguration {
    if let path { return try ClawConfiguration(contentsOf: path) }
    if FileManager.default.fileExists(atPath: "claw.yaml") { return try ClawConfiguration(contentsOf: "claw.yaml") }
    return ClawConfiguration()
}

/// The folder of the running program, where its siblings (`agent-runtime`) are found.
public func programDirectory() -> String {
    let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return URL(filePath: path).deletingLastPathComponent().path()
}

/// What logs go to: stderr, as text.
public func makeLogger(_ label: String, level: String?) throws -> Logger {
    var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
    if let level {
        guard let parsed = Logger.Level(rawValue: level.lowercased()) else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw Finding(.badConfig, "There is no log level '\(level)'; known are \(known).", field: "--log-level")
        }
        logger.logLevel = parsed
    }
    return logger
}

/// What an option is set to: the option itself, else the environment's `CLAW_<NAME>`.
public func setting(_ option: String?, _ name: String) -> String? {
    option ?? ProcessInfo.processInfo.environment["CLAW_\(name)"].flatMap { $0.isEmpty ? nil : $0 }
}
