import ClawKit
import ExampleSupport
import Foundation
import HTTPTypes

/// A control-plane process of its own, in a directory of its own, on free ports.
final class RunningPlatform: Sendable {
    let directory: URL
    let controlPlane: String
    let gateway: String?
    let pid: pid_t
    private let ended: Latch<Int32>
    let network = CurlTransport()

    private init(directory: URL, ready: JSON, pid: pid_t, ended: Latch<Int32>) {
        self.directory = directory
        controlPlane = ready["controlPlane"]?.string ?? ""
        gateway = ready["gateway"]?.string
        self.pid = pid
        self.ended = ended
    }

    /// A fresh working directory.
    static func makeDirectory() throws -> URL {
        let directory = FileManager.default.temporaryDirectory.appending(path: "claw-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        return directory
    }

    /// Starts a platform and waits until it says it is ready.
    static func start(in directory: URL, _ arguments: [String] = []) async throws -> RunningPlatform {
        let process = Process()
        process.executableURL = URL(filePath: Programs.path("control-plane"))
        process.arguments =
            [
                "--listen", "127.0.0.1:0", "--gateway-listen", "127.0.0.1:0", "--cluster-listen", "127.0.0.1:0",
                "--ready-file", "ready.json",
            ] + arguments
        process.currentDirectoryURL = directory
        let readyFile = directory.appending(path: "ready.json")
        try? FileManager.default.removeItem(at: readyFile)
        let log = directory.appending(path: "control-plane.log")
        if !FileManager.default.fileExists(atPath: log.path()) {
            _ = FileManager.default.createFile(atPath: log.path(), contents: nil)
        }
        let handle = try FileHandle(forWritingTo: log)
        try handle.seekToEnd()
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        let ended = Latch<Int32>()
        process.terminationHandler = { ended.set($0.terminationStatus) }
        try process.run()
        let pid = process.processIdentifier
        do {
            let ready = try await eventually(within: .seconds(120), "the platform's readiness") { () -> JSON? in
                if let status = ended.value {
                    let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
                    throw Finding(.internalError, "control-plane ended with \(status): \(text.suffix(2000))")
                }
                guard let data = try? Data(contentsOf: readyFile), !data.isEmpty else { return nil }
                return try? JSONParser.parse(Array(data))
            }
            return RunningPlatform(directory: directory, ready: ready, pid: pid, ended: ended)
        } catch {
            kill(pid, SIGKILL)
            throw error
        }
    }

    /// Holds the process up, as a machine does that has too much to do.
    func pause() { kill(pid, SIGSTOP) }
    func resume() { kill(pid, SIGCONT) }

    // MARK: ending

    /// Sends SIGTERM and waits; returns the exit code.
    func stop() async throws -> Int32 {
        kill(pid, SIGTERM)
        let status = try await SystemTime().withDeadline(.seconds(120), "the platform's end") { [ended] in
            try await ended.wait()
        }
        await network.shutdown()
        return status
    }

    /// kill -9, as after a crash.
    func crash() async throws {
        kill(pid, SIGKILL)
        _ = try await ended.wait()
    }

    // MARK: using

    func file(_ name: String) -> String { directory.appending(path: name).path() }

    func claw(_ arguments: String..., token: String? = nil) async throws -> Outcome {
        var environment = ["CLAW_SERVER": controlPlane]
        environment["CLAW_TOKEN"] = token
        return try await run(Programs.path("claw"), arguments, in: directory, environment: environment)
    }

    var kubernetes: KubernetesClient {
        get throws {
            try KubernetesClient.connect(kubeconfig: file(".claw/kubeconfig"))
        }
    }

    /// One request to the control plane.
    func get(_ path: String, token: String? = nil, asPage: Bool = false) async throws -> Response {
        var request = Request(.get, controlPlane + path)
        if let token { request.headers[.authorization] = "Bearer \(token)" }
        if asPage { request.headers[.accept] = "text/html" }
        return try await network.send(request)
    }

    /// The processes that run below the platform's, by pid.
    static func descendants(of pid: pid_t) -> [pid_t] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { pid_t($0) } ?? []
        var children: [pid_t: [pid_t]] = [:]
        for one in all {
            guard let stat = try? String(contentsOfFile: "/proc/\(one)/stat", encoding: .utf8),
                let rest = stat.split(separator: ")").last?.split(separator: " "), rest.count > 1,
                let parent = pid_t(rest[1])
            else { continue }
            children[parent, default: []].append(one)
        }
        var found: [pid_t] = []
        var next = [pid]
        while let one = next.popLast() {
            let below = children[one] ?? []
            found += below
            next += below
        }
        return found
    }
}

/// Asks again until there is an answer, with pauses that grow.
/// - Throws: ``Finding`` with `E_DEADLINE` when that takes too long; whatever `body` throws.
@discardableResult
func eventually<T: Sendable>(
    within limit: Duration = .seconds(60), _ what: String, _ body: @escaping @Sendable () async throws -> T?
) async throws -> T {
    let time = SystemTime()
    let end = time.now + limit
    var pause = Duration.milliseconds(10)
    while true {
        if let answer = try await body() { return answer }
        guard time.now < end else { throw Finding(.deadline, "\(what) did not come within \(limit).") }
        try await time.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(250))
    }
}
