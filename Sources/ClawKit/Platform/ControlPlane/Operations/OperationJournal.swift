import ClawBase
import ClawDocuments

/// Writes operations down, each change before anybody is told of it.
struct OperationJournal: Sendable {
    let store: any PlatformStore
    let feed: OperationFeed
    let time: any TimeSource

    /// Begins an operation, in place of one under way that the verb pre-empts.
    /// - Returns: the operation, and whether it is new (see ``PlatformStore/begin(_:)``).
    /// - Throws: ``Finding`` (`E_ACTION_CONFLICT`, with `details.operation`).
    func begin(_ operation: Operation, _ verb: RuntimeVerb) async throws -> (operation: Operation, isNew: Bool) {
        while true {
            try Task.checkCancellation()
            do {
                let (begun, isNew) = try await store.begin(operation)
                return (begun.record, isNew)
            } catch let finding as Finding where finding.code == .conflict {
                guard let id = finding.details["operation"] else { throw finding }
                // Ended in between: begin again.
                guard let other = try await store.get(Operation.self, id), !other.record.state.isFinal else { continue }
                guard let theirs = other.record.verb, verb.preempts(theirs) else { throw finding }
                if try await replace(other, by: operation) { return (operation, true) }
            }
        }
    }

    /// Cancels one operation and begins another, both or none; false where the first has changed meanwhile.
    private func replace(_ other: Versioned<Operation>, by operation: Operation) async throws -> Bool {
        var cancelled = other
        let reason = "Cancelled by \(operation.action) (operation \(operation.id))."
        for step in cancelled.record.steps where !step.state.isFinal {
            cancelled.record.set(step.name, .cancelled, at: time.now, message: reason)
        }
        cancelled.record.state = .cancelled
        cancelled.record.updatedAt = time.now
        do {
            try await store.commit([.replace(cancelled), .create(operation)])
        } catch let finding as Finding where finding.code == .stale {
            return false
        }
        feed.changed(other.record.id)
        return true
    }

    func isActive(_ id: String) async throws -> Bool {
        try await store.get(Operation.self, id).map { !$0.record.state.isFinal } ?? false
    }

    /// Notes where a step stands; nothing where the operation has ended, or that was known.
    func note(_ id: String, _ step: String, _ state: Operation.State, _ message: String? = nil) async throws {
        try await change(id) { operation, now in
            operation.state = .running
            operation.set(step, state, at: now, message: message)
        }
    }

    func succeed(_ id: String, result: JSON?) async throws {
        try await change(id) { operation, now in
            for step in operation.steps { operation.set(step.name, .succeeded, at: now) }
            operation.state = .succeeded
            operation.result = result
        }
    }

    func fail(_ id: String, _ failure: Operation.Failure) async throws {
        try await change(id) { operation, now in
            if let open = operation.steps.first(where: { !$0.state.isFinal }) {
                operation.set(open.name, .failed, at: now, message: failure.message)
            }
            for step in operation.steps where !step.state.isFinal { operation.set(step.name, .cancelled, at: now) }
            operation.state = .failed
            operation.error = failure
        }
    }

    /// Changes an operation that has not ended; an ended one is never changed.
    private func change(_ id: String, _ body: (inout Operation, Timestamp) -> Void) async throws {
        while true {
            try Task.checkCancellation()
            guard var found = try await store.get(Operation.self, id), !found.record.state.isFinal else { return }
            let before = found.record
            body(&found.record, time.now)
            if found.record == before { return }
            found.record.updatedAt = time.now
            do {
                try await store.update(found)
                return feed.changed(id)
            } catch let finding as Finding where finding.code == .stale {
                continue
            }
        }
    }
}
