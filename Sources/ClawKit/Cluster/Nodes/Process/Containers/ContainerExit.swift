import ClawBase
import ClawModels

/// How a container's process ended.
struct ContainerExit: Sendable, Hashable {
    /// The exit code; 128 + the signal's number for a process that a signal ended, as container runtimes count.
    var code: Int
    var signal: Int?
    /// Overrides `Completed` and `Error`.
    var reason: String?
    var message: String?

    static func exited(_ code: Int) -> ContainerExit { ContainerExit(code: code) }
    static func signaled(_ signal: Int) -> ContainerExit { ContainerExit(code: 128 + signal, signal: signal) }
    /// The process could not be started at all; the code and the reason are containerd's.
    static func notStarted(_ message: String) -> ContainerExit {
        ContainerExit(code: 128, reason: "StartError", message: message)
    }
    /// Ended because it was checkpointed and is to go on elsewhere; it is not started again here.
    static func checkpointed(_ name: String) -> ContainerExit {
        ContainerExit(code: 0, reason: checkpointReason, message: "Its process is kept in \(name).")
    }
    static let checkpointReason = "Checkpointed"
    /// It ran in an earlier life of the node, and nobody saw its end.
    static let lost = ContainerExit(
        code: 137, reason: "ContainerStatusUnknown",
        message: "The process node was not running when the container's process ended.")
}

/// The end of one run of a container.
struct Termination: Sendable, Hashable {
    var exit: ContainerExit
    var processID: String?
    var startedAt: Timestamp?
    var finishedAt: Timestamp

    var isSuccess: Bool { exit.code == 0 }

    var state: ContainerStateTerminated {
        ContainerStateTerminated(
            exitCode: exit.code, containerID: processID, finishedAt: finishedAt.rfc3339(), message: exit.message,
            reason: exit.reason ?? (exit.code == 0 ? "Completed" : "Error"), signal: exit.signal,
            startedAt: startedAt?.rfc3339())
    }

    init(exit: ContainerExit, processID: String?, startedAt: Timestamp?, finishedAt: Timestamp) {
        (self.exit, self.processID, self.startedAt, self.finishedAt) = (exit, processID, startedAt, finishedAt)
    }

    /// Reads back what an earlier life of the node wrote.
    init(_ state: ContainerStateTerminated, now: Timestamp) {
        exit = ContainerExit(
            code: state.exitCode, signal: state.signal,
            reason: ["Completed", "Error"].contains(state.reason) ? nil : state.reason, message: state.message)
        processID = state.containerID
        startedAt = state.startedAt.flatMap(Timestamp.init(rfc3339:))
        finishedAt = state.finishedAt.flatMap(Timestamp.init(rfc3339:)) ?? now
    }
}
