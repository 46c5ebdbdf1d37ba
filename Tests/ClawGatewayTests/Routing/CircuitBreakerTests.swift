import ClawBase
import Testing

@testable import ClawGateway

@Suite("A circuit breaker")
struct CircuitBreakerTests {
    private let rules = BreakerRules()
    private let start = Timestamp(seconds: 1_000_000)

    private func failed(_ times: Int) -> CircuitBreaker {
        var breaker = CircuitBreaker()
        for _ in 0..<times { breaker.fail(rules, now: start) }
        return breaker
    }

    @Test("opens after some failures in a row, and not before")
    func opens() {
        #expect(failed(2).admits(rules, now: start))
        #expect(!failed(3).admits(rules, now: start))
    }

    @Test("a success in between begins the count anew")
    func success() {
        var breaker = failed(2)
        breaker.succeed(rules, now: start)
        breaker.fail(rules, now: start)
        breaker.fail(rules, now: start)
        #expect(breaker.state == .open(until: start + rules.cooldown), "half of what was asked has failed")
        breaker = failed(2)
        for _ in 0..<4 { breaker.succeed(rules, now: start) }
        breaker.fail(rules, now: start)
        #expect(breaker.state == .closed)
    }

    @Test("after the cooldown one probe goes there, and only one; it decides")
    func probe() {
        var breaker = failed(3)
        let later = start + rules.cooldown
        #expect(breaker.admits(rules, now: later))
        breaker.begin(rules, now: later)
        #expect(!breaker.admits(rules, now: later))
        var good = breaker
        good.succeed(rules, now: later)
        #expect(good.state == .closed)
        breaker.fail(rules, now: later)
        #expect(breaker.state == .open(until: later + rules.cooldown * 2), "twice as long as before")
    }

    @Test("a probe that never ends is given up")
    func lostProbe() {
        var breaker = failed(3)
        let later = start + rules.cooldown
        breaker.begin(rules, now: later)
        #expect(breaker.admits(rules, now: later + rules.longestCooldown))
    }

    @Test("a probe whose client leaves decides nothing: the next request is the probe")
    func noVerdict() {
        var breaker = failed(3)
        let later = start + rules.cooldown
        breaker.begin(rules, now: later)
        breaker.endWithoutVerdict(now: later)
        #expect(breaker.admits(rules, now: later))
    }

    @Test("an upstream that says when to come back is left alone until then, within a limit")
    func retryAfter() {
        var breaker = CircuitBreaker()
        breaker.fail(rules, notBefore: start + .seconds(30), now: start)
        #expect(breaker.state == .open(until: start + .seconds(30)))
        breaker = CircuitBreaker()
        breaker.fail(rules, notBefore: start + .hours(5), now: start)
        #expect(breaker.state == .open(until: start + rules.longestCooldown))
    }

    @Test("whatever happens in whatever order, it is never shut for longer than the limit, nor open to two probes")
    func anything() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var (breaker, now, underWay) = (CircuitBreaker(), start, 0)
            for _ in 0..<100 {
                now = now + .milliseconds(Int.random(in: 0...4000, using: &random))
                switch Int.random(in: 0..<4, using: &random) {
                case 0 where breaker.admits(rules, now: now):
                    breaker.begin(rules, now: now)
                    underWay += 1
                case 1 where underWay > 0:
                    breaker.succeed(rules, now: now)
                    underWay -= 1
                case 2 where underWay > 0:
                    breaker.fail(rules, notBefore: Bool.random() ? now + .seconds(1000) : nil, now: now)
                    underWay -= 1
                default:
                    if underWay > 0 {
                        breaker.endWithoutVerdict(now: now)
                        underWay -= 1
                    }
                }
                if case .open(let until) = breaker.state { #expect(until <= now + rules.longestCooldown) }
                #expect(breaker.admits(rules, now: now + rules.longestCooldown))
            }
        }
    }
}
