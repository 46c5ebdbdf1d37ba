import ClawBase

/// What really is there of a runtime.
public struct RuntimeObservation: Sendable, Hashable {
    public struct Pod: Sendable, Hashable {
        public var cellHash: String
        public var isScheduled = false
        public var isReady = false
        /// Ended for good (`Failed`, `Succeeded`).
        public var hasEnded = false
        public var isBeingDeleted = false
        public var restarts = 0
        /// Why a container or the pod waits: `CrashLoopBackOff`, `CreateContainerConfigError`, `Unschedulable`.
        public var waiting: String?
        public var message: String?

        public init(cellHash: String) { self.cellHash = cellHash }
    }

    public var hasIdentity = false
    public var hasVolume = false
    public var pod: Pod?

    public init() {}
}

/// What is to be done next for a runtime.
public enum RuntimeAction: Sendable, Hashable {
    /// Its Secret with a model key of its own, and the grant for that key.
    case ensureIdentity
    case ensureVolume
    case startPod
    case stopPod
}

/// The boundary to whatever runs runtimes: pods of a cluster now, other drivers later.
///
/// Each call may be repeated; each looks at the present state first and changes only what differs.
public protocol RuntimeDriver: Sendable {
    func observe(_ cell: RuntimeCellID) async throws -> RuntimeObservation
    func perform(_ action: RuntimeAction, _ cell: RuntimeCellID, _ desired: RuntimeCell?) async throws
}

/// Which runtime.
public struct RuntimeCellID: Sendable, Hashable {
    public let project: String
    public let name: String
    public init(project: String, name: String) { (self.project, self.name) = (project, name) }
}
