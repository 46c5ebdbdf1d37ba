import ClawBase
import ClawKubernetes
import ClawModels
import Testing

@testable import ClawControl

@Suite("What a candidate may do about a Lease")
struct CandidacyTests {
    private let start = Timestamp(seconds: 1_000)

    private static func lease(_ holder: String?, transitions: Int = 3, renewed: String = "t", version: String = "1") -> Lease {
        Lease(
            metadata: ObjectMeta(name: "l", namespace: "ops", resourceVersion: version),
            spec: LeaseSpec(
                acquireTime: "t", holderIdentity: holder, leaseDurationSeconds: 15, leaseTransitions: transitions,
                renewTime: renewed))
    }

    private func candidacy(seeing lease: Lease?) -> Candidacy {
        var candidacy = Candidacy("me", ElectionOptions())
        candidacy.saw(lease, at: start)
        candidacy.didLook(at: start)
        return candidacy
    }

    @Test("it looks before it does anything")
    func looksFirst() {
        guard case .look = Candidacy("me", ElectionOptions()).move(at: start) else {
            Issue.record("not a look")
            return
        }
    }

    @Test("a Lease that is not there is made, with the first number")
    func makes() throws {
        guard case .take(let lease, let record) = candidacy(seeing: nil).move(at: start) else {
            Issue.record("not taken")
            return
        }
        #expect(lease.resourceVersion == nil)
        #expect(record.holder == "me" && record.transitions == 0 && record.duration == .seconds(15))
    }

    @Test("a Lease that was given back is taken at once", arguments: ["", nil])
    func released(holder: String?) {
        guard case .take(let lease, let record) = candidacy(seeing: Self.lease(holder)).move(at: start) else {
            Issue.record("not taken")
            return
        }
        #expect(lease.resourceVersion == "1" && record.transitions == 4)
    }

    @Test("one's own Lease of an earlier life is taken at once, as a new term")
    func own() {
        guard case .take(_, let record) = candidacy(seeing: Self.lease("me")).move(at: start) else {
            Issue.record("not taken")
            return
        }
        #expect(record.transitions == 4)
    }

    @Test("another's Lease is waited for as long as it lasts since it was last seen to change, by the own clock")
    func waits() {
        // Its times lie a century back: they mean nothing.
        var candidacy = candidacy(seeing: Self.lease("other", renewed: "1926-01-01T00:00:00.000000Z"))
        candidacy.saw(Self.lease("other", renewed: "1926-01-01T00:00:02.000000Z"), at: start + .seconds(10))
        candidacy.saw(Self.lease("other", renewed: "1926-01-01T00:00:02.000000Z"), at: start + .seconds(20))
        candidacy.didLook(at: start + .seconds(24))
        guard case .wait(let moment) = candidacy.move(at: start + .seconds(24)) else {
            Issue.record("not waited for")
            return
        }
        #expect(moment == start + .seconds(25))
        guard case .take = candidacy.move(at: start + .seconds(25)) else {
            Issue.record("not taken")
            return
        }
    }

    @Test("while it waits it looks every retry period, with jitter")
    func looks() {
        let candidacy = candidacy(seeing: Self.lease("other"))
        guard case .wait(let moment) = candidacy.move(at: start) else {
            Issue.record("not waited for")
            return
        }
        #expect(moment >= start + .seconds(2) && moment <= start + .milliseconds(2400))
        guard case .look = candidacy.move(at: moment) else {
            Issue.record("not looked at")
            return
        }
    }

    @Test("a Lease that somebody deleted under its holder is waited for, and gets a greater number")
    func deleted() {
        var candidacy = candidacy(seeing: Self.lease("other"))
        candidacy.saw(nil, at: start + .seconds(1))
        candidacy.didLook(at: start + .seconds(14))
        guard case .wait = candidacy.move(at: start + .seconds(14)) else {
            Issue.record("not waited for")
            return
        }
        guard case .take(let lease, let record) = candidacy.move(at: start + .seconds(15)) else {
            Issue.record("not taken")
            return
        }
        #expect(lease.resourceVersion == nil && record.transitions == 4)
    }

    @Test("times that cannot keep two leaders apart are refused, with their place")
    func options() {
        func problem(_ change: (inout ElectionOptions) -> Void) -> String? {
            var options = ElectionOptions()
            change(&options)
            do { _ = try options.checked() } catch { return error.field }
            return nil
        }
        #expect(problem { _ in } == nil)
        #expect(problem { $0.renewDeadline = .seconds(15) } == "renewDeadline")
        #expect(problem { $0.retryPeriod = .seconds(9) } == "retryPeriod")
        #expect(problem { $0.retryPeriod = .zero } == "retryPeriod")
        #expect(problem { $0.leaseDuration = .milliseconds(15_500) } == "leaseDuration")
    }
}
