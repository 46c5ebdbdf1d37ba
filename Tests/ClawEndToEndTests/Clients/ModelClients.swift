import ClawKit
import DialectTesting
import ExampleSupport
import Foundation
import HTTPTypes
import Logging
import Testing

/// Python with the official clients of models; nil where they are not installed.
enum ModelClients {
    static func python(with packages: String...) -> String? {
        guard let program = Programs.system("python3") else { return nil }
        let library = URL(filePath: program).deletingLastPathComponent().deletingLastPathComponent().appending(path: "lib")
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: library.path())) ?? []
        let isThere = versions.contains { version in
            packages.allSatisfy {
                FileManager.default.fileExists(atPath: library.appending(path: "\(version)/site-packages/\($0)").path())
            }
        }
        return isThere ? program : nil
    }

    /// A gateway in front of a scripted provider: one model for each of the upstream dialects, named like it.
    static func run<R: Sendable>(
        _ body: @escaping @Sendable (RunningGateway, DialectProvider) async throws -> R
    ) async throws -> R {
        let provider = DialectProvider()
        let server = HTTPServer(
            listen: try ListenAddress("127.0.0.1:0"), logger: Logger(label: "provider") { _ in SwiftLogNoOpLogHandler() })
        return try await server.withServer(provider) { address in
            try await RunningGateway.run(configuration("http://\(address)"), environment: ["UP_KEY": "sk-upstream-1"]) { gateway in
                try await body(gateway, provider)
            }
        }
    }

    static func configuration(_ url: String) -> String {
        """
        gateway: {defaults: {retries: 0}}
        models:
          - {name: openai, upstreams: [{dialect: openai, baseURL: "\(url)/v1", key: {env: UP_KEY}}]}
          - {name: anthropic, upstreams: [{dialect: anthropic, baseURL: "\(url)", key: {env: UP_KEY}}]}
          - {name: ollama, upstreams: [{dialect: ollama, baseURL: "\(url)"}]}
          - {name: azure, upstreams: [{dialect: azure, baseURL: "\(url)", key: {env: UP_KEY}}]}
          - {name: gemini, upstreams: [{dialect: gemini, baseURL: "\(url)/v1beta", key: {env: UP_KEY}}]}
          - name: bedrock
            upstreams:
              - dialect: bedrock
                baseURL: \(url)
                aws: {region: eu-west-1, id: {env: UP_KEY}, secret: {env: UP_KEY}}
        """
    }

    static let dialects = ["openai", "anthropic", "ollama", "azure", "gemini", "bedrock"]
    /// Those whose upstreams make embeddings.
    static let embedders = ["openai", "ollama", "azure", "gemini"]

    /// A port that was free a moment ago, for a server that cannot choose one.
    static func freePort() async throws -> Int {
        try await HTTPServer(
            listen: try ListenAddress("127.0.0.1:0"), logger: Logger(label: "port") { _ in SwiftLogNoOpLogHandler() }
        ).withServer(ClosureHandler { _ in Response(status: .ok) }) { $0.port }
    }

    /// Starts somebody else's server, whose words go to a file in the directory.
    static func start(
        _ program: String, _ arguments: [String], in directory: URL, log name: String, environment: [String: String] = [:]
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let log = directory.appending(path: name)
        _ = FileManager.default.createFile(atPath: log.path(), contents: nil)
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = process.standardOutput
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Runs a script with the gateway's address and key.
    static func check(_ script: String, _ python: String, _ gateway: RunningGateway) async throws {
        try Data(script.utf8).write(to: gateway.directory.appending(path: "client.py"))
        let outcome = try await ClawEndToEndTests.run(
            python, ["client.py", gateway.url, RunningGateway.key], in: gateway.directory,
            environment: ["MODELS": dialects.joined(separator: " "), "EMBEDDERS": embedders.joined(separator: " ")])
        try #require(outcome.status == 0, "\(outcome.output)\n\(outcome.errors.suffix(4000))")
    }

    /// Waits until the provider has seen so many endless answers left.
    static func left(_ count: Int, _ provider: DialectProvider) async throws {
        try await eventually("\(count) endless answers left, of \(provider.abandoned)") {
            provider.abandoned >= count ? true : nil
        }
    }
}
