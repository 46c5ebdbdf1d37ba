import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging
import Synchronization
import Testing

/// A controller without caches, asked by hand, in virtual time.
private struct Bench: Sendable {
    let time: VirtualTime
    let controller: Controller

    init(
        time: some TimeSource, virtual: VirtualTime, concurrency: Int = 4, deadline: Duration = .seconds(60),
        _ reconcile: @escaping @Sendable (ObjectKey) async throws -> Reconciled
    ) {
        var options = Controller.Options()
        options.concurrency = concurrency
        options.deadline = deadline
        options.backoff = Backoff(initial: .seconds(1), cap: .seconds(100))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        self.time = virtual
        controller = Controller(
            "test", caches: SharedCaches(Feed(), time: time), options: options, logger: logger, reconcile: reconcile)
    }

    init(
        concurrency: Int = 4, deadline: Duration = .seconds(60),
        _ reconcile: @escaping @Sendable (ObjectKey) async throws -> Reconciled
    ) {
        let time = VirtualTime()
        self.init(time: time, virtual: time, concurrency: concurrency, deadline: deadline, reconcile)
    }

    func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withRunning({ try await controller.run() }, body)
    }

    /// Waits until nothing is left to do but to wait for a moment, and moves to it.
    func advanceToNext() async throws {
        try await eventually("rest") { controller.isIdle && time.sleeperCount == 1 }
        if let wake = time.nextWake { time.advance(by: wake - time.now) }
    }
}

