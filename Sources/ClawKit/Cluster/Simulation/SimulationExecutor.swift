import ClawBase
import DequeModule
import Dispatch
import Synchronization

/// Runs tasks one job after the other, in the order in which they became ready, and knows when nothing is left to do.
///
/// So a simulation is the same each time it runs, and virtual time knows when it may go on. Only what waits within the
/// process is seen: a task that waits for a socket or the system's clock looks as if it had nothing to do.
final class SimulationExecutor: TaskExecutor {
    private struct State {
        var jobs: Deque<UnownedJob> = []
        var isDraining = false
        var idlers: Deque<CheckedContinuation<Void, any Error>> = []
        /// Since somebody last came to rest.
        var jobCount = 0
    }

    /// A task that never waits would keep everybody else waiting for ever.
    private let jobLimit: Int

    init(jobLimit: Int) { self.jobLimit = jobLimit }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "clawkit.simulation")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustStart = state.withLock { state in
            state.jobs.append(job)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if mustStart { queue.async { self.drain() } }
    }

    private enum Next {
        case run(UnownedJob)
        case idle(CheckedContinuation<Void, any Error>)
        case restless(CheckedContinuation<Void, any Error>)
        case stop
    }

    private func drain() {
        let executor = asUnownedTaskExecutor()
        while true {
            let next = state.withLock { state -> Next in
                if state.jobCount > jobLimit, let idler = state.idlers.popFirst() {
                    state.jobCount = 0
                    return .restless(idler)
                }
                if let job = state.jobs.popFirst() {
                    if !state.idlers.isEmpty { state.jobCount += 1 }
                    return .run(job)
                }
                state.jobCount = 0
                if let idler = state.idlers.popFirst() { return .idle(idler) }
                state.isDraining = false
                return .stop
            }
            switch next {
            case .run(let job): job.runSynchronously(on: executor)
            case .idle(let idler): idler.resume()
            case .restless(let idler):
                idler.resume(
                    throwing: Finding(
                        .deadline,
                        "The simulation does not come to rest: something goes on without waiting for anything. Look for a "
                            + "loop that tries again at once; it must wait for the clock or for a change."))
            case .stop: return
            }
        }
    }

    /// Waits until everybody else waits too.
    /// - Throws: ``Finding`` with `E_DEADLINE` where that does not come about.
    func rest() async throws {
        try await withCheckedThrowingContinuation { continuation in
            let mustStart = state.withLock { state in
                state.idlers.append(continuation)
                defer { state.isDraining = true }
                return !state.isDraining
            }
            if mustStart { queue.async { self.drain() } }
        }
    }
}
