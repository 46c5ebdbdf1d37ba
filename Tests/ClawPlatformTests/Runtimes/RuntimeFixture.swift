import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources

/// Building stones for tests of the runtimes' decisions.
enum Fixture {
    static let start = Timestamp(seconds: 1_767_225_600)

    static let context = RuntimeContext(
        templates: [
            ClawConfiguration.Template(name: "default", command: ["agent-runtime"]),
            ClawConfiguration.Template(name: "tools", command: ["tools", "--serve"], port: 9000),
        ],
        models: ["echo", "gpt"], gatewayURL: "http://10.1.2.3:4000", publicURL: "https://claw.test")

    static func runtime(
        _ desired: RuntimeSpec.DesiredState = .running, _ phase: RuntimePhase? = nil, template: String? = nil,
        more: (inout JSONObject) -> Void = { _ in }
    ) -> Runtime {
        var spec = RuntimeSpec(user: "ada", template: template, desiredState: desired)
        more(&spec.document)
        var runtime = Runtime(
            metadata: ObjectMeta(name: "ada", namespace: "demo", generation: 1, uid: "u1"), spec: spec)
        if let phase {
            runtime.status.phase = phase
            runtime.status.observedGeneration = 1
        }
        return runtime
    }

    static func cell(_ runtime: Runtime, _ context: RuntimeContext = Fixture.context) -> Result<RuntimeCell, Finding> {
        Result { () throws(Finding) in try RuntimeCell(runtime, context) }
    }

    /// A runtime with key and volume; `change` makes its pod.
    static func observed(
        _ runtime: Runtime = runtime(), pod change: ((inout RuntimeObservation.Pod) -> Void)? = nil
    ) -> RuntimeObservation {
        var observation = RuntimeObservation()
        observation.grant = .init(user: runtime.spec.user, models: runtime.spec.models)
        observation.volume = .init(user: runtime.spec.user, owner: .nobody)
        if let change {
            var pod = RuntimeObservation.Pod(cellHash: (try? cell(runtime).get().hash) ?? "")
            change(&pod)
            observation.pod = pod
        }
        return observation
    }

    static func ready(_ pod: inout RuntimeObservation.Pod) {
        (pod.isScheduled, pod.hasContainers, pod.isReady) = (true, true, true)
    }

    static func running(_ pod: inout RuntimeObservation.Pod) { (pod.isScheduled, pod.hasContainers) = (true, true) }

    static func next(
        _ runtime: Runtime, _ observed: RuntimeObservation, _ context: RuntimeContext = Fixture.context,
        at now: Timestamp = start
    ) -> RuntimeStep {
        RuntimeKind.next(runtime, cell(runtime, context), observed, RuntimeDeadlines(), now: now)
    }
}

extension Runtime {
    /// The runtime with the status that a decision comes to.
    func after(_ step: RuntimeStep, _ observed: RuntimeObservation, at now: Timestamp = Fixture.start) -> Runtime {
        var refusal: Finding?
        if case .failure(let finding) = Fixture.cell(self) { refusal = finding }
        var runtime = self
        runtime.status = step.status(
            of: self, observed, refusal: refusal, publicURL: Fixture.context.publicURL, now: now)
        return runtime
    }

    /// The runtime one decision later.
    func decided(_ observed: RuntimeObservation, at now: Timestamp = Fixture.start) -> Runtime {
        after(Fixture.next(self, observed, at: now), observed, at: now)
    }

    func condition(_ type: String) -> Condition? { status.conditions.first { $0.type == type } }
}

/// Random numbers that a seed repeats (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
