import ClawKit
import ExampleSupport
import Foundation

/// The built programs, beside the test bundle.
enum Programs {
    static let directory: URL = {
        // The bundle of this test is `…/debug/ClawKitPackageTests.xctest`; the programs lie beside it.
        let arguments = CommandLine.arguments
        let bundle = arguments.compactMap { argument -> URL? in
            guard let range = argument.range(of: ".xctest") else { return nil }
            return URL(filePath: String(argument[..<range.upperBound])).deletingLastPathComponent()
        }.first
        return bundle ?? URL(filePath: arguments[0]).deletingLastPathComponent()
    }()

    static func path(_ name: String) -> String { directory.appending(path: name).path() }

    /// Where a program of the system lies; nil where it is not installed.
    static func system(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

/// What a finished program left.
struct Outcome: Sendable {
    var status: Int32
    var output: String
    var errors: String
}

/// Runs a program to its end.
func run(
    _ program: String, _ arguments: [String], in directory: URL, environment: [String: String] = [:]
) async throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.currentDirectoryURL = directory
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files, not pipes: nothing waits for a reader, and a grandchild that keeps a descriptor holds nobody up.
    let (output, errors) = (directory.appending(path: UUID().uuidString), directory.appending(path: UUID().uuidString))
    for file in [output, errors] { _ = FileManager.default.createFile(atPath: file.path(), contents: nil) }
    defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    let ended = Latch<Int32>()
    process.terminationHandler = { ended.set($0.terminationStatus) }
    try process.run()
    // Whatever happens here, it does not outlive its test.
    defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    let status = try await withTaskCancellationHandler {
        try await SystemTime().withDeadline(.seconds(180), "\(program) \(arguments.joined(separator: " "))") {
            try await ended.wait()
        }
    } onCancel: { [pid = process.processIdentifier] in
        kill(pid, SIGKILL)
    }
    func text(_ file: URL) -> String { String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self) }
    return Outcome(status: status, output: text(output), errors: text(errors))
}
