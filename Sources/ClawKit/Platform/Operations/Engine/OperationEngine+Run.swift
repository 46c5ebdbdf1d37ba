import ClawBase
import ClawControl
import ClawDocuments
import Logging
public import ServiceLifecycle
import Synchronization

extension OperationEngine: ServiceLifecycle.Service {
    /// Works until cancelled, or shut down gracefully: then steps that can be repeated are ended, the others come to
    /// their end, and what is left is handed back for others to go on with at once.
    /// - Throws: `CancellationError`, and what the store throws at the start.
    public func run() async throws {
        let changes = store.changes(of: Operation.kind)
        try await lookAtAll()
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { try await self.untilShutdown { try await self.follow(changes) } }
                group.addTask { try? await self.keepLease() }
                group.addTask { try await self.untilShutdown { try await self.watchOthers() } }
                while !state.withLock({ $0.isShuttingDown }) {
                    guard let id = nextToLook() else {
                        try await news.wait()
                        continue
                    }
                    if let execution = try await take(id) { group.addTask { await self.carryOut(execution) } }
                }
                // The lease is kept until the last has been handed back.
                while !state.withLock({ $0.executions.isEmpty }) { try await news.wait() }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            let executions = self.state.withLock { state in
                state.isShuttingDown = true
                return Array(state.executions.values)
            }
            for execution in executions { execution.shutDown() }
            self.news.raise()
        }
    }

    private func untilShutdown(_ body: @escaping @Sendable () async throws -> Void) async throws {
        do {
            try await untilGracefulShutdown(body)
        } catch is CancellationError where state.withLock({ $0.isShuttingDown }) {
            // The end of the run was quicker than the news of it.
        }
    }

    // MARK: knowing what there is

    /// Looks at every operation that has not ended.
    private func lookAtAll() async throws {
        var after: String?
        while true {
            let page = try await store.list(
                Operation.self, index: (Operation.openIndex, "true"), after: after, limit: 1000)
            for found in page {
                let worker = found.record.claim.worker
                if options.isAlone || worker == nil || worker == options.worker {
                    look(at: [found.record.id])
                } else {
                    note(found.record)
                }
            }
            guard page.count == 1000, let last = page.last else { return }
            after = last.record.id
        }
    }

    private func follow(_ changes: RecordChanges) async throws {
        for try await change in changes {
            switch change {
            case .changed(let id, let version):
                feed.changed(id)
                let own = state.withLock { $0.executions[id] }
                if let own, own.version >= version { continue }
                try await retrying { try await self.lookAgain(id, own) }
            case .missed:
                feed.changedAll()
                try await retrying { try await self.lookAtAll() }
            }
        }
    }

    private func lookAgain(_ id: String, _ own: Execution?) async throws {
        guard let found = try await store.get(Operation.self, id) else { return forget(id) }
        if let own { own.didChange(found.record) } else { note(found.record) }
    }

    /// Somebody has written the operation.
    private func note(_ operation: Operation) {
        if operation.state.isFinal || operation.state == .needsAttention || operation.predecessor != nil {
            return forget(operation.id)
        }
        if let worker = operation.claim.worker, worker != options.worker {
            state.withLock { state in
                // It acts, so it lives.
                state.lost.remove(worker)
                state.others.note(operation.id, heldBy: worker, now: time.now)
            }
            held.raise()
        } else {
            forget(operation.id)
            look(at: [operation.id])
        }
    }

    private func forget(_ id: String) { state.withLock { $0.others.forget(id) } }

    /// The store may be away for a while.
    private func retrying(_ body: @escaping @Sendable () async throws -> Void) async throws {
        var failures = 0
        while true {
            do {
                return try await body()
            } catch {
                try Task.checkCancellation()
                failures += 1
                logger.warning("the store of operations cannot be read", metadata: ["error": "\(error)"])
                try await time.sleep(for: options.backoff.delay(afterFailures: failures))
            }
        }
    }

    // MARK: taking up

    /// The operation, if there is something to do and nobody else does it.
    private func take(_ id: String) async throws -> Execution? {
        do {
            guard let found = try await store.get(Operation.self, id) else { return nil }
            let operation = found.record
            guard mayTake(operation) else {
                note(operation)
                return nil
            }
            guard plan(of: operation) != nil, state.withLock({ $0.executions[id] == nil }) else { return nil }
            let move = operation.next(isTakenUp: true)
            if [.wait, .nothing].contains(move) { return nil }
            try await lease.ensure()
            let execution = Execution(found, store, lease, time)
            // A shutdown tells those it finds here; who comes later must not begin.
            let isTaken = state.withLock { state in
                guard !state.isShuttingDown else { return false }
                state.executions[id] = execution
                return true
            }
            return isTaken ? execution : nil
        } catch {
            try Task.checkCancellation()
            logger.warning("an operation cannot be taken up", metadata: ["operation": "\(id)", "error": "\(error)"])
            try await time.sleep(for: .milliseconds(500))
            look(at: [id])
            return nil
        }
    }

    /// Whether nobody else holds it, or nobody who lives.
    private func mayTake(_ operation: Operation) -> Bool {
        guard let worker = operation.claim.worker, worker != options.worker, !options.isAlone else { return true }
        return state.withLock { $0.lost.contains(worker) }
    }

    private func carryOut(_ execution: Execution) async {
        var isLost = false
        if let plan = plan(of: execution.operation) {
            let executor = Executor(
                plan: plan, execution: execution, worker: options.worker, time: time, backoff: options.backoff,
                logger: logger)
            do { try await executor.run() } catch { isLost = true }
        }
        let hasEnded = state.withLock { state in
            state.executions[execution.id] = nil
            return execution.operation.state.isFinal
        }
        // Whoever has it now, or nobody: it is not forgotten. What waited for its end is told of by the store.
        if isLost || !hasEnded { look(at: [execution.id]) }
        news.raise()
    }

    // MARK: leases

    private func keepLease() async throws {
        while true {
            try await time.sleep(for: options.lease / 3)
            if state.withLock({ $0.executions.isEmpty }) { continue }
            do {
                try await lease.renew()
            } catch {
                try Task.checkCancellation()
                logger.warning("the lease of this worker cannot be renewed", metadata: ["error": "\(error)"])
            }
            if !lease.isCertain { for execution in state.withLock({ Array($0.executions.values) }) { execution.lose() } }
        }
    }

    private func watchOthers() async throws {
        while true {
            if state.withLock({ $0.others.isEmpty }) {
                try await held.wait()
                continue
            }
            for worker in state.withLock({ $0.others.workers }) {
                let version: UInt64?
                do {
                    version = try await store.row(Worker.kind, worker)?.version
                } catch {
                    try Task.checkCancellation()
                    continue
                }
                let left = state.withLock { state in
                    let left = state.others.look(at: worker, version: version, now: time.now)
                    if !left.isEmpty { state.lost.insert(worker) }
                    return left
                }
                if left.isEmpty { continue }
                logger.notice(
                    "a worker is lost; its operations are taken up",
                    metadata: ["worker": "\(worker)", "operations": "\(left.count)"])
                look(at: left)
            }
            try await time.sleep(for: options.lease / 5)
        }
    }
}
