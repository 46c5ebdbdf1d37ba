import ClawBase
import ClawControl
import Synchronization

/// Another process has the operation now, or may have it.
struct ExecutionLost: Error {}

/// An operation in the hands of this process: its record, and what ends the work on it.
final class Execution: Sendable {
    private struct State {
        var current: Versioned<Operation>
        var isCancelled: Bool
        var isLost = false
        var isShuttingDown = false
        var lastReport: Timestamp?
    }

    let id: String
    private let store: any PlatformStore
    private let lease: WorkerLease
    private let time: any TimeSource
    private let state: Mutex<State>
    /// Something that may end a step has come about.
    private let interruption = Signal()

    init(_ found: Versioned<Operation>, _ store: any PlatformStore, _ lease: WorkerLease, _ time: any TimeSource) {
        id = found.record.id
        (self.store, self.lease, self.time) = (store, lease, time)
        state = Mutex(State(current: found, isCancelled: found.record.cancellation != nil))
    }

    var operation: Operation { state.withLock { $0.current.record } }
    var version: UInt64 { state.withLock { $0.current.version } }
    var isLost: Bool { state.withLock { $0.isLost } }
    var isCancelled: Bool { state.withLock { $0.isCancelled } }
    var isShuttingDown: Bool { state.withLock { $0.isShuttingDown } }
    /// Whether more may be begun: nobody else can have the operation, and the program goes on.
    var mayBegin: Bool { lease.isCertain && state.withLock { !$0.isLost && !$0.isShuttingDown } }

    // MARK: the record

    /// Changes the record, on top of whatever others have added to it (a cancellation).
    /// - Returns: what the last call of `change` gave; it is called again where the record had changed.
    /// - Throws: ``ExecutionLost``.
    func write<R: Sendable>(_ change: (inout Operation, Timestamp) -> R) async throws -> R {
        var failures = 0
        while true {
            var changed = state.withLock { $0.current }
            let result = change(&changed.record, time.now)
            do {
                return try await commit(changed, result)
            } catch let finding as Finding where [.stale, .notFound].contains(finding.code) {
                try await readAgain(changed.record.claim)
            } catch {
                try await pause(after: error, &failures)
            }
        }
    }

    private func commit<R: Sendable>(_ changed: Versioned<Operation>, _ result: R) async throws -> R {
        var changes: [RecordChange] = [.replace(changed)]
        if changed.record.state.isFinal, let next = try await successor(of: changed.record) { changes.append(next) }
        let version = try await store.commit(changes)
        state.withLock { $0.current = Versioned(changed.record, version: version) }
        return result
    }

    /// What waited for the end of this operation may begin with it.
    private func successor(of operation: Operation) async throws -> RecordChange? {
        guard var next = try await store.find(Operation.self, Operation.nextIndex, operation.target),
            next.record.predecessor == operation.id
        else { return nil }
        next.record.predecessor = nil
        next.record.updatedAt = time.now
        return .replace(next)
    }

    /// - Parameter claim: as it would have been written: who has it now has another.
    private func readAgain(_ claim: Operation.Claim) async throws {
        var failures = 0
        while true {
            let found: Versioned<Operation>?
            do {
                found = try await store.get(Operation.self, id)
            } catch {
                try await pause(after: error, &failures)
                continue
            }
            let held = state.withLock { $0.current.record.claim }
            guard let found, found.record.claim == held || found.record.claim == claim, !found.record.state.isFinal else {
                lose()
                throw ExecutionLost()
            }
            return state.withLock { state in
                state.current = found
                state.isCancelled = state.isCancelled || found.record.cancellation != nil
            }
        }
    }

    /// The store is away for a while. As long as nobody else can have taken over, it is worth trying again.
    private func pause(after error: any Error, _ failures: inout Int) async throws {
        failures += 1
        guard lease.isCertain, !Task.isCancelled else {
            lose()
            throw ExecutionLost()
        }
        try await time.sleep(for: Backoff(initial: .milliseconds(50), cap: .seconds(2)).delay(afterFailures: failures))
    }

    /// Notes how far a step has come, at most twice a second.
    func report(_ step: Int, _ message: String, _ progress: Double?) async {
        let isDue = state.withLock { state in
            if let last = state.lastReport, time.now - last < .milliseconds(500) { return false }
            state.lastReport = time.now
            return true
        }
        guard isDue else { return }
        // Who lost the operation notices at the step's end.
        _ = try? await write { operation, now in
            guard operation.steps.indices.contains(step) else { return }
            operation.steps[step].message = message
            operation.steps[step].progress = progress.map { min(1, max(0, $0)) }
            operation.updatedAt = now
        }
    }

    // MARK: being stopped

    /// Somebody changed the record.
    func didChange(_ found: Operation) {
        if found.cancellation != nil { stop { $0.isCancelled = true } }
    }

    func lose() { stop { $0.isLost = true } }

    func shutDown() { stop { $0.isShuttingDown = true } }

    private func stop(_ change: (inout State) -> Void) {
        state.withLock { change(&$0) }
        interruption.raise()
    }

    /// Returns once work of that kind has to end. One waiter at a time.
    func untilStopped(isInterruptible: Bool, isRepeatable: Bool) async throws {
        while true {
            let isOver = state.withLock { state in
                state.isLost || (state.isCancelled && isInterruptible) || (state.isShuttingDown && isRepeatable)
            }
            if isOver { return }
            try await interruption.wait()
        }
    }
}
