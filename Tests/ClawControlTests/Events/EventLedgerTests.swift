import ClawBase
import Testing

@testable import ClawControl

@Suite("Which events become writes")
struct EventLedgerTests {
    private let start = Timestamp(seconds: 1_000)
    private let subject = EventLedger.Subject(uid: "u", namespace: "demo", type: "Normal", reason: "Scaled", action: "Scale")

    private static func limits(_ interval: Duration) -> EventLedger.Limits {
        var limits = EventLedger.Limits()
        limits.interval = interval
        return limits
    }

    @Test("equal events are counted in one, which is written once in a while")
    func series() throws {
        var ledger = EventLedger(Self.limits(.seconds(30)))
        guard case .create(let name, "up")? = ledger.record(subject, "up", object: "web", at: start) else {
            Issue.record("no event")
            return
        }
        #expect(name.hasPrefix("web."))
        for second in 1...20 {
            #expect(ledger.record(subject, "up", object: "web", at: start + .seconds(second)) == nil)
        }
        #expect(ledger.nextDue == start + .seconds(30))
        #expect(ledger.due(at: start + .seconds(29)).isEmpty)
        let due = ledger.due(at: start + .seconds(30))
        #expect(due.map(\.write) == [.count(name: name, count: 21, note: "up", last: start + .seconds(20))])
        #expect(ledger.nextDue == nil)
        // After a pause the next one is written at once.
        #expect(
            ledger.record(subject, "up", object: "web", at: start + .seconds(90))
                == .count(name: name, count: 22, note: "up", last: start + .seconds(90)))
    }

    @Test("at the end counts are written that have not waited long enough")
    func last() {
        var ledger = EventLedger(Self.limits(.seconds(30)))
        for _ in 0..<3 { _ = ledger.record(subject, "up", object: "web", at: start) }
        #expect(ledger.due(at: start).isEmpty)
        #expect(ledger.due(at: start, isLast: true).count == 1)
    }

    @Test("the tenth different note of a reason begins one event for all that follow")
    func combined() {
        var ledger = EventLedger()
        var creates = 0
        for number in 0..<20 {
            if case .create? = ledger.record(subject, "try \(number)", object: "web", at: start) { creates += 1 }
        }
        #expect(creates == 10)
        guard case .count(_, 12, let note, _)? = ledger.record(subject, "try 99", object: "web", at: start) else {
            Issue.record("not counted")
            return
        }
        #expect(note == "(combined from similar events): try 99")
    }

    @Test("about one object a burst is written, then one in five minutes; about another one it does not matter")
    func burst() {
        var ledger = EventLedger()
        func records(_ uid: String, at moment: Timestamp) -> Int {
            (0..<100).count { number in
                let subject = EventLedger.Subject(uid: uid, namespace: "", type: "Normal", reason: "R\(number)")
                return ledger.record(subject, "n", object: "web", at: moment) != nil
            }
        }
        #expect(records("a", at: start) == 25)
        #expect(records("b", at: start) == 25)
        #expect(records("a", at: start + .seconds(299)) == 0)
        #expect(records("a", at: start + .seconds(301)) == 1)
    }

    @Test("what is remembered is bounded")
    func bounded() {
        var limits = Self.limits(.seconds(30))
        limits.mostKnown = 10
        var ledger = EventLedger(limits)
        for number in 0..<1000 {
            let subject = EventLedger.Subject(uid: "\(number)", namespace: "", type: "Normal", reason: "R")
            _ = ledger.record(subject, "n", object: "web", at: start)
            _ = ledger.record(subject, "n", object: "web", at: start)
        }
        #expect(ledger.due(at: start, isLast: true).count <= 11)
    }
}