/// Opened once; until then whoever comes waits.
private final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: Int)>((false, 0))
    func open() { state.withLock { $0.isOpen = true } }
    var waitingCount: Int { state.withLock { $0.waiting } }

    func pass() async throws {
        state.withLock { $0.waiting += 1 }
        defer { state.withLock { $0.waiting -= 1 } }
        while !state.withLock({ $0.isOpen }) {
            try Task.checkCancellation()
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

@Suite("Controllers")
struct ControllerTests {
    private let a = ObjectKey(namespace: "demo", name: "a")
    private let b = ObjectKey(namespace: "demo", name: "b")

    @Test("what is asked a hundred times during a reconcile is done once more")
    func coalesces() async throws {
        let (log, gate) = (Log<ObjectKey>(), Gate())
        let bench = Bench { key in
            log.add(key)
            try await gate.pass()
            return .settled
        }
        try await bench.run { [a] in
            bench.controller.ask(for: a)
            try await eventually("the reconcile") { gate.waitingCount == 1 }
            for _ in 0..<100 { bench.controller.ask(for: a) }
            gate.open()
            try await eventually("rest") { bench.controller.isIdle }
            #expect(log.count == 2)
        }
    }

    @Test("different keys are worked on at once, up to the bound, and one key never twice")
    func concurrency() async throws {
        let now = Mutex<(keys: Set<ObjectKey>, most: Int)>(([], 0))
        let done = Log<ObjectKey>()
        let bench = Bench(concurrency: 3) { key in
            now.withLock { now in
                #expect(now.keys.insert(key).inserted, "\(key) is in work twice")
                now.most = max(now.most, now.keys.count)
            }
            for _ in 0..<20 { await Task.yield() }
            now.withLock { _ = $0.keys.remove(key) }
            done.add(key)
            return .settled
        }
        try await bench.run {
            for round in 0..<50 {
                for index in 0..<10 { bench.controller.ask(for: ObjectKey(name: "k\((index + round) % 10)")) }
                try await Task.sleep(for: .milliseconds(1))
            }
            try await eventually("rest") { bench.controller.isIdle }
        }
        #expect(now.withLock { $0.most } == 3)
        #expect(Set(done.entries).count == 10)
    }

    @Test("a key that fails is tried again after waits that double, and others go on")
    func backoff() async throws {
        struct Mine: Error {}
        let log = Log<(key: ObjectKey, moment: Timestamp)>()
        let time = VirtualTime()
        let bench = Bench(time: time, virtual: time) { [a] key in
            log.add((key, time.now))
            if key == a, log.entries.count(where: { $0.key == a }) <= 4 { throw Mine() }
            return .settled
        }
        try await bench.run { [a, b] in
            bench.controller.ask(for: a)
            for _ in 0..<4 {
                bench.controller.ask(for: b)
                try await bench.advanceToNext()
            }
            try await eventually("the last attempt") { log.entries.count { $0.key == a } == 5 }
            try await eventually("rest") { bench.controller.isIdle && time.sleeperCount == 0 }
        }
        #expect(log.entries.contains { $0.key == b })
        let moments = log.entries.filter { $0.key == a }.map(\.moment)
        let waits = zip(moments.dropFirst(), moments).map { ($0 - $1).inSeconds }
        for (wait, ceiling) in zip(waits, [1.0, 2, 4, 8]) { #expect((ceiling / 2...ceiling).contains(wait)) }
    }

    @Test("a success ends the row of failures")
    func successResets() async throws {
        struct Mine: Error {}
        let log = Log<Timestamp>()
        let time = VirtualTime()
        let bench = Bench(time: time, virtual: time) { _ in
            log.add(time.now)
            if log.count % 2 == 1 { throw Mine() }
            return .again(after: .seconds(50))
        }
        try await bench.run { [a] in
            bench.controller.ask(for: a)
            for _ in 0..<6 { try await bench.advanceToNext() }
        }
        let waits = zip(log.entries.dropFirst(), log.entries).map { ($0 - $1).inSeconds }
        #expect(waits.count >= 5)
        for (index, wait) in waits.enumerated() { #expect(index % 2 == 0 ? wait <= 1 : wait == 50) }
    }

    @Test("a reconcile that hangs is cancelled at its deadline and tried again")
    func deadline() async throws {
        let log = Log<String>()
        let bench = Bench(deadline: .seconds(30)) { key in
            log.add("begins")
            if log.entries.count(where: { $0 == "begins" }) == 1 {
                do { try await VirtualTime().sleep(for: .seconds(1)) } catch {
                    log.add("cancelled")
                    throw error
                }
            }
            return .settled
        }
        try await bench.run { [a] in
            bench.controller.ask(for: a)
            try await eventually("the reconcile") { log.count == 1 && bench.time.sleeperCount == 1 }
            bench.time.advance(by: .seconds(29))
            for _ in 0..<50 { await Task.yield() }
            #expect(log.entries == ["begins"])
            bench.time.advance(by: .seconds(1))
            try await eventually("the cancellation") { log.count == 2 }
            try await bench.advanceToNext()
            try await eventually("the second attempt") { log.count == 3 }
        }
        #expect(log.entries == ["begins", "cancelled", "begins"])
    }

    @Test("what asks to be asked again is, at that time or when something changes")
    func again() async throws {
        let log = Log<Timestamp>()
        let time = VirtualTime()
        let bench = Bench(time: time, virtual: time) { _ in
            log.add(time.now)
            return log.count < 4 ? .again(after: .seconds(10)) : .settled
        }
        let start = time.now
        try await bench.run { [a] in
            bench.controller.ask(for: a)
            try await bench.advanceToNext()
            try await eventually("the second") { log.count == 2 }
            try await eventually("rest") { bench.controller.isIdle && time.sleeperCount == 1 }
            time.advance(by: .seconds(4))
            bench.controller.ask(for: a)
            try await eventually("the third") { log.count == 3 }
            try await eventually("its wish") { time.nextWake == time.now + .seconds(10) }
            try await bench.advanceToNext()
            try await eventually("the fourth") { log.count == 4 }
            try await eventually("rest") { bench.controller.isIdle && time.sleeperCount == 0 }
        }
        #expect(log.entries.map { ($0 - start).inSeconds } == [0, 10, 14, 24])
    }

    @Test("the end of a run cancels its reconciles, and the next run takes up what they left")
    func cancellation() async throws {
        let (log, gate) = (Log<ObjectKey>(), Gate())
        let bench = Bench { key in
            log.add(key)
            try await gate.pass()
            return .settled
        }
        try await bench.run { [a, b] in
            bench.controller.ask(for: a)
            bench.controller.ask(for: b)
            try await eventually("the reconciles") { gate.waitingCount == 2 }
        }
        #expect(gate.waitingCount == 0)
        gate.open()
        try await bench.run { try await eventually("rest") { bench.controller.isIdle && log.count == 4 } }
        #expect(Set(log.entries[2...]) == [a, b])
    }

    @Test("with all hands at work a key that is due is not asked after in a loop")
    func noSpinning() async throws {
        let gate = Gate()
        let time = CountingTime()
        let bench = Bench(time: time, virtual: time.virtual, concurrency: 1) { key in
            if key.name == "b" { return .again(after: .seconds(1)) }
            try await gate.pass()
            return .settled
        }
        try await bench.run { [a, b] in
            bench.controller.ask(for: b)
            try await eventually("b's wait") { bench.controller.isIdle && time.virtual.sleeperCount == 1 }
            bench.controller.ask(for: a)
            try await eventually("a's work") { gate.waitingCount == 1 }
            time.virtual.advance(by: .seconds(5))
            let before = time.readings
            for _ in 0..<2000 { await Task.yield() }
            #expect(time.readings - before < 20)
            gate.open()
        }
    }
}

/// Counts how often somebody looks at the clock.
private final class CountingTime: TimeSource {
    let virtual = VirtualTime()
    private let count = Atomic(0)
    var readings: Int { count.load(ordering: .relaxed) }

    var now: Timestamp {
        count.add(1, ordering: .relaxed)
        return virtual.now
    }

    func sleep(until moment: Timestamp) async throws { try await virtual.sleep(until: moment) }
}
