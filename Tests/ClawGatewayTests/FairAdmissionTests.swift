import ClawBase
import ClawDialects
import Synchronization
import Testing

@testable import ClawGateway

@Suite("Requests beyond what may be under way wait their turn", .timeLimit(.minutes(5)))
struct FairAdmissionTests {
    let time = VirtualTime()

    private func admission(
        underWay: Int, waiting: Int = 1000, each: Int = 1000, longestWait: Duration = .seconds(10)
    ) -> FairAdmission {
        var limits = FairAdmission.Limits()
        (limits.underWay, limits.waiting, limits.waitingEach) = (underWay, waiting, each)
        limits.longestWait = longestWait
        return FairAdmission(limits, time: time)
    }

    /// Returns once so many wait.
    private func until(_ admission: FairAdmission, waiting: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while admission.load.waiting != waiting {
            try #require(ContinuousClock.now < deadline, "\(admission.load) wait, not \(waiting)")
            await Task.yield()
        }
    }

    @Test("a tenant with one request comes before the second of another's hundred")
    func fair() async throws {
        let admission = admission(underWay: 2)
        let order = Log()
        var held: [FairTurn] = [try await admission.enter("greedy"), try await admission.enter("greedy")]
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for number in 0..<100 {
                tasks.addTask { [admission] in
                    let turn = try await admission.enter("greedy")
                    order.add("greedy", holding: turn)
                }
                try await until(admission, waiting: number + 1)
            }
            tasks.addTask { [admission] in
                let turn = try await admission.enter("modest")
                order.add("modest", holding: turn)
            }
            try await until(admission, waiting: 101)
            held.removeFirst()
            try await until(admission, waiting: 100)
            held = []
            while !tasks.isEmpty {
                order.release()
                if admission.load.waiting == 0 { try await tasks.waitForAll() } else { await Task.yield() }
            }
        }
        #expect(order.names.first == "modest")
        #expect(order.names.count == 101)
        order.release()
        #expect(admission.load == (0, 0))
    }

    @Test("who finds too many waiting is told to come back")
    func full() async throws {
        let admission = admission(underWay: 1, waiting: 2, each: 1)
        let turn = try await admission.enter("a")
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for tenant in ["a", "b"] {
                tasks.addTask { [admission] in _ = try await admission.enter(tenant) }
                try await until(admission, waiting: tenant == "a" ? 1 : 2)
            }
            for tenant in ["a", "c"] {
                let error = await #expect(throws: ModelError.self) { _ = try await admission.enter(tenant) }
                #expect(error?.code == "gateway_busy")
                #expect(error?.retryAfter != nil)
            }
            tasks.cancelAll()
            while (try? await tasks.next()) != nil {}
        }
        #expect(admission.load.waiting == 0)
        withExtendedLifetime(turn) {}
    }

    @Test("nobody waits longer than the limit")
    func late() async throws {
        let admission = admission(underWay: 1, longestWait: .seconds(3))
        let turn = try await admission.enter("a")
        let answer = Task { try await admission.enter("a") }
        try await until(admission, waiting: 1)
        let deadline = ContinuousClock.now + .seconds(120)
        while time.sleeperCount == 0, ContinuousClock.now < deadline { await Task.yield() }
        time.advance(by: .seconds(3))
        let error = await #expect(throws: ModelError.self) { _ = try await answer.value }
        #expect(error?.kind == .overloaded)
        #expect(admission.load == (1, 0))
        withExtendedLifetime(turn) {}
    }

    @Test("clients that come, go and leave in the queue: never more than the limit, and nothing is left over", arguments: 0..<8)
    func random(seed: Int) async throws {
        let admission = admission(underWay: 3)
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for number in 0..<300 {
                let leaves = (number * 7 + seed) % 5 == 0
                tasks.addTask { [admission] in
                    let request = Task {
                        let turn = try await admission.enter("tenant-\((number + seed) % 7)")
                        tally.add(1)
                        for _ in 0..<(number % 4) { await Task.yield() }
                        tally.add(-1)
                        withExtendedLifetime(turn) {}
                    }
                    if leaves {
                        await Task.yield()
                        request.cancel()
                    }
                    _ = await request.result
                }
            }
            try await tasks.waitForAll()
        }
        #expect(tally.most <= 3)
        #expect(admission.load == (0, 0))
    }
}

/// How many are at it, and how many ever were at once.
private final class Tally: Sendable {
    private let state = Mutex((now: 0, most: 0))
    var most: Int { state.withLock { $0.most } }
    func add(_ count: Int) {
        state.withLock { state in
            state.now += count
            state.most = max(state.most, state.now)
        }
    }
}

/// Who came, in order, and the turns they hold.
private final class Log: Sendable {
    private let state = Mutex<(names: [String], held: [FairTurn])>(([], []))
    var names: [String] { state.withLock { $0.names } }
    func add(_ name: String, holding turn: FairTurn) {
        state.withLock { state in
            state.names.append(name)
            state.held.append(turn)
        }
    }
    func release() {
        // Given back outside the lock: the next one may come to it at once.
        let turns = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        withExtendedLifetime(turns) {}
    }
}
