import ClawBase
import Testing

@testable import ClawGateway

@Suite("The choice among deployments")
struct RouteTableTests {
    private let now = Timestamp(seconds: 1_000_000)

    private func shares(
        _ table: RouteTable, _ count: Int = 3000, keepsBusy: Bool = false, _ question: RouteQuestion = RouteQuestion()
    ) -> [Int] {
        var (table, random) = (table, SystemRandomNumberGenerator())
        var shares = [Int](repeating: 0, count: table.deployments.count)
        for _ in 0..<count {
            guard let chosen = table.choose(question, now: now, using: &random).deployment else { continue }
            shares[chosen] += 1
            if !keepsBusy { table.end(chosen, .answered(firstToken: nil, outputTokens: 0), now: now) }
        }
        return shares
    }

    @Test("sessions stay with the names of deployments: where one goes and another comes only few move")
    func names() {
        func places(_ names: [String]) -> [String: String] {
            var (table, random) = (
                RouteTable(names.map { _ in .init() }, names: names, strategy: .sessionAffinity), SystemRandomNumberGenerator()
            )
            var places: [String: String] = [:]
            for number in 0..<300 {
                let question = RouteQuestion(session: "session-\(number)")
                places["\(number)"] = table.choose(question, now: now, using: &random).deployment.map { names[$0] }
            }
            return places
        }
        let (before, after) = (places(["b", "c", "d"]), places(["a", "c", "d"]))
        for name in ["b", "c", "d"] { #expect(before.values.count { $0 == name } > 50, "\(name)") }
        for (session, place) in before where place != "b" {
            #expect(after[session] == place || after[session] == "a", "\(session)")
        }
    }

    @Test("falls by weight", arguments: [RoutingStrategy.weighted, .roundRobin])
    func weights(strategy: RoutingStrategy) {
        let table = RouteTable([.init(weight: 3), .init(weight: 1), .init(weight: 0)], strategy: strategy)
        let shares = shares(table)
        #expect(abs(shares[0] - 2250) < 200)
        #expect(shares[2] == 0)
    }

    @Test("falls on the least busy, by weight")
    func leastBusy() {
        let shares = shares(RouteTable([.init(weight: 2), .init(weight: 1)], strategy: .leastBusy), 300, keepsBusy: true)
        #expect(abs(shares[0] - 200) <= 1)
    }

    @Test("falls on the quicker one, and tries one that is not known")
    func latency() {
        var (table, random) = (RouteTable([.init(), .init()], strategy: .latency), SystemRandomNumberGenerator())
        for (index, delay) in [(0, 900), (1, 100)] {
            _ = table.choose(RouteQuestion(tried: [1 - index]), now: now, using: &random)
            table.end(index, .answered(firstToken: .milliseconds(delay), outputTokens: 0), now: now)
        }
        #expect(shares(table, 100)[1] == 100)
    }

    @Test("falls on the cheapest for the lengths that are asked for")
    func cost() {
        let table = RouteTable(
            [
                .init(nanosPerMillionInput: 100, nanosPerMillionOutput: 1000),
                .init(nanosPerMillionInput: 500, nanosPerMillionOutput: 500),
            ], strategy: .cost)
        #expect(shares(table, 10, RouteQuestion(inputTokens: 1000, outputTokens: 10)) == [10, 0])
        #expect(shares(table, 10, RouteQuestion(inputTokens: 10, outputTokens: 1000)) == [0, 10])
    }

    @Test("a session stays where it is; where its deployment fails only its own sessions move")
    func session() {
        var random = SystemRandomNumberGenerator()
        var table = RouteTable([.init(), .init(), .init()], strategy: .sessionAffinity)
        func home(_ session: Int) -> Int? {
            let choice = table.choose(RouteQuestion(session: "session-\(session)"), now: now, using: &random)
            if let chosen = choice.deployment { table.end(chosen, .noVerdict, now: now) }
            return choice.deployment
        }
        let before = (0..<300).map(home)
        #expect(before == (0..<300).map(home))
        #expect(Set(before).count == 3)
        table.complain(1, "no answer")
        let after = (0..<300).map(home)
        for (old, new) in zip(before, after) where old != 1 { #expect(new == old) }
        #expect(!after.contains(1))
    }

    @Test("a prompt goes where its beginning has been seen, unless that one is much busier")
    func prefix() {
        var random = SystemRandomNumberGenerator()
        var table = RouteTable([.init(), .init(), .init()], strategy: .prefixAffinity)
        let prompt = [UInt8](repeating: 65, count: 4096)
        func place(_ text: [UInt8], busy: Bool = false) -> Int? {
            let question = RouteQuestion(prefixes: PrefixAffinity.hashes(text))
            let chosen = table.choose(question, now: now, using: &random).deployment
            if let chosen, !busy { table.end(chosen, .noVerdict, now: now) }
            return chosen
        }
        let first = place(prompt)
        for index in 0..<50 { #expect(place(prompt + Array("turn \(index)".utf8)) == first) }
        let placed = (0..<12).map { _ in place(prompt, busy: true) }
        #expect(Set(placed).count > 1)
    }

    @Test("a higher order is asked only where no lower one can answer, and the choice says why")
    func order() {
        var random = SystemRandomNumberGenerator()
        var table = RouteTable([.init(requestsAtOnce: 1), .init(order: 1)], strategy: .weighted)
        let first = table.choose(RouteQuestion(), now: now, using: &random)
        #expect(first.deployment == 0)
        #expect(first.obstacles.map(\.obstacle) == [.order])
        let second = table.choose(RouteQuestion(), now: now, using: &random)
        #expect(second.deployment == 1)
        #expect(second.obstacles.map(\.obstacle) == [.busy(most: 1)])
    }

    @Test("limits per minute hold, and end with the minute")
    func perMinute() {
        var random = SystemRandomNumberGenerator()
        var table = RouteTable([.init(requestsPerMinute: 2), .init(tokensPerMinute: 100)], strategy: .roundRobin)
        var chosen: [Int?] = []
        for _ in 0..<5 {
            chosen.append(table.choose(RouteQuestion(inputTokens: 60), now: now, using: &random).deployment)
        }
        #expect(chosen.compactMap(\.self).count == 3)
        #expect(table.choose(RouteQuestion(inputTokens: 60), now: now + .seconds(61), using: &random).deployment != nil)
    }

    @Test("nobody can answer: the choice says from when on it is worth another try")
    func soonest() {
        var random = SystemRandomNumberGenerator()
        var table = RouteTable([.init(), .init(contextTokens: 10)], strategy: .weighted)
        _ = table.choose(RouteQuestion(inputTokens: 20), now: now, using: &random)
        table.end(0, .failed(notBefore: now + .seconds(7)), now: now)
        let choice = table.choose(RouteQuestion(inputTokens: 20), now: now, using: &random)
        #expect(choice.deployment == nil)
        #expect(choice.soonest == now + .seconds(7))
        #expect(
            choice.obstacles.map(\.obstacle) == [.coolingDown(until: now + .seconds(7)), .context(limit: 10)])
    }
}

@Suite("Bounded memory of what routing knows")
struct RoutingMemoryTests {
    @Test("prefixes: the oldest give way")
    func prefixes() {
        var affinity = PrefixAffinity(limit: 100)
        for index in 0..<1000 {
            let prompt = Array("\(index) ".utf8) + [UInt8](repeating: 66, count: 600)
            affinity.note(PrefixAffinity.hashes(prompt), deployment: index)
        }
        #expect(affinity.count <= 125)
        let last = Array("999 ".utf8) + [UInt8](repeating: 66, count: 600)
        #expect(affinity.matches(PrefixAffinity.hashes(last)) == [999: 1])
    }

    @Test("retries: a fifth of the requests, and a few at any time")
    func retries() {
        var budget = RetryBudget(percent: 20, reserve: 10)
        var spent = 0
        for _ in 0..<1000 {
            budget.earn()
            for _ in 0..<3 where budget.spend() { spent += 1 }
        }
        #expect((200...210).contains(spent))
    }

    @Test("latency: bad news counts at once, and is forgotten with time")
    func latency() {
        var average = LatencyAverage()
        let start = Timestamp(seconds: 1_000_000)
        average.note(.milliseconds(100), now: start)
        average.note(.milliseconds(900), now: start)
        #expect(abs(average.value(now: start) - 0.9) < 0.001)
        #expect(abs(average.value(now: start + .seconds(10)) - 0.9 * 0.3679) < 0.01)
        #expect(average.value(now: start + .seconds(600)) < 0.001)
    }
}
