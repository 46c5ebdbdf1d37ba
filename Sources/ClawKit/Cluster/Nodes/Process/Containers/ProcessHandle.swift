import Synchronization
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A process the node started, for as long as its number cannot mean another process.
final class ProcessHandle: Sendable {
    let pid: Int32
    /// The kernel's start time, which with the pid names a process for good.
    let startTicks: UInt64
    private let isReaped = Mutex(false)

    init(pid: Int32, startTicks: UInt64) { (self.pid, self.startTicks) = (pid, startTicks) }

    /// `process://<pid>-<start time>`: what the pod's status calls it.
    var id: String { "process://\(pid)-\(startTicks)" }

    /// Signals the whole process group. Does nothing once the process has been reaped: from then on its number may
    /// be somebody else's.
    func signalGroup(_ signal: ProcessSignal) {
        isReaped.withLock { isReaped in
            guard !isReaped else { return }
            _ = kill(-pid, signal.number)
        }
    }

    /// Signals one process of the tree that this one is the root of, as a checkpoint left it: stopped.
    func signal(_ member: Int32, _ signal: ProcessSignal) {
        isReaped.withLock { isReaped in
            guard !isReaped, member > 1 else { return }
            _ = kill(member, signal.number)
        }
    }

    /// Until it has been reaped.
    var isRunning: Bool { isReaped.withLock { !$0 } }

    /// Called while the ended process is still a zombie. Ends what is left of its group: the pid is its own until
    /// it is reaped, so nobody else can be hit.
    func endGroupBeforeReaping() {
        isReaped.withLock { isReaped in
            guard !isReaped else { return }
            _ = kill(-pid, SIGKILL)
            isReaped = true
        }
    }
}

extension ProcessSignal {
    fileprivate var number: Int32 {
        switch self {
        case .terminate: SIGTERM
        case .kill: SIGKILL
        case .pause: SIGSTOP
        case .proceed: SIGCONT
        }
    }
}
