import ClawBase
import Testing

@testable import ClawControl

@Suite("Work queue")
struct WorkQueueStateTests {
    private let start = Timestamp(seconds: 1000)

    @Test("keys come in the order they were added, each once")
    func order() {
        var queue = WorkQueueState<String>()
        for key in ["b", "a", "b", "c", "a"] { queue.add(key, now: start) }
        #expect((0..<4).map { _ in queue.take(now: start)?.key } == ["b", "a", "c", nil])
        #expect(queue.inWorkCount == 3)
    }

    @Test("a key added while in work comes again, once, and only after its end")
    func again() {
        var queue = WorkQueueState<String>()
        queue.add("a", now: start)
        _ = queue.take(now: start)?.key
        queue.add("a", now: start)
        queue.add("a", now: start)
        #expect(queue.take(now: start)?.key == nil)
        queue.finish("a", succeeded: nil, now: start)
        #expect(queue.take(now: start)?.key == "a")
        queue.finish("a", succeeded: nil, now: start)
        #expect(queue.take(now: start)?.key == nil && queue.isIdle)
    }

    @Test("a delayed key comes at its time, at the earliest asked for")
    func delays() {
        var queue = WorkQueueState<String>()
        queue.add("a", at: start + .seconds(5))
        queue.add("a", at: start + .seconds(9))
        queue.add("a", at: start + .seconds(3))
        queue.add("b", at: start + .seconds(4))
        #expect(queue.nextDue == start + .seconds(3))
        #expect(queue.take(now: start + .seconds(2))?.key == nil)
        #expect(queue.take(now: start + .seconds(3))?.key == "a")
        #expect(queue.nextDue == start + .seconds(4))
        queue.finish("a", succeeded: nil, now: start)
        #expect(queue.take(now: start + .seconds(100))?.key == "b")
        #expect(queue.take(now: start + .seconds(100))?.key == nil && queue.nextDue == nil)
    }

    @Test("an immediate addition makes the delay void; a delay does not put off what waits")
    func immediate() {
        var queue = WorkQueueState<String>()
        queue.add("a", at: start + .seconds(5))
        queue.add("a", now: start)
        #expect(queue.nextDue == nil)
        queue.add("a", at: start + .seconds(1))
        #expect(queue.nextDue == nil)
        #expect(queue.take(now: start)?.key == "a")
        queue.finish("a", succeeded: nil, now: start)
        #expect(queue.take(now: start + .seconds(10))?.key == nil)
    }

    @Test("a key that falls due while in work waits for its end")
    func dueInWork() {
        var queue = WorkQueueState<String>()
        queue.add("a", now: start)
        _ = queue.take(now: start)?.key
        queue.add("a", at: start + .seconds(1))
        #expect(queue.take(now: start + .seconds(2))?.key == nil)
        queue.finish("a", succeeded: nil, now: start)
        #expect(queue.take(now: start + .seconds(2))?.key == "a")
    }

    @Test("failures in a row are counted until one succeeds")
    func failures() {
        var queue = WorkQueueState<String>()
        func work(_ key: String, succeeded: Bool) -> Int {
            queue.add(key, now: start)
            #expect(queue.take(now: start)?.key == key)
            return queue.finish(key, succeeded: succeeded, now: start)
        }
        #expect([work("a", succeeded: false), work("a", succeeded: false), work("b", succeeded: false)] == [1, 2, 1])
        #expect(work("a", succeeded: true) == 0)
        #expect(work("a", succeeded: false) == 1)
    }

    /// The rules in the plainest form, each operation over everything.
    private struct Model {
        var ready: [Int] = []
        var inWork: Set<Int> = []
        var again: Set<Int> = []
        var delayed: [(key: Int, due: Timestamp)] = []

        mutating func add(_ key: Int) {
            delayed.removeAll { $0.key == key }
            if inWork.contains(key) { again.insert(key) } else if !ready.contains(key) { ready.append(key) }
        }

        mutating func add(_ key: Int, at moment: Timestamp) {
            if ready.contains(key) || again.contains(key) { return }
            if let present = delayed.first(where: { $0.key == key }), present.due <= moment { return }
            delayed.removeAll { $0.key == key }
            delayed.append((key, moment))
        }

        mutating func take(now: Timestamp) -> Int? {
            // A stable sort: of two due at once the first added comes first.
            let due = delayed.enumerated().sorted { ($0.element.due, $0.offset) < ($1.element.due, $1.offset) }
            for (_, delay) in due where delay.due <= now { add(delay.key) }
            guard let key = ready.first else { return nil }
            ready.removeFirst()
            inWork.insert(key)
            return key
        }

        mutating func finish(_ key: Int) {
            inWork.remove(key)
            if again.remove(key) != nil { add(key) }
        }
    }

    @Test("any course of events goes as in the plain model: nothing twice in work, nothing lost")
    func property() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var queue = WorkQueueState<Int>()
            var model = Model()
            var now = start
            var owed: Set<Int> = []
            func take() {
                let key = queue.take(now: now)?.key
                if let key { #expect(!model.inWork.contains(key), "twice in work") }
                #expect(key == model.take(now: now))
                if let key { owed.remove(key) }
            }
            for _ in 0..<200 {
                let key = Int.random(in: 0..<8, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0:
                    queue.add(key, now: now)
                    model.add(key)
                    owed.insert(key)
                case 1, 2:
                    let moment = now + .seconds(Int.random(in: -1...4, using: &random))
                    queue.add(key, at: moment)
                    model.add(key, at: moment)
                    owed.insert(key)
                case 3: take()
                case 4:
                    guard let key = model.inWork.randomElement(using: &random) else { continue }
                    queue.finish(key, succeeded: nil, now: now)
                    model.finish(key)
                default: now = now + .seconds(Int.random(in: 0...2, using: &random))
                }
                #expect(queue.nextDue == model.delayed.map(\.due).min())
                #expect(queue.readyCount == model.ready.count && queue.inWorkCount == model.inWork.count)
                #expect(queue.delayedCount == model.delayed.count)
            }
            now = now + .seconds(10)
            for _ in 0..<40 {
                take()
                for key in model.inWork {
                    queue.finish(key, succeeded: nil, now: now)
                    model.finish(key)
                }
            }
            #expect(owed.isEmpty && queue.isIdle && queue.nextDue == nil)
        }
    }

    @Test("a hundred thousand delayed keys, woken early again and again, cost little")
    func scale() {
        var queue = WorkQueueState<Int>()
        let count = 100_000
        for key in 0..<count { queue.add(key, at: start + .seconds(1000 + key % 1000)) }
        for key in 0..<count {
            queue.add(key, now: start)
            #expect(queue.take(now: start)?.key == key)
            queue.finish(key, succeeded: nil, now: start)
            queue.add(key, at: start + .seconds(1000 + key % 1000))
        }
        #expect(queue.nextDue == start + .seconds(1000))
        var taken = 0
        while let key = queue.take(now: start + .seconds(5000))?.key {
            queue.finish(key, succeeded: nil, now: start)
            taken += 1
        }
        #expect(taken == count)
    }
}
