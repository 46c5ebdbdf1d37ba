import ClawBase
import ClawDocuments
import Synchronization
import Testing

@testable import claw

@Suite("Following operations")
struct OperationTests {
    @Test("watching prints each change once, and ends with the operation")
    func watch() async {
        let outcome = await Bench(FakePlatform()).run("operation", "watch", "op-1")
        #expect(outcome.status == .ok)
        #expect(
            outcome.out == """
                op-1  start demo/ada  running
                  provision: running
                  provision: done, volume bound
                op-1  start demo/ada  succeeded

                """)
    }

    @Test("with JSON output each state is one line")
    func watchJSON() async {
        let outcome = await Bench(FakePlatform()).run("operation", "watch", "op-1", "--output", "json")
        let states = outcome.lines.map { (try? JSONParser.parse(Array($0.utf8)))?["state"]?.string }
        #expect(states == ["running", "running", "succeeded"])
    }

    @Test(
        "an end without success is exit code 1",
        arguments: ["failed", "cancelled", "needsAttention"])
    func noSuccess(state: String) async {
        let bench = Bench(FakePlatform { $0.states = [["state": .string(state)]] })
        let outcome = await bench.run("operation", "watch", "op-1")
        #expect(outcome.status == .failed)
        #expect(outcome.error.contains("E_OPERATION: the operation op-1 ended as \(state)"))
    }

    @Test("where there is no event stream, it is asked for again and again")
    func polling() async throws {
        let time = VirtualTime()
        let platform = FakePlatform {
            $0.streams = false
            $0.states = Array(repeating: ["state": "running"], count: 4) + [["state": "succeeded"]]
        }
        var bench = Bench(platform)
        bench.time = time
        let outcome = try await advancing(time) { [bench] in await bench.run("operation", "watch", "op-1") }
        #expect(outcome.status == .ok)
        #expect(platform.state.withLock { $0.polls } == 5)
    }

    @Test("a limit ends the waiting, not the operation")
    func timeout() async throws {
        let time = VirtualTime()
        var bench = Bench(
            FakePlatform {
                $0.streams = false
                $0.states = [["state": "running"]]
            })
        bench.time = time
        let outcome = try await advancing(time) { [bench] in
            await bench.run("runtime", "start", "--user", "ada", "--wait", "--timeout", "5s")
        }
        #expect(outcome.status == .failed)
        #expect(outcome.error.contains("E_DEADLINE: the operation op-1 has not ended within 5.0 s and goes on"))
    }

    @Test("showing one that is not there is exit code 4")
    func missing() async {
        let bench = Bench { _ in Answer.missing }
        #expect(await bench.run("operation", "show", "op-9").status == .notFound)
        #expect(await bench.run("operation", "watch", "op-9").status == .notFound)
    }
}

/// Runs `body` while virtual time goes on as soon as somebody waits for it.
func advancing<T: Sendable>(_ time: VirtualTime, _ body: @escaping @Sendable () async throws -> T) async throws -> T {
    try await withThrowingTaskGroup(of: T?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            while !Task.isCancelled {
                if let wake = time.nextWake { time.advance(by: wake - time.now) }
                try await Task.sleep(for: .milliseconds(1))
            }
            return nil
        }
        defer { group.cancelAll() }
        while let result = try await group.next() {
            if let result { return result }
        }
        throw CancellationError()
    }
}
