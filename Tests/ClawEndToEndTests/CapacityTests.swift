import ClawKit
import ExampleSupport
import Foundation
import HTTPTypes
import Testing

/// A program in the background, ended with the test.
private final class Companion: Sendable {
    let pid: pid_t
    private let ended = Latch<Int32>()

    init(_ program: String, _ arguments: [String], in directory: URL, _ environment: [String: String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: Programs.path(program))
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let log = directory.appending(path: "\(program)-\(UUID().uuidString.prefix(4)).log")
        _ = FileManager.default.createFile(atPath: log.path(), contents: nil)
        let handle = try FileHandle(forWritingTo: log)
        (process.standardOutput, process.standardError) = (handle, handle)
        process.standardInput = FileHandle.nullDevice
        process.terminationHandler = { [ended] in ended.set($0.terminationStatus) }
        try process.run()
        pid = process.processIdentifier
    }

    /// Its exit code, once it has ended by itself.
    func end() async throws -> Int32 { try await ended.wait() }

    /// SIGTERM; returns the exit code.
    func stop() async throws -> Int32 {
        kill(pid, SIGTERM)
        return try await SystemTime().withDeadline(.seconds(90), "a program's end") { [ended] in try await ended.wait() }
    }

    /// kill -9.
    func crash() async throws {
        kill(pid, SIGKILL)
        _ = try await SystemTime().withDeadline(.seconds(60), "a program's end") { [ended] in try await ended.wait() }
    }
}

@Suite("Capacity from elsewhere")
struct CapacityTests {
    /// A port that nobody listened at a moment ago.
    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw Finding(.internalError, "no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    @Test("an agent of one's own is enrolled, talked to through the platform, drained, killed and found lost")
    func walk() async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let platform = try await RunningPlatform.start(in: directory)
        do { try await walk(platform) } catch { Issue.record(error) }
        #expect(try await platform.stop() == 0)
    }

    private func walk(_ platform: RunningPlatform) async throws {
        @Sendable func claw(_ arguments: String...) async throws -> JSON {
            let outcome = try await run(
                Programs.path("claw"), arguments + ["--output", "json"], in: platform.directory,
                environment: ["CLAW_SERVER": platform.controlPlane])
            try #require(outcome.status == 0, "\(arguments): \(outcome.errors)")
            return outcome.output.isEmpty ? .null : try JSONParser.parse(Array(outcome.output.utf8))
        }
        func phase(_ wanted: String) async throws {
            _ = try await eventually("capacity is \(wanted)") {
                try await claw("capacity", "show", "edge")["phase"]?.string == wanted ? true : nil
            }
        }
        _ = try await claw("tenant", "create", "acme")
        _ = try await claw("project", "create", "demo", "--tenant", "acme")
        _ = try await claw("user", "create", "ada", "--project", "demo", "--role", "owner")
        let key = try #require(try await claw("key", "create", "edge", "--project", "demo")["key"]?.string)

        let port = try Self.freePort()
        let registered = try await claw(
            "capacity", "enroll", "edge", "--endpoint", "http://127.0.0.1:\(port)", "--project", "demo",
            "--heartbeat", "1", "--lost-after", "6")
        #expect(registered["phase"]?.string == "Registered")
        let tokenFile = platform.file("edge-token")
        try #require(registered["enrolmentToken"]?.string).write(toFile: tokenFile, atomically: true, encoding: .utf8)

        let agent = try Companion(
            "agent-runtime", [], in: platform.directory,
            [
                "PORT": "\(port)", "STATE_DIR": platform.file("edge-state"), "OPENAI_API_KEY": key, "MODEL": "echo",
                "OPENAI_BASE_URL": "\(platform.gateway ?? "")/v1", "OPENCLAW_GATEWAY_TOKEN": "of-the-program",
            ])
        defer { kill(agent.pid, SIGKILL) }
        let member = try Companion(
            "claw",
            [
                "capacity", "run", "edge", "--token-file", tokenFile, "--program", "http://127.0.0.1:\(port)/healthz",
                "--readiness", "http://127.0.0.1:\(port)/readyz",
            ], in: platform.directory,
            ["CLAW_SERVER": platform.controlPlane, "OPENCLAW_GATEWAY_TOKEN": "of-the-program"])
        defer { kill(member.pid, SIGKILL) }
        try await phase("Available")
        let kept = try String(contentsOfFile: tokenFile, encoding: .utf8)
        #expect(!kept.hasPrefix("claw-enrol"), "the enrolment token is spent")

        let api = try platform.kubernetes
        _ = try await claw("runtime", "start", "--user", "ada", "--capacity", "edge", "--wait", "--timeout", "60s")
        #expect(try await api.get(Runtime.self, "ada", in: "demo").status.capacity == "edge")
        #expect(RunningPlatform.descendants(of: platform.pid).isEmpty, "the platform runs nothing for it")
        let answer = try await platform.claw("chat", "--user", "ada", "--project", "demo", "hello")
        #expect(answer.output.contains("echo: hello"), "\(answer.output) \(answer.errors)")
        // Only by way of the platform.
        let direct = try await platform.network.send(Request(.get, "http://127.0.0.1:\(port)/conversation"))
        #expect(direct.status == .unauthorized)
        let suspension = try await platform.claw("runtime", "suspend", "--user", "ada")
        #expect(suspension.status == 3 && suspension.errors.contains("E_UNSUPPORTED"), "\(suspension.errors)")

        _ = try await claw("capacity", "drain", "edge")
        try await phase("Draining")
        let still = try await platform.claw("chat", "--user", "ada", "--project", "demo", "still there?")
        #expect(still.output.contains("echo: still there?"), "\(still.output) \(still.errors)")
        _ = try await claw("runtime", "stop", "--user", "ada", "--wait")
        try await phase("Drained")
        _ = try await claw("capacity", "drain", "edge", "--off")
        try await phase("Available")

        try await agent.crash()
        try await phase("Lost")
        // One that comes back needs no enrolment.
        let again = try Companion(
            "agent-runtime", [], in: platform.directory,
            [
                "PORT": "\(port)", "STATE_DIR": platform.file("edge-state"), "OPENAI_API_KEY": key, "MODEL": "echo",
                "OPENAI_BASE_URL": "\(platform.gateway ?? "")/v1", "OPENCLAW_GATEWAY_TOKEN": "of-the-program",
            ])
        defer { kill(again.pid, SIGKILL) }
        try await phase("Available")
    }

