import ClawBase
import ClawControl
import ClawResources

/// The controllers of an orchestrator, and what runs beside them.
struct OrchestratorWork: Sendable {
    let runtimes: Controller
    let pools: Controller
    let others: [Controller]
    let routes: RouteWork
    let kind: RuntimeController
    let sandboxes: ServedSandboxes
    let waiting: WaitingRuntimes
    let all: ObjectCache<Runtime>
    let time: any TimeSource

    /// What only reads: goes on from one term as the leader to the next, and in between.
    func follow() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                try await sandboxes.follow(for: runtimes) { for runtime in all.all { runtimes.ask(for: ObjectKey(runtime)) } }
            }
            group.addTask { try await sandboxes.follow(pools: pools) }
        }
    }

    /// Until cancelled; may be run again then.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                // A runtime that is a sandbox is not to be taken for one that does not run.
                try await sandboxes.look()
                try await runtimes.run()
            }
            group.addTask { try await pools.run() }
            for controller in others { group.addTask { try await controller.run() } }
            group.addTask { try await waiting.follow(for: runtimes, time: time) }
            group.addTask { try await kind.followSecrets(for: runtimes) }
            group.addTask { try await routes.run() }
        }
    }
}
