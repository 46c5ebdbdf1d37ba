import ClawBase
import ClawControl
import Testing

@Suite("Signals")
struct SignalTests {
    @Test("raised before the wait, any number of times, it lets one wait pass")
    func early() async throws {
        let signal = Signal()
        signal.raise()
        signal.raise()
        try await signal.wait()
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await signal.wait() }
                group.cancelAll()
                try await group.next()
            }
        }
    }

    @Test("no raise is lost between two tasks", .timeLimit(.minutes(10)))
    func handover() async throws {
        let (ping, pong) = (Signal(), Signal())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<10_000 {
                    try await ping.wait()
                    pong.raise()
                }
            }
            for _ in 0..<10_000 {
                ping.raise()
                try await pong.wait()
            }
            try await group.waitForAll()
        }
    }
}
