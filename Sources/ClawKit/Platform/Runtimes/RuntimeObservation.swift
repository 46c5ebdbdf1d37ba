public import ClawBase
public import ClawDocuments
public import ClawKubernetes

/// What really is there of a runtime.
public struct RuntimeObservation: Sendable, Hashable {
    public struct Pod: Sendable, Hashable {
        public var owner: Owner = .runtime
        public var cellHash: String
        /// The digest of the secrets, and the hash of the network policy, that were delivered to it.
        public var environment: String?
        public var network: String?
        /// Of which values its program has heard.
        var reloaded: ReloadOutcome?
        public var isScheduled = false
        /// Whether the node has taken it up: containers are reported, in whatever state.
        public var hasContainers = false
        public var isReady = false
        /// Ended for good (`Failed`, `Succeeded`).
        public var hasEnded = false
        public var isBeingDeleted = false
        /// Its node, where the cluster does not hear of that any more: what the pod does there nobody knows.
        public var lostNode: String?
        public var restarts = 0
        /// How often its containers have ended; one that waits to be started again has done so once more than it was
        /// restarted.
        public var endings = 0
        public var uid: String?
        /// The wish to restart that it answers.
        public var restartedAt: String?
        /// The pool it came from; nil where it was made for the runtime.
        public var pool: String?
        /// Why it was made for the runtime though there are pools; nil: nothing is to be told.
        public var cold: String?
        /// What became of a restore that it was to come from.
        public var restored: PodRestore?
        /// When the node took it up.
        public var startedAt: Timestamp?
        /// Why a container or the pod waits: `CrashLoopBackOff`, `CreateContainerConfigError`, `Unschedulable`.
        public var waiting: String?
        /// The enrolled capacity that it is on; nil: it is a pod.
        public var capacity: String?
        /// What the cluster says about it. Foreign text: it may name internal addresses.
        public var message: String?

        public init(cellHash: String) { self.cellHash = cellHash }
    }

    public struct Volume: Sendable, Hashable {
        /// nil: as the runtime's volumes are called.
        public var name: String?
        /// Whose data it holds; nil where it does not say.
        public var user: String?
        /// ``Owner/nobody`` as it should be.
        public var owner: Owner
        public var isBeingDeleted = false
        /// Whether the files that it is to begin with are still to come.
        public var isToBeFilled = false
        /// What is asked of it; nil where nobody has said.
        public var size: Quantity?
        /// Whether its storage lets it grow.
        public var canGrow = false

        public init(user: String?, owner: Owner) { (self.user, self.owner) = (user, owner) }
    }

    /// Who controls an object that has the name of one of the runtime's children.
    public enum Owner: Sendable, Hashable {
        case runtime
        /// An earlier runtime of the same name, whose children are about to be collected.
        case predecessor
        case nobody
        /// A pool whose pod the runtime has: it is about to be handed over.
        case pool
        case other
    }

    /// What its model key may do.
    public struct Grant: Sendable, Hashable {
        public var user: String
        public var models: [String]
        public init(user: String, models: [String]) { (self.user, self.models) = (user, models) }
    }

    /// The grant of the runtime's own key; nil where there is none yet.
    public var grant: Grant?
    public var volume: Volume?
    public var pod: Pod?
    /// How many more pods it has than the one: those that were claimed for it twice.
    public var surplus = 0
    /// What was kept when it last came to rest, or is being kept now.
    public var kept: KeptRuntime?
    /// What was kept of the present pod before its update, or is being kept now.
    public var beforeUpdate: KeptRuntime?

    public init() {}
}

/// What is to be done next for a runtime.
public enum RuntimeAction: Sendable, Hashable {
    /// Its Secret with a model key of its own, and the grant for that key.
    case ensureIdentity
    case ensureVolume
    /// The files that its new volume is to begin with.
    case fillVolume
    /// Its volume goes with it, and all that it holds.
    case wipeVolume
    /// What its volume holds is kept before another program gets it, where it wants that.
    case snapshotVolume
    /// Its secrets, its files and whom it may talk to, in place for its pod.
    case deliver
    /// From what was kept of it, where there is something.
    case startPod
    case stopPod
    /// Those beside the one that counts.
    case stopSurplus
    /// Have what it is doing kept, and its program ended with that.
    case keepPod
    /// Its program hears that the values in its files are others.
    case reload
    /// What was kept is not needed any more.
    case releaseKept
    /// Have what it is doing kept before another program takes its place; it goes on meanwhile.
    case keepForUpdate
    /// The oldest that were kept before updates go.
    case trimUpdates
}

/// The boundary to whatever runs runtimes: pods of a cluster now, other drivers later.
///
/// Each call may be repeated; each looks at the present state first and changes only what differs. `stopPod` ends
/// the runtime's own pod and no other, only `wipeVolume` removes data, and of this
/// runtime's user.
public protocol RuntimeDriver: Sendable {
    func observe(_ cell: RuntimeCellID) async throws -> RuntimeObservation
    func perform(_ action: RuntimeAction, _ cell: RuntimeCellID, _ desired: RuntimeCell?) async throws
    /// Gives the runtime a pod that is ready already, with the volume of that, if there is one that fits.
    /// - Returns: whether there was one.
    func claim(_ cell: RuntimeCell) async throws -> Bool
    /// What the program says of its own work.
    /// - Parameter report: where it says it, with its whole path.
    /// - Throws: whatever kept it from saying it; it is left running then.
    func agentActivity(_ cell: RuntimeCellID, _ report: ActivityReport) async throws -> AgentActivity
}

extension RuntimeDriver {
    /// Nothing is kept ready.
    public func claim(_ cell: RuntimeCell) async throws -> Bool { false }
}

/// Which runtime.
public struct RuntimeCellID: Sendable, Hashable {
    public let project: String
    public let name: String
    /// Tells it from an earlier one of the same name.
    public let uid: String
    public init(project: String, name: String, uid: String) { (self.project, self.name, self.uid) = (project, name, uid) }
}
