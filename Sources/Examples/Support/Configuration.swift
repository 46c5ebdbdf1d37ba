public import ClawKit
public import Logging
import Foundation

/// What a program is configured with: the platform's part of the file, and the gateway's.
public struct ProgramConfiguration: Sendable {
    public var platform = ClawConfiguration()
    public var gateway = GatewayConfiguration()
    /// Where it stands; nil: nowhere, and the defaults hold.
    public private(set) var path: String?

    /// The file named, `claw.yaml` where there is one, else the defaults.
    /// - Throws: ``InvalidConfiguration`` with the findings of both parts.
    public init(_ path: String?) throws {
        guard let path = path ?? (FileManager.default.fileExists(atPath: "claw.yaml") ? "claw.yaml" : nil) else { return }
        self.path = path
        // LiteLLM's files say nothing of the platform.
        let isForeign = try LiteLLMImport.isMeant(at: path)
        let platform = Self.read { () throws(InvalidConfiguration) in
            try isForeign ? ClawConfiguration() : ClawConfiguration(contentsOf: path)
        }
        let gateway = Self.read { () throws(InvalidConfiguration) in try GatewayConfiguration(contentsOf: path) }
        switch (platform, gateway) {
        case (.success(let platform), .success(let gateway)): (self.platform, self.gateway) = (platform, gateway)
        case (.failure(let one), .success), (.success, .failure(let one)): throw one
        case (.failure(let one), .failure(let other)):
            // What both have seen, such as an unknown section, is told once.
            throw InvalidConfiguration(findings: one.findings + other.findings.filter { !one.findings.contains($0) })
        }
    }

    private static func read<Part>(
        _ body: () throws(InvalidConfiguration) -> Part
    ) -> Result<Part, InvalidConfiguration> {
        do { return .success(try body()) } catch { return .failure(error) }
    }
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