    @Test(
        "a runtime that enrols itself is talked to through the platform, and takes leave before it ends",
        arguments: ["token", "mutual TLS"])
    func itself(trust: String) async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let platform = try await RunningPlatform.start(in: directory, ["--capacity-listen", "127.0.0.1:0"])
        do { try await itself(platform, isMutual: trust != "token") } catch { Issue.record(error) }
        #expect(try await platform.stop() == 0)
    }

    private func itself(_ platform: RunningPlatform, isMutual: Bool) async throws {
        @Sendable func claw(_ arguments: String...) async throws -> JSON {
            let outcome = try await run(
                Programs.path("claw"), arguments + ["--output", "json"], in: platform.directory,
                environment: ["CLAW_SERVER": platform.controlPlane])
            try #require(outcome.status == 0, "\(arguments): \(outcome.errors)")
            return outcome.output.isEmpty ? .null : try JSONParser.parse(Array(outcome.output.utf8))
        }
        func phase(_ wanted: String) async throws {
            _ = try await eventually("capacity is \(wanted)") {
                try await claw("capacity", "show", "edge")["phase"]?.string == wanted ? true : nil
            }
        }
        _ = try await claw("tenant", "create", "acme")
        _ = try await claw("project", "create", "demo", "--tenant", "acme")
        _ = try await claw("user", "create", "ada", "--project", "demo", "--role", "owner")
        let key = try #require(try await claw("key", "create", "edge", "--project", "demo")["key"]?.string)
        let port = try Self.freePort()
        let endpoint = "\(isMutual ? "https" : "http")://127.0.0.1:\(port)"
        var arguments = [
            "capacity", "enroll", "edge", "--endpoint", endpoint, "--project", "demo", "--label", "zone=a", "--heartbeat",
            "1", "--lost-after", "6", "--output", "json",
        ]
        if isMutual { arguments.append("--mutual-tls") }
        let registered = try await run(
            Programs.path("claw"), arguments, in: platform.directory, environment: ["CLAW_SERVER": platform.controlPlane])
        let token = try #require(try JSONParser.parse(Array(registered.output.utf8))["enrolmentToken"]?.string)
        let tokenFile = platform.file("edge-token")
        try token.write(toFile: tokenFile, atomically: true, encoding: .utf8)
        var environment = [
            "PORT": "\(port)", "STATE_DIR": platform.file("edge-state"), "OPENAI_API_KEY": key, "MODEL": "echo",
            "OPENAI_BASE_URL": "\(platform.gateway ?? "")/v1", "CLAW_CAPACITY": "edge",
            "CLAW_SERVER": platform.controlPlane, "CLAW_CAPACITY_TOKEN_FILE": tokenFile,
        ]
        if isMutual {
            environment["CLAW_CAPACITY_CERTIFICATES"] = platform.file("edge-certificates")
        } else {
            environment["OPENCLAW_GATEWAY_TOKEN"] = "of-the-program"
        }
        let agent = try Companion("agent-runtime", [], in: platform.directory, environment)
        defer { kill(agent.pid, SIGKILL) }
        try await phase("Available")
        #expect(try await claw("capacity", "show", "edge")["trust"]?.string == (isMutual ? "MutualTLS" : "Token"))
        let api = try platform.kubernetes
        var spec = RuntimeSpec(user: "ada")
        spec.placement = RuntimePlacement(matchLabels: ["zone": "a"])
        _ = try await api.create(Runtime(metadata: ObjectMeta(name: "ada", namespace: "demo"), spec: spec))
        _ = try await eventually("it is ready there") {
            try await api.get(Runtime.self, "ada", in: "demo").status.phase == .ready ? true : nil
        }
        let answer = try await platform.claw("chat", "--user", "ada", "--project", "demo", "hello")
        #expect(answer.output.contains("echo: hello"), "\(answer.output) \(answer.errors)")
        // Only by way of the platform.
        let direct = try await withCurlTransport(.init(tls: .init(verify: false))) {
            try await $0.send(Request(.get, "\(endpoint)/conversation")).status
        }
        #expect(direct == .unauthorized)

        // It takes leave: the runtime is stopped, and only then it ends.
        async let ended = agent.stop()
        try await phase("Draining")
        #expect(try await claw("capacity", "show", "edge")["leaving"] == true)
        let still = try await platform.claw("chat", "--user", "ada", "--project", "demo", "still there?")
        #expect(still.output.contains("echo: still there?"), "\(still.output) \(still.errors)")
        _ = try await claw("runtime", "stop", "--user", "ada", "--wait")
        #expect(try await ended == 0)
        try await phase("Lost")

        // One that comes back needs no enrolment, and takes runtimes again; until nobody trusts it any more.
        let again = try Companion("agent-runtime", [], in: platform.directory, environment)
        defer { kill(again.pid, SIGKILL) }
        try await phase("Available")
        _ = try await claw("capacity", "revoke", "edge")
        try await phase("Revoked")
        let status = try await SystemTime().withDeadline(.seconds(60), "its end") { try await again.end() }
        #expect(status == 1, "it is told, and ends")
    }
}
