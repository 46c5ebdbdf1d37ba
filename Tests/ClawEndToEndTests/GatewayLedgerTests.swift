import ClawKit
import Foundation
import HTTPTypes
import PostgresTesting
import Synchronization
import Testing

@Suite("Keys, budgets and the ledger of the platform's programs", .timeLimit(.minutes(10)))
struct GatewayLedgerTests {
    private final class Counter: Sendable { let value = Atomic(0) }

    /// One call of the echo model, with a key; the answer's status.
    private func ask(_ platform: RunningPlatform, _ key: String) async throws -> Int {
        let gateway = try #require(platform.gateway)
        let response = try await platform.network.send(
            Request(
                .post, "\(gateway)/v1/chat/completions",
                headers: [.authorization: "Bearer \(key)", .contentType: "application/json"],
                body: .string(#"{"model": "echo", "messages": [{"role": "user", "content": "Go."}]}"#)))
        _ = try await response.body.collect(limit: 1 << 20)
        return response.status.code
    }

    private func makeKey(_ platform: RunningPlatform, token: String? = nil) async throws -> String {
        let made = try await platform.claw(
            "key", "create", "ci", "--user", "admin", "--cost", "1", "--window", "day", token: token)
        try #require(made.status == 0, "\(made.errors)")
        return try #require(made.output.split(separator: "\n").last.map(String.init))
    }

    /// Calls in the ledger, once there are so many.
    private func waitForCalls(_ count: Int, _ platform: RunningPlatform, token: String? = nil) async throws {
        try await eventually("\(count) calls in the ledger") {
            let usage = try await platform.claw("usage", "--by", "user", "-o", "json", token: token)
            let rows = (try? JSONParser.parse(Array(usage.output.utf8)))?["groups"]?.array?
                .first { $0["value"]?.string == "admin" }?["rows"]?.integer
            return rows == Int64(count) ? true : nil
        }
    }

    @Test("a budget and what was spent of it outlive kill -9; LiteLLM's routes make keys with the administrator's token")
    func survival() async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let first = try await RunningPlatform.start(in: directory, ["--without", "orchestrator,node"])
        let key = try await makeKey(first)
        let set = try await first.claw("budget", "set", "user/admin", "day", "--requests", "3", "--window", "day")
        try #require(set.status == 0, "\(set.errors)")
        #expect(try await [ask(first, key), ask(first, key)] == [200, 200])
        try await waitForCalls(2, first)
        try await first.crash()

        let second = try await RunningPlatform.start(in: directory, ["--without", "orchestrator,node"])
        do {
            #expect(try await ask(second, key) == 200)
            #expect(try await ask(second, key) == 429)
            try await waitForCalls(3, second)
            let listed = try await second.claw("budget", "list", "--holder", "user/admin")
            #expect(listed.output.contains("requests=3"), "\(listed.output)")
            // Raised, it holds at once.
            _ = try await second.claw("budget", "set", "user/admin", "day", "--requests", "5", "--window", "day")
            try await eventually("the raised budget") { try await ask(second, key) == 200 ? true : nil }

            let token = try String(contentsOfFile: second.file(".claw/admin-token"), encoding: .utf8)
            let made = try await second.network.send(
                Request(
                    .post, "\(try #require(second.gateway))/key/generate", headers: [.authorization: "Bearer \(token)"],
                    body: .string(#"{"key_alias": "other", "models": ["none"]}"#)))
            #expect(made.status == .ok)
            let json = try JSONParser.parse(try await made.body.collect(limit: 1 << 20))
            #expect(try await ask(second, try #require(json["key"]?.string)) == 403)
        } catch {
            Issue.record(error)
        }
        #expect(try await second.stop() == 0)
    }

    @Test(
        "two control planes on one database: one's key and budget count at the other at once, and so does their end",
        .enabled(if: PostgresServer.isThere, "\(PostgresServer.howToGetIt)"))
    func shared() async throws {
        let server = try PostgresServer()
        defer { server.end() }
        let root = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: root) }
        let cluster = try await RunningCluster.start(["--simulated-nodes", "1"])
        defer { cluster.kill() }
        let secret = root.appending(path: "store-key")
        try Data(String(repeating: "k", count: 40).utf8).write(to: secret)
        let arguments = [
            "--kubeconfig", cluster.kubeconfig, "--database", server.url("sslmode=disable"), "--without", "orchestrator",
            "--store-key-file", secret.path(),
        ]
        var platforms: [RunningPlatform] = []
        defer { for platform in platforms { kill(platform.pid, SIGKILL) } }
        for number in 0..<2 {
            let directory = root.appending(path: "\(number)")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            platforms.append(try await RunningPlatform.start(in: directory, arguments))
        }
        let (first, second) = (platforms[0], platforms[1])
        let token = try String(contentsOfFile: first.file(".claw/admin-token"), encoding: .utf8)
        let key = try await makeKey(first, token: token)
        #expect(try await ask(second, key) == 200)
        func allow(_ requests: Int) async throws {
            let set = try await second.claw(
                "budget", "set", "user/admin", "day", "--requests", "\(requests)", "--window", "day", token: token)
            try #require(set.status == 0, "\(set.errors)")
        }
        try await allow(0)
        let before = Counter()
        for platform in platforms {
            try await eventually("the budget at both") {
                if try await ask(platform, key) == 429 { return true }
                before.value.add(1, ordering: .relaxed)
                return nil
            }
        }
        try await allow(4)
        // Of many calls at both at once four are answered.
        var answered = 0
        for round in 0..<20 where answered < 4 || round < 5 {
            let all = [first, second, first, second]
            answered += try await withThrowingTaskGroup(of: Int.self) { group in
                for platform in all { group.addTask { try await ask(platform, key) } }
                return try await group.reduce(into: 0) { if $1 == 200 { $0 += 1 } }
            }
            try await SystemTime().sleep(for: .milliseconds(150))
        }
        #expect(answered == 4)
        try await waitForCalls(1 + before.value.load(ordering: .relaxed) + 4, first, token: token)
        let listed = try await first.claw("key", "list", "-o", "json", token: token)
        let id = try #require(try JSONParser.parse(Array(listed.output.utf8))["items"]?[0]?["id"]?.string)
        _ = try await first.claw("key", "delete", id, token: token)
        try await eventually("the key's end at the second") { try await ask(second, key) == 401 ? true : nil }
    }

    @Test(
        "two gateways on one database: the master key makes keys at one that count at the other, and end there too",
        .enabled(if: PostgresServer.isThere, "\(PostgresServer.howToGetIt)"))
    func gateways() async throws {
        let server = try PostgresServer()
        defer { server.end() }
        let models = "models: [{name: echo, upstreams: [{dialect: echo}]}]"
        let arguments = ["--database", server.url("sslmode=disable")]
        let first = try await RunningGateway.start(models, arguments: arguments)
        defer { kill(first.pid, SIGKILL) }
        let second = try await RunningGateway.start(models, arguments: arguments)
        defer { kill(second.pid, SIGKILL) }
        @Sendable func call(_ gateway: RunningGateway, _ path: String, _ key: String, _ body: String?) async throws -> (Int, JSON) {
            let response = try await gateway.network.send(
                Request(
                    body == nil ? .get : .post, gateway.url + path,
                    headers: [.authorization: "Bearer \(key)", .contentType: "application/json"],
                    body: body.map { .string($0) } ?? .empty))
            let bytes = try await response.body.collect(limit: 1 << 20)
            return (response.status.code, (try? JSONParser.parse(bytes)) ?? .null)
        }
        let ask = #"{"model": "echo", "messages": [{"role": "user", "content": "Go."}]}"#
        let (status, made) = try await call(first, "/key/generate", RunningGateway.key, #"{"key_alias": "ci", "tpm_limit": 1000}"#)
        #expect(status == 200)
        let key = try #require(made["key"]?.string)
        #expect(try await call(second, "/v1/chat/completions", key, ask).0 == 200)
        #expect(try await call(second, "/key/generate", key, "{}").0 == 401)
        let (_, info) = try await call(first, "/key/info", key, nil)
        #expect(info["info"]?["tpm_limit"]?.integer == 1000)
        #expect(try await call(first, "/key/delete", RunningGateway.key, #"{"key_aliases": ["ci"]}"#).0 == 200)
        try await eventually("the key's end at the second") {
            try await call(second, "/v1/chat/completions", key, ask).0 == 401 ? true : nil
        }
    }
}
