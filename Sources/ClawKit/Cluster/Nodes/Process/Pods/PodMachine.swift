import ClawBase
import ClawModels

/// One pod on a node as a pure state machine: events in, actions out. ``PodWorker`` executes the actions and feeds
/// back what came of them; nothing here does I/O or reads a clock.
///
///     none ─→ preparing ─→ ready: init containers one by one, then the others together
///     running ── deleted/vanished ─→ stopping ─ all ended → cleaning ─ directories gone → cleaned
///             ── drained ──────────→ stopping ─ all ended → finished (directories and object stay)
///             ── deadline ─────────→ stopping ─ all ended → running, as a pod that failed
///
/// Rules: <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/>
struct PodMachine: Sendable {
    struct Policy: Sendable {
        var restarts = RestartBackoff()
        var fastProbing = FastProbing()
        /// The most a pod gets to end when the node itself stops.
        var longestDrain = Duration.seconds(10)
    }

    enum Event: Sendable {
        case updated(Pod)
        /// The object is gone; its processes end at once.
        case vanished
        case prepared
        /// Preparation goes on, and will until something else has happened.
        case preparationWaits(String)
        case preparationFailed(reason: String, message: String)
        case started(container: String, attempt: Int, processID: String)
        /// Something the container's environment needs is missing or wrong; no process was started.
        case notConfigured(container: String, attempt: Int, reason: String, message: String)
        case ended(container: String, attempt: Int, ContainerExit)
        /// `failure` is nil for success.
        case probed(container: String, attempt: Int, ProbeKind, failure: String?)
        case cleaned
        /// The node stops.
        case drain
        case tick
    }

    enum Action: Sendable, Hashable {
        /// Volumes and ports.
        case prepare
        case start(container: String, attempt: Int)
        case signal(container: String, ProcessSignal)
        case probe(container: String, attempt: Int, ProbeKind)
        case report(PodEvent)
        /// Removes the pod's directories and gives its ports free.
        case cleanUp
        case deleteObject
        /// The last action.
        case finish
    }

    enum Preparation: Sendable, Hashable {
        case none, preparing, ready
        case failed(reason: String, message: String, retryAt: Timestamp)
    }

    enum StopReason: Int, Sendable, Comparable {
        case deadline, drained, deleted, vanished
        static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    enum Mode: Sendable, Hashable {
        case running
        case stopping(StopReason)
        case cleaning(StopReason)
        /// Only the object is left, until its finalizers are gone.
        case cleaned
        case finished
    }

    let policy: Policy
    var pod: Pod
    var mode = Mode.running
    var preparation = Preparation.none
    var preparationFailures = 0
    /// What preparation waits for.
    var preparationMessage: String?
    /// Init containers first, in order; ephemeral ones last.
    var containers: [ContainerMachine]
    /// Why the whole pod failed, beyond its containers.
    var failure: (reason: String, message: String)?
    /// The pod was over before this life of the node; its status stays as it is.
    let wasOver: Bool
    let startTime: Timestamp
    /// The object is gone.
    var hasVanished = false
    /// The node stops: the machine is to finish as soon as it can.
    var isDrainAsked = false
    /// When something is due without an event.
    private(set) var nextWake: Timestamp?
    /// What the status said last, for transition times.
    var conditions: [PodCondition]
    var phase: String

    init(_ pod: Pod, policy: Policy, now: Timestamp) {
        (self.pod, self.policy) = (pod, policy)
        let spec = pod.spec ?? PodSpec(containers: [])
        let restartPolicy = spec.restartPolicy ?? "Always"
        containers =
            spec.initContainers.map {
                ContainerMachine($0, role: $0.restartPolicy == "Always" ? .sidecar : .initial, podPolicy: restartPolicy)
            } + spec.containers.map { ContainerMachine($0, role: .main, podPolicy: restartPolicy) }
            + pod.ephemeralContainers.map { ContainerMachine($0, role: .ephemeral, podPolicy: restartPolicy) }
        let status = pod.status ?? PodStatus()
        phase = status.phase ?? "Pending"
        wasOver = ["Succeeded", "Failed"].contains(phase)
        conditions = status.conditions
        startTime = status.startTime.flatMap(Timestamp.init(rfc3339:)) ?? now
        for index in containers.indices {
            let known =
                switch containers[index].role {
                case .main: status.containerStatuses
                case .initial, .sidecar: status.initContainerStatuses
                case .ephemeral: status.ephemeralContainerStatuses
                }
            if let found = known.first(where: { $0.name == containers[index].name }) {
                containers[index].adopt(found, now: now)
            }
        }
        if pod.isBeingDeleted { mode = .stopping(.deleted) }
    }

    mutating func handle(_ event: Event, now: Timestamp) -> [Action] {
        var actions = Actions()
        take(event, now, &actions)
        nextWake = nil
        advance(now, &actions)
        return actions.list
    }

    /// Collects what a step asks for.
    struct Actions {
        var list: [Action] = []
        mutating func add(_ action: Action) { list.append(action) }
        mutating func report(_ event: PodEvent) { list.append(.report(event)) }
    }

    mutating func wake(at moment: Timestamp) { nextWake = nextWake.map { min($0, moment) } ?? moment }

    func index(_ container: String, _ attempt: Int) -> Int? {
        containers.firstIndex { $0.name == container && $0.attempt == attempt }
    }

    /// Nothing more will run.
    var isOver: Bool {
        if wasOver || failure != nil { return true }
        if containers.contains(where: { $0.role == .initial && $0.hasFailed }) { return true }
        return containers.allSatisfy { $0.role != .main || $0.isOver }
    }

    var isDraining: Bool {
        switch mode {
        case .stopping(.drained), .finished: true
        default: false
        }
    }

    /// Whether the shell should give up whatever it waits for on the pod's behalf.
    var isStopping: Bool { mode != .running }

    /// From when the pod's active deadline counts.
    var deadline: Timestamp? {
        pod.spec?.activeDeadlineSeconds.map { startTime + .seconds($0) }
    }
}

/// What a process group is told. `proceed`: to go on after it was stopped.
enum ProcessSignal: Sendable, Hashable { case terminate, kill, pause, proceed }
