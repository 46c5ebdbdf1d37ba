import ClawBase
import Testing

@testable import ClawControl

@Suite("Who comes first in the work queue")
struct FairQueueTests {
    private let start = Timestamp(seconds: 1000)

    private func queue(
        concurrency: Int = .max, perTenant: Int = .max, rate: RateLimit? = nil
    ) -> WorkQueueState<String> {
        var limits = WorkQueueState<String>.Limits()
        (limits.concurrency, limits.concurrencyPerTenant, limits.rate) = (concurrency, perTenant, rate)
        // The tenant is the key's first letter.
        return WorkQueueState(limits) { String($0.prefix(1)) }
    }

    private func drain(_ queue: inout WorkQueueState<String>) -> [String] {
        var keys: [String] = []
        while let item = queue.take(now: start) { keys.append(item.key) }
        return keys
    }

    @Test("tenants take turns, however much one of them asks for")
    func tenants() {
        var queue = queue()
        for number in 1...100 { queue.add("a\(number)", now: start) }
        for key in ["b1", "c1", "b2"] { queue.add(key, now: start) }
        #expect(drain(&queue).prefix(7) == ["a1", "b1", "c1", "a2", "b2", "a3", "a4"])
    }

    @Test("a tenant's bound leaves the places to others")
    func perTenant() {
        var queue = queue(concurrency: 4, perTenant: 2)
        for key in ["a1", "a2", "a3", "b1"] { queue.add(key, now: start) }
        #expect(drain(&queue) == ["a1", "b1", "a2"])
        #expect(queue.readyCount == 1 && queue.hasRoom)
        queue.finish("b1", succeeded: true, now: start)
        #expect(drain(&queue).isEmpty)
        queue.finish("a1", succeeded: true, now: start)
        #expect(drain(&queue) == ["a3"])
    }

    @Test("what a user waits for comes before what follows, and that before what is only looked at")
    func lanes() {
        var queue = queue()
        queue.add("resync", .background, now: start)
        queue.add("event", .normal, now: start)
        queue.add("wish", .user, now: start)
        #expect(drain(&queue) == ["wish", "event", "resync"])
    }

    @Test("a key that waits moves up when somebody waits for it, and comes once")
    func promotion() {
        var queue = queue()
        for number in 1...5 { queue.add("k\(number)", .background, now: start) }
        queue.add("k4", .user, now: start)
        queue.add("k4", .background, now: start)
        #expect(drain(&queue) == ["k4", "k1", "k2", "k3", "k5"])
        #expect(queue.readyCount == 0)
    }

    @Test("nobody waits for ever: of every eight places one goes to the last lane")
    func noStarvation() {
        var queue = queue()
        queue.add("resync", .background, now: start)
        for number in 1...100 { queue.add("u\(number)", .user, now: start) }
        #expect(drain(&queue).firstIndex(of: "resync") == 7)
    }

    @Test("more begin than a rate limit allows only once time has passed")
    func rate() {
        var queue = queue(rate: RateLimit(perSecond: 2, burst: 3))
        for number in 1...5 { queue.add("k\(number)", now: start) }
        #expect(drain(&queue).count == 3)
        #expect(queue.nextChance(now: start) == start + .milliseconds(500))
        #expect(queue.take(now: start + .milliseconds(400)) == nil)
        #expect(queue.take(now: start + .milliseconds(500))?.key == "k4")
        #expect(queue.take(now: start + .milliseconds(500)) == nil)
        #expect(queue.take(now: start + .seconds(100))?.key == "k5")
    }

    @Test("what settles is waited for, but not for ever")
    func debounce() {
        var queue = queue()
        var now = start
        for _ in 0..<3 {
            queue.settle("k", for: .seconds(1), .normal, now: now)
            now = now + .milliseconds(900)
            #expect(queue.take(now: now) == nil)
        }
        // Quiet for a second.
        #expect(queue.take(now: now + .milliseconds(100))?.key == "k")
        queue.finish("k", succeeded: true, now: now)
        now = start + .seconds(60)
        let begin = now
        while queue.take(now: now) == nil {
            queue.settle("k", for: .seconds(1), .normal, now: now)
            now = now + .milliseconds(500)
            try? #require(now - begin < .seconds(10))
        }
        #expect(now - begin == .seconds(4))
    }

    @Test("a reconcile that does not end gives its place away, and keeps its key")
    func givenUp() {
        var queue = queue(concurrency: 1)
        queue.add("hangs", now: start)
        queue.add("other", now: start)
        #expect(queue.take(now: start)?.key == "hangs")
        #expect(!queue.hasRoom)
        queue.giveUp("hangs")
        #expect(queue.take(now: start)?.key == "other")
        queue.add("hangs", now: start)
        queue.finish("other", succeeded: true, now: start)
        #expect(queue.take(now: start) == nil, "it is still in work")
        #expect(!queue.isIdle)
        queue.finish("hangs", succeeded: false, now: start)
        #expect(queue.take(now: start)?.key == "hangs")
    }

    @Test("the causes come with the key: the first few, and how many more there were")
    func causes() {
        var queue = queue()
        for number in 0..<10 {
            let object = ObjectKey(namespace: "demo", name: "p\(number)")
            queue.add(
                "k", cause: Cause(.modified, kind: "Pod", object: object, relation: .owner, moment: start), now: start)
        }
        let item = queue.take(now: start + .seconds(2))
        #expect(item?.causes.first.first?.description == "Pod demo/p0 modified → owner")
        #expect(item?.causes.first.count == 4 && item?.causes.omitted == 6)
        #expect(item?.since == start)
        queue.add("k", now: start)
        queue.finish("k", succeeded: true, now: start)
        #expect(queue.take(now: start)?.causes.isEmpty == true)
    }

    @Test("any course of events loses nothing, works on no key twice, and keeps the bounds")
    func property() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var queue = queue(concurrency: 5, perTenant: 2, rate: Bool.random() ? RateLimit(perSecond: 5, burst: 4) : nil)
            var (now, owed, inWork) = (start, Set<String>(), Set<String>())
            func take() {
                guard let key = queue.take(now: now)?.key else { return }
                #expect(inWork.insert(key).inserted, "twice in work")
                owed.remove(key)
                #expect(inWork.count <= 5 && inWork.count { $0.first == key.first } <= 2)
            }
            for _ in 0..<200 {
                let key = ["a", "b", "c"].randomElement()! + "\(Int.random(in: 0..<5, using: &random))"
                switch Int.random(in: 0..<8, using: &random) {
                case 0, 1:
                    queue.add(key, Lane.allCases.randomElement()!, now: now)
                    owed.insert(key)
                case 2:
                    queue.add(key, at: now + .seconds(Int.random(in: -1...4, using: &random)))
                    owed.insert(key)
                case 3:
                    queue.settle(key, for: .seconds(1), .normal, now: now)
                    owed.insert(key)
                case 4, 5: take()
                case 6:
                    guard let key = inWork.randomElement() else { continue }
                    inWork.remove(key)
                    queue.finish(key, succeeded: Bool.random(), now: now)
                default: now = now + .milliseconds(Int.random(in: 0...1500, using: &random))
                }
                #expect(queue.inWorkCount == inWork.count)
            }
            for _ in 0..<100 {
                now = now + .seconds(5)
                take()
                for key in inWork { queue.finish(key, succeeded: true, now: now) }
                inWork = []
            }
            #expect(owed.isEmpty && queue.isIdle && queue.nextDue == nil)
        }
    }
}
