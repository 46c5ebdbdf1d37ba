import ClawBase
import ClawControl
import ClawDocuments

/// What people ask for.
extension OperationEngine {
    /// Begins an operation, or returns the one that the same actor began with the same idempotency key.
    ///
    /// It is journalled when this returns; any process whose engine runs carries it out.
    /// - Parameters:
    ///   - target: what is changed: the plan's kind, a slash, and the rest.
    ///   - actor: who asks.
    /// - Throws: ``Finding``: the first refusal of the plan's check, with the codes of all of them in
    ///   `details.findings` where there are several; `E_ACTION_CONFLICT` where another operation is under way on
    ///   the target that this one does not pre-empt (`details.operation` is its id); `E_BAD_REQUEST` where the
    ///   idempotency key was used for something else; `E_STORAGE`, `E_UNREACHABLE`.
    @discardableResult
    public func submit<Parameters>(
        _ plan: OperationPlan<Parameters>, to target: String, _ parameters: Parameters, by actor: String,
        idempotencyKey: String? = nil
    ) async throws -> Operation {
        guard target.hasPrefix("\(plan.kind)/") else {
            throw Finding(
                .badRequest, "The target '\(target.prefix(80))' is no \(plan.kind); begin it with '\(plan.kind)/'.")
        }
        // What was begun is not refused later for what it has done itself.
        let key = idempotencyKey
        if let same = try await store.earlier(actor: actor, key: key, action: plan.action, target: target) {
            return same.record
        }
        let findings = try await plan.check(target, parameters)
        if let refusal = Finding.refusal(findings) { throw refusal }
        let now = time.now
        let operation = Operation(
            id: RecordID.make(at: now), idempotencyKey: idempotencyKey, actor: actor, target: target,
            action: plan.action, parameters: try StoredValue.json(of: parameters), findings: findings,
            steps: plan.steps.map(\.record), createdAt: now)
        return try await begin(operation, preempting: plan.preempted)
    }

    private func begin(_ wish: Operation, preempting: Set<String>) async throws -> Operation {
        while true {
            try Task.checkCancellation()
            do {
                return try await store.begin(wish).operation.record
            } catch let finding as Finding where finding.code == .conflict {
                guard let id = finding.details["operation"] else { throw finding }
                // Ended in between: begin again.
                guard let other = try await store.get(Operation.self, id), !other.record.state.isFinal else { continue }
                guard preempting.contains(other.record.action), other.record.state != .needsAttention else {
                    throw finding
                }
                if let begun = try await preempt(other, by: wish, preempting, finding) { return begun }
            }
        }
    }

    /// Begins an operation in place of another, or right after its end; nil where that has changed meanwhile.
    private func preempt(
        _ other: Versioned<Operation>, by wish: Operation, _ preempting: Set<String>, _ conflict: Finding
    ) async throws -> Operation? {
        var (other, wish) = (other, wish)
        let now = time.now
        other.record.cancellation = Operation.Cancellation(actor: wish.actor, moment: now, replacement: wish.id)
        other.record.updatedAt = now
        var changes: [RecordChange] = []
        if other.record.isUntouched {
            other.record.end(.cancelled, at: now)
            changes = [.replace(other)]
        } else {
            wish.predecessor = other.record.id
            if var next = try await store.find(Operation.self, Operation.nextIndex, wish.target) {
                guard preempting.contains(next.record.action) else {
                    var conflict = conflict
                    conflict.details["operation"] = next.record.id
                    throw conflict
                }
                next.record.cancellation = other.record.cancellation
                next.record.end(.cancelled, at: now)
                changes.append(.replace(next))
            }
            changes.append(.replace(other))
        }
        do {
            try await store.commit(changes + [.create(wish)])
        } catch let finding as Finding where [.stale, .alreadyExists, .notFound].contains(finding.code) {
            return nil
        }
        return wish
    }

    /// Asks for an operation's end. What has begun comes to the end of its step, and is undone as far as it can be.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`; `E_ACTION_CONFLICT` where it has ended otherwise, or needs attention).
    @discardableResult
    public func cancel(_ id: String, by actor: String) async throws -> Operation {
        let now = time.now
        let changed = try await store.modify(Operation.self, id) { operation in
            if operation.state == .cancelled || operation.cancellation != nil { return }
            guard !operation.state.isFinal else {
                throw Finding(.conflict, "Operation \(id) has ended already: \(operation.state.rawValue).")
            }
            guard operation.state != .needsAttention else {
                throw Finding(.conflict, "Operation \(id) needs attention: settle it first.")
            }
            operation.cancellation = Operation.Cancellation(actor: actor, moment: now)
            operation.updatedAt = now
            if operation.isUntouched { operation.end(.cancelled, at: now) }
        }
        return changed.record
    }

    /// What a person found out about the step that an operation stopped at.
    public enum Settlement: String, Sendable, CaseIterable {
        /// It was done, or undone: go on.
        case done
        /// It was not done: do it.
        case again
        /// Give the operation up, and undo what was done before.
        case back
    }

    /// Lets an operation go on that needs attention.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`; `E_ACTION_CONFLICT` where it does not need any).
    @discardableResult
    public func settle(_ id: String, as settlement: Settlement, by actor: String) async throws -> Operation {
        let now = time.now
        let changed = try await store.modify(Operation.self, id) { operation in
            guard operation.state == .needsAttention, let step = operation.stepInDoubt else {
                throw Finding(.conflict, "Operation \(id) does not need attention: it is \(operation.state.rawValue).")
            }
            operation.settle(step, as: settlement, by: actor, at: now)
        }
        return changed.record
    }

    /// The operation at its end.
    /// - Throws: ``Finding`` (`E_DEADLINE`; `E_NOT_FOUND`; `E_NOT_READY` where too many follow operations already).
    public func end(of id: String, within limit: Duration) async throws -> Operation {
        try await wait(for: id, within: limit) { $0.state.isFinal || $0.state == .needsAttention }
    }

    /// The operation once it is as asked for.
    public func wait(
        for id: String, within limit: Duration, until isReached: @escaping @Sendable (Operation) -> Bool
    ) async throws -> Operation {
        let subscription = try feed.subscribe(to: id)
        return try await time.withDeadline(limit, "Operation \(id)") { [store] in
            while true {
                let found = try await store.require(Operation.self, id).record
                if isReached(found) { return found }
                try await subscription.news.wait()
            }
        }
    }
}

extension Finding {
    /// Of what a check found: what refuses, as one; nil where there are warnings at most.
    fileprivate static func refusal(_ findings: [Finding]) -> Finding? {
        let refusals = findings.filter { !$0.code.rawValue.hasPrefix("W_") }
        guard var first = refusals.first else { return nil }
        if refusals.count > 1 { first.details["findings"] = refusals.map(\.code.rawValue).joined(separator: ", ") }
        return first
    }
}
