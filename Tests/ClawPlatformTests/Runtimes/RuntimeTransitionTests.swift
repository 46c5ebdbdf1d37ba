import ClawBase
import ClawDocuments
@testable import ClawPlatform
import ClawResources
import FoundationEssentials
import Testing

@Suite("Which phase of a runtime follows which")
struct RuntimeTransitionTests {
    /// Every pod that can be seen, as far as decisions tell them apart.
    private static func pods(_ hash: String) -> [RuntimeObservation.Pod?] {
        var all: [RuntimeObservation.Pod?] = [nil]
        for bits in 0..<(1 << 7) {
            func isSet(_ bit: Int) -> Bool { bits & (1 << bit) != 0 }
            for progress in 0..<3 {
                var pod = RuntimeObservation.Pod(cellHash: isSet(0) ? hash : "other")
                pod.owner = isSet(1) ? .runtime : .predecessor
                (pod.isScheduled, pod.hasContainers) = (progress > 0, progress > 1)
                (pod.isReady, pod.hasEnded, pod.isBeingDeleted) = (progress == 2 && isSet(2), isSet(3), isSet(4))
                pod.waiting = progress == 2 && isSet(5) ? "CrashLoopBackOff" : nil
                pod.restarts = isSet(6) ? 9 : 0
                all.append(pod)
            }
        }
        return all
    }

    private static func runtime(_ desired: RuntimeSpec.DesiredState, _ phase: RuntimePhase?, hasNewWish: Bool, late: Bool)
        -> Runtime
    {
        var runtime = Fixture.runtime(desired, phase)
        runtime.metadata.generation = hasNewWish ? 2 : 1
        let since = late ? Fixture.start - .days(1) : Fixture.start
        runtime.status.conditions = [
            Condition(type: "Progressing", status: "True", reason: "x", message: "", lastTransitionTime: since.rfc3339())
        ]
        return runtime
    }

    @Test("whatever is seen, every decision leads where the table allows", arguments: RuntimeSpec.DesiredState.allCases)
    func decisions(desired: RuntimeSpec.DesiredState) throws {
        let cell = Fixture.cell(Fixture.runtime())
        let pods = Self.pods(try cell.get().hash)
        let sleeps = desired == .running ? [nil, RuntimeSleep(since: Fixture.start.rfc3339(), reason: .idle)] : [nil]
        var wrong: Set<String> = []
        for phase in RuntimePhase.allCases.map(Optional.some) + [nil] where phase != .deleting {
            for (hasNewWish, late) in [(false, false), (true, false), (false, true)] {
                let runtime = Self.runtime(desired, phase, hasNewWish: hasNewWish, late: late)
                for sleep in sleeps {
                    for pod in pods {
                        var observed = Fixture.observed()
                        observed.pod = pod
                        let step = RuntimeKind.next(
                            runtime, cell, observed, RuntimeDeadlines(), sleep: sleep, now: Fixture.start)
                        if !RuntimeTransitions.allows(phase, step.phase) {
                            wrong.insert("\(phase?.rawValue ?? "new") → \(step.phase.rawValue)")
                        }
                    }
                }
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test("the table forbids what makes no sense", arguments: [
        (RuntimePhase.stopped, RuntimePhase.waking), (.ready, .waking), (.failed, .waking), (.deleting, .creating),
        (.starting, .waking),
    ])
    func forbidden(from: RuntimePhase, to: RuntimePhase) { #expect(!RuntimeTransitions.allows(from, to)) }

    @Test("what lasts has a phase in the table, and nothing follows a deletion")
    func whole() {
        let seen = Set(RuntimeTransitions.table.flatMap { $0.from + [$0.to] })
        #expect(seen == Set(RuntimePhase.allCases))
        #expect(RuntimeTransitions.table.allSatisfy { !$0.from.contains(.deleting) })
    }

    @Test("the documentation shows the table as it is")
    func documentation() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Docs/runtimes.md")
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        #expect(text.contains("```mermaid\n\(RuntimeTransitions.diagram)\n```"))
    }
}
