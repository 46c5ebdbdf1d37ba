import ClawKit
import Foundation

/// The commands of a page's chapter, with what they are said to print.
struct ConsoleWalk {
    struct Step: Sendable {
        var command: String
        /// Line by line; `…` stands for anything.
        var output: [String]

        /// What is looked at until it is so; everything else is done once.
        var isLook: Bool { command.hasPrefix("claw ") && (command.contains(" list") || command.contains(" show")) }
        var isBackground: Bool { command.hasSuffix(" &") }

        func isPrinted(by text: String) -> Bool {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(Self.plain)
            let printed = lines.last == "" ? Array(lines.dropLast()) : lines
            return printed.count == output.count && zip(output, printed).allSatisfy { Self.matches(Self.plain($0), $1) }
        }

        /// Columns are as wide as what stands in them.
        private static func plain(_ line: some StringProtocol) -> String {
            line.split(separator: " ").joined(separator: " ")
        }

        private static func matches(_ pattern: String, _ line: String) -> Bool {
            let parts = pattern.components(separatedBy: "…")
            guard parts.count > 1 else { return pattern == line }
            var rest = line[...]
            for (index, part) in parts.enumerated() {
                if index == 0 {
                    guard rest.hasPrefix(part) else { return false }
                    rest = rest.dropFirst(part.count)
                } else if index == parts.count - 1 {
                    return rest.hasSuffix(part)
                } else {
                    guard let found = rest.range(of: part) else { return false }
                    rest = rest[found.upperBound...]
                }
            }
            return true
        }
    }

    let steps: [Step]

    /// - Parameter path: from the repository's root.
    init(_ path: String, chapter: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let page = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        guard let part = page.components(separatedBy: "\n## ").first(where: { $0.hasPrefix("\(chapter)\n") }) else {
            throw Finding(.notFound, "\(path) has no chapter '\(chapter)'.")
        }
        var steps: [Step] = []
        for block in part.components(separatedBy: "```console\n").dropFirst() {
            var continues = false
            for line in (block.components(separatedBy: "```").first ?? "").split(separator: "\n") {
                if continues {
                    steps[steps.count - 1].command += "\n\(line)"
                } else if line.hasPrefix("$ ") {
                    steps.append(Step(command: String(line.dropFirst(2)), output: []))
                } else if !steps.isEmpty {
                    steps[steps.count - 1].output.append(String(line))
                }
                continues = line.hasSuffix("\\")
            }
        }
        self.steps = steps
    }

    /// Types them all, in the directory of a platform.
    /// - Parameter places: what stands for what in the page: addresses and ports.
    func run(beside platform: RunningPlatform, places: [(page: String, here: String)]) async throws {
        let environment = [
            "CLAW_SERVER": platform.controlPlane,
            "PATH": "\(Programs.directory.path()):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")",
        ]
        var running: [Process] = []
        defer {
            for process in running {
                for pid in RunningPlatform.descendants(of: process.processIdentifier) + [process.processIdentifier] {
                    kill(pid, SIGKILL)
                }
            }
        }
        for step in steps {
            let script = places.reduce(step.command) { $0.replacingOccurrences(of: $1.page, with: $1.here) }
            if step.isBackground {
                // Not as a grandchild: whoever waits for its parent would wait for it, too.
                running.append(try Self.begin(String(script.dropLast(2)), in: platform.directory, environment))
                continue
            }
            @Sendable func type() async throws -> String {
                let outcome = try await ClawEndToEndTests.run(
                    "/bin/bash", ["-o", "pipefail", "-c", script], in: platform.directory, environment: environment)
                guard outcome.status == 0 || step.isLook else {
                    throw Finding(.internalError, "\(script): \(outcome.status) \(outcome.errors)")
                }
                return places.reduce(outcome.output) { $0.replacingOccurrences(of: $1.here, with: $1.page) }
            }
            if step.isLook {
                try await eventually("'\(step.command)' prints \(step.output)") { step.isPrinted(by: try await type()) ? true : nil }
            } else {
                let printed = try await type()
                guard step.isPrinted(by: printed) else {
                    throw Finding(.internalError, "'\(step.command)' prints \(printed), not \(step.output)")
                }
            }
        }
    }

    private static func begin(_ script: String, in directory: URL, _ environment: [String: String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = directory
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }
}
