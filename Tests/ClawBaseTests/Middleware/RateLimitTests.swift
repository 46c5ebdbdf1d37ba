import ClawBase
import HTTPTypes
import Synchronization
import HTTPTypes
import Testing

@Suite("Rate limit", .timeLimit(.minutes(10)))
struct RateLimitTests {
    private final class Order: Sendable { let numbers = Mutex<[Int]>([]) }

    private let time = VirtualTime()
    private let script = ScriptedTransport { _ in .status(200) }

    @Test("a burst goes at once, then the rate holds")
    func rate() async throws {
        let transport = script.rateLimited(10, burst: 3, time: time)
        let start = time.now
        for _ in 0..<3 { _ = try await transport.send(Request(.get, "/")) }
        #expect(time.now == start)
        try await time.running { for _ in 0..<20 { _ = try await transport.send(Request(.get, "/")) } }
        let waited = time.now - start
        #expect(waited >= .seconds(2) && waited < .milliseconds(2001))
    }

    @Test("a rest fills the bucket, but not beyond the burst")
    func refill() async throws {
        let transport = script.rateLimited(1, burst: 2, time: time)
        for _ in 0..<2 { _ = try await transport.send(Request(.get, "/")) }
        time.advance(by: .seconds(3600))
        let rested = time.now
        for _ in 0..<2 { _ = try await transport.send(Request(.get, "/")) }
        #expect(time.now == rested)
        try await time.running { _ = try await transport.send(Request(.get, "/")) }
        #expect(time.now > rested)
    }

    @Test("those who wait go in the order they came; one too many is refused at once")
    func queue() async throws {
        let transport = script.rateLimited(1, burst: 1, queue: 2, time: time)
        _ = try await transport.send(Request(.get, "/first"))
        let order = Order()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<3 {
                group.addTask {
                    _ = try await transport.send(Request(.get, "/\(number)"))
                    order.numbers.withLock { $0.append(number) }
                }
                try await comesAbout("\(number) waits") {
                    number == 0 ? time.sleeperCount == 1 : transport.queueLength == number
                }
            }
            await #expect { try await transport.send(Request(.get, "/4")) } throws: {
                ($0 as? Finding)?.code == .rateLimited
            }
            for done in 1...3 {
                time.advance(by: .seconds(1) + .nanoseconds(2))
                try await comesAbout("\(done) went") { order.numbers.withLock { $0.count } == done }
                if done < 3 { try await comesAbout("the next waits") { time.sleeperCount == 1 } }
            }
            try await group.waitForAll()
        }
        #expect(order.numbers.withLock { $0 } == [0, 1, 2])
        #expect(script.requests.count == 4)
    }

    @Test("one who gives up leaves the queue, and those behind him move up")
    func cancelling() async throws {
        let transport = script.rateLimited(1, burst: 1, time: time)
        _ = try await transport.send(Request(.get, "/"))
        let quitter = Task { try await transport.send(Request(.get, "/quitter")) }
        try await comesAbout("he waits") { time.sleeperCount == 1 }
        let patient = Task { try await transport.send(Request(.get, "/patient")) }
        try await comesAbout("they wait") { transport.queueLength == 1 }
        quitter.cancel()
        await #expect(throws: CancellationError.self) { try await quitter.value }
        try await comesAbout("the next waits for time") { time.sleeperCount == 1 && transport.queueLength == 0 }
        time.advance(by: .seconds(1) + .nanoseconds(2))
        _ = try await patient.value
        #expect(script.requests.map { String($0.path) } == ["/", "/patient"])
    }
}
