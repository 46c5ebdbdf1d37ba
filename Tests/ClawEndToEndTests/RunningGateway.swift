import ClawKit
import ExampleSupport
import Foundation
import HTTPTypes

/// A model-gateway process of its own, in a directory of its own, on a free port.
final class RunningGateway: Sendable {
    static let key = "sk-test-master"

    let directory: URL
    let url: String
    let pid: pid_t
    /// From the start of the process until it was ready.
    let startTime: Duration
    private let ended: Latch<Int32>
    let network = CurlTransport()

    private init(directory: URL, url: String, pid: pid_t, startTime: Duration, ended: Latch<Int32>) {
        (self.directory, self.url, self.pid, self.startTime, self.ended) = (directory, url, pid, startTime, ended)
    }

    /// Starts a gateway with a configuration and waits until it says it is ready.
    static func start(
        _ configuration: String, named file: String = "claw.yaml", environment: [String: String] = [:],
        arguments: [String] = []
    ) async throws -> RunningGateway {
        let directory = try RunningPlatform.makeDirectory()
        try Data(configuration.utf8).write(to: directory.appending(path: file))
        let process = Process()
        process.executableURL = URL(filePath: Programs.path("model-gateway"))
        process.arguments = ["--config", file, "--listen", "127.0.0.1:0", "--ready-file", "ready.json"] + arguments
        process.currentDirectoryURL = directory
        process.environment = ProcessInfo.processInfo.environment
            .merging(["CLAW_MASTER_KEY": key]) { $1 }.merging(environment) { $1 }
        let log = directory.appending(path: "gateway.log")
        _ = FileManager.default.createFile(atPath: log.path(), contents: nil)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: log)
        process.standardInput = FileHandle.nullDevice
        let ended = Latch<Int32>()
        process.terminationHandler = { ended.set($0.terminationStatus) }
        let readyFile = directory.appending(path: "ready.json")
        let began = ContinuousClock.now
        try process.run()
        let pid = process.processIdentifier
        do {
            let ready = try await eventually("the gateway's readiness") { () -> JSON? in
                if let status = ended.value {
                    let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
                    throw Finding(.internalError, "model-gateway ended with \(status): \(text.suffix(2000))")
                }
                guard let data = try? Data(contentsOf: readyFile), !data.isEmpty else { return nil }
                return try? JSONParser.parse(Array(data))
            }
            return RunningGateway(
                directory: directory, url: ready["gateway"]?.string ?? "", pid: pid,
                startTime: ContinuousClock.now - began, ended: ended)
        } catch {
            kill(pid, SIGKILL)
            throw error
        }
    }

    /// Runs `body` with a gateway, which ends with it.
    static func run<R: Sendable>(
        _ configuration: String, named file: String = "claw.yaml", environment: [String: String] = [:],
        _ body: @Sendable (RunningGateway) async throws -> R
    ) async throws -> R {
        let gateway = try await start(configuration, named: file, environment: environment)
        do {
            let result = try await body(gateway)
            _ = try await gateway.stop()
            return result
        } catch {
            kill(gateway.pid, SIGKILL)
            throw error
        }
    }

    /// Sends SIGTERM and waits; returns the exit code.
    func stop() async throws -> Int32 {
        kill(pid, SIGTERM)
        let status = try await SystemTime().withDeadline(.seconds(60), "the gateway's end") { [ended] in
            try await ended.wait()
        }
        await network.shutdown()
        return status
    }

    func write(_ configuration: String) throws {
        try Data(configuration.utf8).write(to: directory.appending(path: "claw.yaml"), options: .atomic)
    }

    var log: String {
        (try? String(contentsOf: directory.appending(path: "gateway.log"), encoding: .utf8)) ?? ""
    }

    // MARK: asking

    func chat(_ model: String, _ words: String, key: String = key, isStreaming: Bool = false) async throws -> Response {
        let body: JSON = [
            "model": .string(model), "stream": .bool(isStreaming),
            "messages": [["role": "user", "content": .string(words)]],
        ]
        return try await network.send(
            Request(
                .post, "\(url)/v1/chat/completions",
                headers: [.authorization: "Bearer \(key)", .contentType: "application/json"],
                body: .bytes(body.bytes())))
    }

    /// What the model says.
    func said(_ model: String, _ words: String, key: String = key) async throws -> String? {
        let json = try JSONParser.parse(try await chat(model, words, key: key).body.collect(limit: 1 << 20))
        return json.value(at: ["choices", "0", "message", "content"])?.string
    }

    func models(key: String = key) async throws -> [String] {
        let response = try await network.send(
            Request(.get, "\(url)/v1/models", headers: [.authorization: "Bearer \(key)"]))
        let json = try JSONParser.parse(try await response.body.collect(limit: 1 << 20))
        return json["data"]?.array?.compactMap { $0["id"]?.string } ?? []
    }
}
