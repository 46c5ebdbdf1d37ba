import ClawKit
import ExampleSupport
import Foundation
import HTTPTypes
import Testing

@Suite("The platform's programs, apart and in trouble")
struct PlatformLifeTests {
    /// Makes a tenant, a project, a user and their runtime.
    private func makeRuntime(_ platform: RunningPlatform) async throws {
        for command in [
            ["tenant", "create", "acme"], ["project", "create", "demo", "--tenant", "acme"],
            ["user", "create", "ada", "--project", "demo", "--role", "owner"],
            ["runtime", "start", "--user", "ada", "--wait", "--timeout", "30s"],
        ] {
            let outcome = try await run(
                Programs.path("claw"), command, in: platform.directory, environment: ["CLAW_SERVER": platform.controlPlane])
            try #require(outcome.status == 0, "\(command): \(outcome.errors)")
        }
    }

    private func withDirectory(_ body: (URL) async throws -> Void) async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(directory)
    }

    @Test("control plane and orchestrator run as two processes against the same cluster")
    func twoProcesses() async throws {
        try await withDirectory { directory in
            let platform = try await RunningPlatform.start(in: directory, ["--without", "orchestrator,node"])
            let orchestrator = try await RunningOrchestrator.start(beside: platform, ["--node"])
            do {
                try await makeRuntime(platform)
                let answer = try await platform.claw("chat", "--user", "ada", "hello")
                #expect(answer.output.contains("echo: hello"), "\(answer.errors)")
                let log = try await platform.kubernetes.stream(
                    for: APIRequest(.get, Pod.type, namespace: "demo", name: "ada", subresource: "log"))
                #expect(String(decoding: try await log.collect(limit: 1 << 20), as: UTF8.self).contains("ready"))
            } catch {
                Issue.record(error)
            }
            let children = RunningPlatform.descendants(of: orchestrator.pid)
            #expect(!children.isEmpty)
            #expect(try await orchestrator.stop() == 0)
            #expect(children.allSatisfy { kill($0, 0) != 0 })
            #expect(try await platform.stop() == 0)
        }
    }

    @Test("after kill -9 the next start ends what was left over, and brings the runtime back once")
    func crash() async throws {
        try await withDirectory { directory in
            let first = try await RunningPlatform.start(in: directory)
            try await makeRuntime(first)
            let orphans = RunningPlatform.descendants(of: first.pid)
            try #require(!orphans.isEmpty)
            try await first.crash()
            let second = try await RunningPlatform.start(in: directory)
            do {
                try await eventually("the end of the orphans") { orphans.allSatisfy { kill($0, 0) != 0 } ? true : nil }
                let api = try second.kubernetes
                try await eventually("the runtime") {
                    let isReady = try await api.get(Runtime.self, "ada", in: "demo").status.phase == .ready
                    return isReady && RunningPlatform.descendants(of: second.pid).count == 1 ? true : nil
                }
                let answer = try await second.claw("chat", "--user", "ada", "still there?")
                #expect(answer.output.contains("still there?"), "\(answer.errors)")
            } catch {
                Issue.record(error)
            }
            #expect(try await second.stop() == 0)
        }
    }

    @Test(
        "a wrong call gets one clear line that names the place, and no half-started platform",
        arguments: [
            (["--config", "absent.yaml"], "absent.yaml"), (["--listen", "nonsense"], "--listen"),
            (["--kubeconfig", "absent"], "absent"), (["--data-dir", "/proc/self/nothing"], "/proc/self/nothing"),
            (["--without", "everything"], "--without"), (["--config", "broken.yaml"], "broken.yaml:2"),
            (["--kubeconfig", "broken.yaml"], "broken.yaml"),
        ])
    func wrongCalls(_ arguments: [String], _ place: String) async throws {
        try await withDirectory { directory in
            try "server:\n  domian: x\n".write(to: directory.appending(path: "broken.yaml"), atomically: true, encoding: .utf8)
            let outcome = try await run(
                Programs.path("control-plane"),
                ["--listen", "127.0.0.1:0", "--gateway-listen", "127.0.0.1:0", "--cluster-listen", "127.0.0.1:0"] + arguments,
                in: directory)
            #expect(outcome.status == 1)
            #expect(outcome.output.isEmpty)
            let lines = outcome.errors.split(separator: "\n")
            #expect(lines.count == 1, "\(outcome.errors)")
            #expect(outcome.errors.contains(place) && outcome.errors.contains("E_"), "\(outcome.errors)")
        }
    }

    @Test("a port that is taken is told with its flag, and nothing is left running")
    func portInUse() async throws {
        try await withDirectory { directory in
            let platform = try await RunningPlatform.start(in: directory)
            let taken = String(platform.controlPlane.dropFirst("http://".count))
            try await withDirectory { other in
                let outcome = try await run(
                    Programs.path("control-plane"),
                    ["--listen", taken, "--gateway-listen", "127.0.0.1:0", "--cluster-listen", "127.0.0.1:0"], in: other)
                #expect(outcome.status == 1)
                #expect(outcome.errors.contains("E_LISTEN (--listen)"), "\(outcome.errors)")
            }
            #expect(try await platform.stop() == 0)
        }
    }
}
