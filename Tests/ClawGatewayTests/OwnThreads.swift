import Dispatch
import Synchronization

/// Two threads for a test that has thousands of tasks under way, so that the tests beside it do not wait behind them.
final class OwnThreads: TaskExecutor {
    private let queues = (0..<2).map { DispatchQueue(label: "clawkit.test.\($0)") }
    private let turn = Atomic(0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let next = turn.wrappingAdd(1, ordering: .relaxed).newValue
        queues[next & 1].async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
