import ClawBase
import ClawDocuments
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("A runtime's status")
struct RuntimeStatusTests {
    private func facts(_ runtime: Runtime) -> [String: String] {
        Dictionary(uniqueKeysWithValues: runtime.status.conditions.map { ($0.type, "\($0.status) \($0.reason)") })
    }

    @Test("nothing wrong reads as nothing wrong")
    func ready() {
        let runtime = Fixture.runtime().decided(Fixture.observed(pod: Fixture.ready))
        #expect(
            facts(runtime) == [
                "Admitted": "True AsExpected", "Scheduled": "True Bound", "Provisioned": "True AsExpected",
                "Ready": "True AsExpected", "Progressing": "False AsExpected", "Degraded": "False AsExpected",
                "Suspended": "False NotSuspended",
            ])
        #expect(runtime.status.url == "https://claw.test/r/demo/ada/")
        #expect(runtime.status.observedGeneration == 1)
        #expect(runtime.status.conditions.allSatisfy { $0.message.isEmpty })
    }

    @Test("on the way, the phase says why it is not ready yet")
    func underWay() {
        let first = Fixture.runtime().decided(RuntimeObservation())
        #expect(
            facts(first) == [
                "Admitted": "True AsExpected", "Scheduled": "False NoPod", "Provisioned": "False Provisioning",
                "Ready": "False Creating", "Progressing": "True Creating", "Degraded": "False AsExpected",
                "Suspended": "False NotSuspended",
            ])
        let pending = Fixture.runtime().decided(Fixture.observed { _ in })
        #expect(facts(pending)["Scheduled"] == "False WaitingForNode")
        #expect(facts(pending)["Ready"] == "False Pending")
    }

    @Test("at rest")
    func rest() {
        let suspended = Fixture.runtime(.suspended, .suspending).decided(Fixture.observed())
        #expect(facts(suspended)["Suspended"] == "True AsRequested")
        #expect(facts(suspended)["Ready"] == "False Suspended")
        #expect(facts(suspended)["Progressing"] == "False AsExpected")
        #expect(facts(suspended)["Degraded"] == "False AsExpected")
        let stopped = Fixture.runtime(.stopped).decided(RuntimeObservation())
        #expect(facts(stopped)["Provisioned"] == "False NotNeeded")
        #expect(facts(stopped)["Ready"] == "False Stopped")
        let stopping = Fixture.runtime(.stopped, .ready).decided(Fixture.observed(pod: Fixture.ready))
        #expect(facts(stopping)["Progressing"] == "True Stopping")
    }

    @Test("a cause stands in Degraded and Ready, with its sentence")
    func causes() {
        let failed = Fixture.runtime(.running, .recovering).decided(
            Fixture.observed { pod in
                Fixture.running(&pod)
                (pod.restarts, pod.waiting) = (8, "CrashLoopBackOff")
            })
        #expect(facts(failed)["Ready"] == "False CrashLoop")
        #expect(facts(failed)["Degraded"] == "True CrashLoop")
        #expect(facts(failed)["Progressing"] == "False CrashLoop")
        #expect(failed.condition("Degraded")?.message == failed.status.lastError?.message)
        #expect(failed.status.lastError?.code == "E_CRASH_LOOP")
        let refused = Fixture.runtime(template: "none").decided(RuntimeObservation())
        #expect(facts(refused)["Admitted"] == "False UnknownTemplate")
        #expect(facts(refused)["Ready"] == "False UnknownTemplate")
        let mended = failed.decided(Fixture.observed(pod: Fixture.ready))
        #expect(mended.status.phase == .failed, "only a wish brings it back")
    }

    @Test("a stopped runtime tells what would refuse it")
    func refusedAtRest() {
        let runtime = Fixture.runtime(.stopped, template: "none").decided(RuntimeObservation())
        #expect(runtime.status.phase == .stopped)
        #expect(facts(runtime)["Admitted"] == "False UnknownTemplate")
        #expect(facts(runtime)["Degraded"] == "False AsExpected")
    }

    @Test("conditions keep their transition times where they do not change")
    func times() {
        let later = Fixture.start + .seconds(60)
        let first = Fixture.runtime().decided(Fixture.observed(pod: Fixture.running))
        let second = first.decided(Fixture.observed(pod: Fixture.ready), at: later)
        #expect(second.condition("Admitted")?.lastTransitionTime == Fixture.start.rfc3339())
        #expect(second.condition("Ready")?.lastTransitionTime == later.rfc3339())
        #expect(second.condition("Progressing")?.lastTransitionTime == later.rfc3339())
        let third = second.decided(Fixture.observed(pod: Fixture.ready), at: later + .seconds(60))
        #expect(third.status == second.status, "nothing changed, so nothing is written")
    }

    @Test("a time that is none is replaced, so that deadlines cannot be lost")
    func brokenTimes() {
        var runtime = Fixture.runtime().decided(Fixture.observed(pod: Fixture.running))
        runtime.status.conditions = runtime.status.conditions.map { condition in
            var broken = condition
            broken.lastTransitionTime = "yesterday"
            return broken
        }
        let mended = runtime.decided(Fixture.observed(pod: Fixture.running))
        #expect(mended.condition("Progressing")?.lastTransitionTime == Fixture.start.rfc3339())
    }

    @Test("conditions of other writers stay")
    func others() {
        var runtime = Fixture.runtime()
        let routed = Condition(
            type: "Routed", status: "True", reason: "AsExpected", message: "", lastTransitionTime: Fixture.start.rfc3339())
        runtime.status.conditions = [routed]
        #expect(runtime.decided(Fixture.observed()).condition("Routed") == routed)
    }

    @Test("every cause and every phase has a reason of the closed set")
    func closed() {
        let codes: [FindingCode] = [
            .unknownTemplate, .unknownModel, .reservedVariable, .badQuantity, .nameTaken, .volumeTaken, .unschedulable,
            .containerStart, .crashLoop, .startDeadline, .stopDeadline, .actionFailed,
        ]
        #expect(Set(codes.map(RuntimeReason.init(cause:))).count == codes.count)
        for phase in RuntimePhase.allCases where ![.ready, .failed, .refused].contains(phase) {
            #expect(RuntimeReason(phase, cause: .crashLoop).rawValue == phase.rawValue)
        }
    }

    @Test(
        "foreign text loses addresses and keys",
        arguments: [
            ("Get \"http://10.0.0.7:18789/readyz\": refused", "Get [address] refused"),
            ("dial tcp 127.0.0.1:4000: connect", "dial tcp [address] connect"),
            ("dial tcp [::1]:80 and fe80::1%eth0", "dial tcp [address] and [address]"),
            ("no route to ada.demo.svc.cluster.local", "no route to [address]"),
            ("bad key sk-claw_0123456789abcdef0123 given", "bad key [secret] given"),
            ("token gw_0123456789abcdef", "token [secret]"),
            ("0/1 nodes are available: 1 Insufficient memory.", "0/1 nodes are available: 1 Insufficient memory."),
            ("secret \"ada-runtime\" not found", "secret \"ada-runtime\" not found"),
            ("core::fmt panicked at 12:30:45", "core::fmt panicked at 12:30:45"),
        ])
    func foreignText(text: String, cleaned: String) {
        #expect(ForeignText.cleaned(text) == cleaned)
    }

    @Test("foreign text has an end")
    func longText() {
        #expect(ForeignText.cleaned(String(repeating: "word ", count: 1000)).count == ForeignText.limit + 1)
    }
}
