import ClawBase
import ClawModels
import Testing

@testable import ClawCluster

/// A machine of which the test plays everything around it: processes, probes, the API, the clock, in any order.
private struct Simulation {
    private enum Fate { case starting(Int), running(Int) }

    var pod: PodMachineFixture
    var random: SeededGenerator
    let original: Pod
    /// Container → its process or start under way; at most one.
    private var processes: [String: Fate] = [:]
    private var isPreparing = false
    private var isCleaning = false
    private var isCleaned = false
    private var lastAttempt: [String: Int] = [:]
    private var probes: [(String, Int, ProbeKind)] = []
    private var isEnding = false
    private(set) var isFinished = false

    init(seed: UInt64) {
        random = SeededGenerator(state: seed)
        let check = Probe(failureThreshold: 2, periodSeconds: 1, tcpSocket: TCPSocketAction(port: 1))
        var containers = [PodMachineFixture.container("a", readiness: check, liveness: check)]
        if Bool.random(using: &random) { containers.append(PodMachineFixture.container("b", startup: check)) }
        var initial: [Container] = []
        if Bool.random(using: &random) { initial.append(PodMachineFixture.container("init")) }
        if Bool.random(using: &random) {
            var side = PodMachineFixture.container("side")
            side.restartPolicy = "Always"
            initial.append(side)
        }
        original = PodMachineFixture.pod(
            containers, initContainers: initial,
            restartPolicy: ["Always", "OnFailure", "Never"].randomElement(using: &random) ?? "Always", grace: 3)
        pod = PodMachineFixture(original)
        feed(.tick)
    }

    mutating func feed(_ event: PodMachine.Event) {
        for action in pod.on(event) { perform(action) }
        check()
    }

    private mutating func perform(_ action: PodMachine.Action) {
        must(!isFinished, "nothing follows the last action")
        switch action {
        case .prepare:
            must(!isPreparing && !isEnding, "one preparation at a time, none at the end")
            isPreparing = true
        case .start(let name, let attempt):
            must(processes[name] == nil, "one process per container")
            must(!isEnding, "nothing starts while the pod ends")
            must(attempt >= lastAttempt[name] ?? 0, "runs are counted up")
            lastAttempt[name] = attempt
            processes[name] = .starting(attempt)
        case .signal(let name, let signal):
            guard case .running(let attempt) = processes[name] else {
                Issue.record("a signal to nobody")
                return
            }
            // SIGTERM is heeded sometimes, SIGKILL always; either way somewhat later.
            if signal == .kill || Bool.random(using: &random) { dying.append((name, attempt)) }
        case .probe(let name, let attempt, let kind): probes.append((name, attempt, kind))
        case .report: break
        case .cleanUp:
            must(processes.isEmpty && !isPreparing, "directories go last")
            isCleaning = true
        case .deleteObject: must(isCleaned, "the object goes last")
        case .finish:
            must(processes.isEmpty && !isPreparing && !isCleaning, "nothing is left")
            isFinished = true
        }
    }

    /// As `#expect`, which is too slow for hundreds of thousands of checks.
    private func must(_ isSo: Bool, _ what: Comment) {
        if !isSo { Issue.record(what) }
    }

    private var dying: [(String, Int)] = []

    private func check() {
        guard pod.isReady else { return }
        for container in original.spec?.containers ?? [] {
            guard case .running = processes[container.name] else {
                Issue.record("ready without a process of \(container.name)")
                return
            }
        }
    }

    mutating func step() {
        switch Int.random(in: 0..<8, using: &random) {
        case 0 where isPreparing:
            isPreparing = false
            feed(Int.random(in: 0..<4, using: &random) == 0 ? .preparationFailed(reason: "R", message: "m") : .prepared)
        case 0 where isCleaning:
            (isCleaning, isCleaned) = (false, true)
            feed(.cleaned)
        case 1, 2: answerStart()
        case 3: answerProbe()
        case 4 where !dying.isEmpty:
            let (name, attempt) = dying.removeFirst()
            end(name, attempt, .signaled(15))
        case 5 where Int.random(in: 0..<4, using: &random) == 0:
            if let (name, fate) = processes.randomElement(using: &random), case .running(let attempt) = fate {
                end(name, attempt, .exited(Int.random(in: 0...1, using: &random)))
            }
        default:
            if let wake = pod.machine.nextWake { pod.now = max(pod.now, wake) }
            feed(.tick)
        }
    }

    private mutating func end(_ name: String, _ attempt: Int, _ exit: ContainerExit) {
        guard case .running(attempt) = processes[name] else { return }
        processes[name] = nil
        feed(.ended(container: name, attempt: attempt, exit))
    }

    private mutating func answerStart() {
        for (name, fate) in processes.sorted(by: { $0.key < $1.key }) {
            guard case .starting(let attempt) = fate else { continue }
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                processes[name] = nil
                feed(
                    .notConfigured(
                        container: name, attempt: attempt, reason: "CreateContainerConfigError", message: "m"))
            case 1:
                processes[name] = nil
                feed(.ended(container: name, attempt: attempt, .notStarted("no")))
            default:
                processes[name] = .running(attempt)
                feed(.started(container: name, attempt: attempt, processID: "process://1-\(attempt)"))
            }
            return
        }
    }

    private mutating func answerProbe() {
        guard !probes.isEmpty else { return }
        let (name, attempt, kind) = probes.removeFirst()
        feed(
            .probed(
                container: name, attempt: attempt, kind,
                failure: Int.random(in: 0..<3, using: &random) == 0 ? "no" : nil))
    }

    /// The pod's end begins, in one of the ways there are.
    mutating func beginEnd() {
        isEnding = true
        switch Int.random(in: 0..<3, using: &random) {
        case 0: feed(.vanished)
        case 1: feed(.drain)
        default:
            var deleted = original
            deleted.metadata.deletionTimestamp = pod.now.rfc3339()
            deleted.metadata.deletionGracePeriodSeconds = 2
            feed(.updated(deleted))
        }
    }

    var isOnlyObjectLeft: Bool { isCleaned && !isFinished }
}

private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite("A pod's life under every order of events")
struct PodMachineSimulationTests {
    @Test("whatever happens: one process per container, none started at the end, all gone before the directories")
    func everyOrder() {
        for seed in 0..<120 as Range<UInt64> {
            var simulation = Simulation(seed: seed)
            for _ in 0..<Int(seed % 120) { simulation.step() }
            simulation.beginEnd()
            var steps = 0
            while !simulation.isFinished, steps < 500 {
                simulation.step()
                if simulation.isOnlyObjectLeft { simulation.feed(.vanished) }
                steps += 1
            }
            #expect(simulation.isFinished, "seed \(seed) never ends")
            if !simulation.isFinished { return }
        }
    }
}
