import ClawBase
import ClawDocuments
import ClawKubernetes
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("How far an operation on a runtime is")
struct RuntimeProgressTests {
    private func operation(_ action: String, uid: String? = "u1") -> Operation {
        var parameters = JSONObject()
        parameters.set("uid", uid)
        return Operation(
            id: "1", actor: "ada", target: "runtime/demo/ada", action: action, parameters: .object(parameters),
            createdAt: Timestamp(seconds: 0))
    }

    private func runtime(
        _ phase: RuntimePhase?, generation: Int = 2, observed: Int = 2, uid: String = "u1",
        wanted: RuntimeSpec.DesiredState = .running
    ) -> Runtime {
        var runtime = Runtime(
            metadata: ObjectMeta(name: "ada", namespace: "demo", generation: generation, uid: uid),
            spec: RuntimeSpec(user: "ada", desiredState: wanted))
        runtime.status.phase = phase
        runtime.status.observedGeneration = observed
        return runtime
    }

    @Test(
        "the aim is the verb's",
        arguments: [
            ("start", RuntimePhase.ready), ("create", .ready), ("resume", .ready), ("recover", .ready),
            ("restart", .ready), ("restore", .ready),
            ("stop", .stopped), ("suspend", .suspended),
        ])
    func aims(action: String, phase: RuntimePhase) {
        let wanted = RuntimeVerb(rawValue: action)?.desiredState ?? .running
        #expect(RuntimeProgress.of(operation(action), runtime(phase, wanted: wanted)) == .reached)
        for other in RuntimePhase.allCases where other != phase && other != .failed && other != .refused {
            guard case .underWay = RuntimeProgress.of(operation(action), runtime(other, wanted: wanted)) else {
                Issue.record("\(action) in \(other)")
                continue
            }
        }
    }

    @Test("a status that answers an earlier wish does not count")
    func stale() {
        guard case .underWay = RuntimeProgress.of(operation("start"), runtime(.ready, observed: 1)) else {
            Issue.record("an old generation counted")
            return
        }
        var asked = runtime(.ready)
        asked.annotations[Runtime.restartAnnotation] = "2026-01-01T00:00:00.000001Z"
        guard case .underWay = RuntimeProgress.of(operation("restart"), asked) else {
            Issue.record("an unseen request counted")
            return
        }
        asked.status.observedRequest = asked.request
        #expect(RuntimeProgress.of(operation("restart"), asked) == .reached)
    }

    @Test("who is waiting for what somebody has taken back meanwhile waits no longer", arguments: ["resume", "start", "restart"])
    func takenBack(action: String) {
        guard case .failed(let failure) = RuntimeProgress.of(operation(action), runtime(.ready, wanted: .suspended)) else {
            Issue.record("\(action) is waited for")
            return
        }
        #expect(failure.code == .conflict)
    }

    @Test("a failed or refused runtime fails a start, and not a stop")
    func failed() {
        var broken = runtime(.refused)
        broken.status.lastError = ("E_TEMPLATE", "There is no such template.")
        let failure = Operation.Failure(
            code: FindingCode(rawValue: "E_TEMPLATE"), message: "There is no such template.")
        #expect(RuntimeProgress.of(operation("start"), broken) == .failed(failure))
        var stopping = broken
        stopping.spec.desiredState = .stopped
        guard case .underWay = RuntimeProgress.of(operation("stop"), stopping) else {
            Issue.record("a stop failed")
            return
        }
    }

    @Test("a deletion is done when that very runtime is gone; anything else fails then")
    func gone() {
        #expect(RuntimeProgress.of(operation("delete"), nil) == .reached)
        #expect(RuntimeProgress.of(operation("delete"), runtime(.ready, uid: "u2")) == .reached)
        guard case .underWay = RuntimeProgress.of(operation("delete"), runtime(.deleting)),
            case .failed(let failure) = RuntimeProgress.of(operation("stop"), nil)
        else {
            Issue.record("wrong progress")
            return
        }
        #expect(failure.code == .notFound)
    }

    @Test("who wants a runtime down does not wait until it is up")
    func preemption() {
        for other in [RuntimeVerb.create, .start, .resume, .recover, .restart] {
            for verb in [RuntimeVerb.stop, .suspend, .delete] { #expect(verb.preempts(other)) }
            for verb in [RuntimeVerb.start, .restart] { #expect(!verb.preempts(other)) }
        }
        #expect(RuntimeVerb.delete.preempts(.stop))
        #expect(!RuntimeVerb.delete.preempts(.delete))
        #expect(!RuntimeVerb.suspend.preempts(.stop))
    }
}
