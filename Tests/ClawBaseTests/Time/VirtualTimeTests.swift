import ClawBase
import Synchronization
import Testing

@Suite("Virtual time")
struct VirtualTimeTests {
    @Test("sleepers wake in the order of their deadlines, and only those that are due")
    func order() async throws {
        let time = VirtualTime()
        let log = Log()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seconds in [3, 1, 2] {
                group.addTask {
                    try await time.sleep(for: .seconds(seconds))
                    log.add(seconds)
                }
            }
            while time.sleeperCount < 3 { try await Task.sleep(for: .milliseconds(1)) }
            time.advance(by: .seconds(1))
            try await group.next()
            #expect(log.entries == [1])
            #expect(time.sleeperCount == 2)
            #expect(time.nextWake == time.now + .seconds(1))
            time.advance(by: .seconds(5))
            try await group.waitForAll()
            #expect(Set(log.entries) == [1, 2, 3])
        }
    }

    @Test("a moment that has passed is not waited for")
    func past() async throws {
        let time = VirtualTime()
        try await time.sleep(until: time.now - .seconds(1))
    }

    @Test("cancellation wakes a sleeper at once")
    func cancelled() async throws {
        let time = VirtualTime()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) { try await time.sleep(for: .seconds(3600)) }
            }
            while time.sleeperCount < 1 { try await Task.sleep(for: .milliseconds(1)) }
            group.cancelAll()
        }
        #expect(time.sleeperCount == 0)
    }

    @Test("a deadline becomes a finding that says what took too long")
    func deadline() async throws {
        let time = VirtualTime()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let finding = await #expect(throws: Finding.self) {
                    try await time.withDeadline(.seconds(5), "The probe") { try await time.sleep(for: .seconds(60)) }
                }
                #expect(finding?.code == .deadline)
                #expect(finding?.message == "The probe did not end within 5.0 s.")
            }
            while time.sleeperCount < 2 { try await Task.sleep(for: .milliseconds(1)) }
            time.advance(by: .seconds(5))
        }
    }
}

private final class Log: Sendable {
    private let list = Mutex<[Int]>([])
    var entries: [Int] { list.withLock { $0 } }
    func add(_ entry: Int) { list.withLock { $0.append(entry) } }
}
