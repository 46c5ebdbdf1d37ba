import ClawBase
import ClawDocuments

/// What is to be done next with an operation. Pure: the record alone decides, so whoever holds it decides alike.
extension Operation {
    enum Move: Sendable, Hashable {
        case perform(step: Int)
        case undo(step: Int)
        case end(State)
        /// Nobody but a person can say whether the step was done.
        case ask(step: Int)
        /// Not before its predecessor has ended.
        case wait
        case nothing
    }

    /// - Parameter isTakenUp: an earlier worker was lost, so that what it had begun may be done or not.
    func next(isTakenUp: Bool) -> Move {
        if state.isFinal || state == .needsAttention { return .nothing }
        let unknown = isTakenUp ? steps.firstIndex { $0.state == .running && !$0.isIdempotent } : nil
        if let unknown { return .ask(step: unknown) }
        guard isGoingBack else {
            if predecessor != nil { return .wait }
            guard let step = steps.firstIndex(where: { $0.state != .succeeded }) else { return .end(.succeeded) }
            return .perform(step: step)
        }
        // The last that was begun is undone first; one that failed may have been done in part.
        let begun = steps.lastIndex {
            $0.attempts > 0 && $0.isCompensated && $0.undo?.state != .succeeded
        }
        if let begun { return .undo(step: begun) }
        return .end(error == nil ? .cancelled : .failed)
    }

    /// Whether what was done is being undone.
    var isGoingBack: Bool { error != nil || cancellation != nil }

    // MARK: what happened

    mutating func begin(_ step: Int, at now: Timestamp) {
        state = .running
        steps[step].state = .running
        steps[step].attempts += 1
        steps[step].startedAt = steps[step].startedAt ?? now
        updatedAt = now
    }

    mutating func succeed(_ step: Int, output: JSON?, at now: Timestamp) {
        steps[step].state = .succeeded
        steps[step].output = output
        steps[step].endedAt = now
        steps[step].progress = nil
        steps[step].message = nil
        updatedAt = now
    }

    /// The attempt failed, and there will be another.
    mutating func retry(_ step: Int, after failure: Failure, at now: Timestamp) {
        steps[step].message = failure.message
        updatedAt = now
    }

    mutating func fail(_ step: Int, _ failure: Failure, at now: Timestamp) {
        steps[step].state = .failed
        steps[step].endedAt = now
        steps[step].message = failure.message
        error = error ?? failure
        updatedAt = now
    }

    /// Cancelled while the step was under way.
    mutating func interrupt(_ step: Int, at now: Timestamp) {
        steps[step].state = .cancelled
        steps[step].endedAt = now
        updatedAt = now
    }

    mutating func beginUndo(_ step: Int, at now: Timestamp) {
        state = .running
        steps[step].undo = Step.Undo(state: .running, attempts: (steps[step].undo?.attempts ?? 0) + 1)
        updatedAt = now
    }

    mutating func didUndo(_ step: Int, at now: Timestamp) {
        steps[step].undo?.state = .succeeded
        steps[step].message = nil
        updatedAt = now
    }

    /// Stops it until a person has said what holds.
    mutating func ask(_ step: Int, _ message: String, at now: Timestamp) {
        state = .needsAttention
        steps[step].message = message
        updatedAt = now
    }

    mutating func end(_ state: State, at now: Timestamp) {
        self.state = state
        let reason = cancellation.map { cancellation in
            cancellation.replacement.map { "Cancelled by operation \($0)." } ?? "Cancelled by \(cancellation.actor)."
        }
        for index in steps.indices where !steps[index].state.isFinal {
            steps[index].state = .cancelled
            steps[index].message = state == .cancelled ? reason : nil
        }
        if state == .succeeded { result = result ?? steps.last?.output }
        updatedAt = now
    }

    // MARK: what people say

    /// Nobody has done anything for it yet.
    var isUntouched: Bool { claim.worker == nil && steps.allSatisfy { $0.attempts == 0 } }

    /// The step of which nobody knows whether it was done, or undone.
    var stepInDoubt: Int? {
        steps.lastIndex { $0.undo?.state == .running } ?? steps.firstIndex { $0.state == .running }
            ?? steps.firstIndex { $0.state != .succeeded }
    }

    mutating func settle(_ step: Int, as settlement: OperationEngine.Settlement, by actor: String, at now: Timestamp) {
        state = .running
        updatedAt = now
        steps[step].message = nil
        let isBack = steps[step].undo?.state == .running
        switch settlement {
        case .done: if isBack { steps[step].undo?.state = .succeeded } else { succeed(step, output: nil, at: now) }
        case .again: if isBack { steps[step].undo = nil } else { steps[step].state = .pending }
        case .back:
            if isBack {
                // As far back as it goes.
                steps[step].undo?.state = .succeeded
            } else {
                steps[step].state = .failed
                steps[step].endedAt = now
            }
            error = error ?? Failure(code: .needsAttention, message: "Given up by \(actor) at '\(steps[step].name)'.")
        }
    }
}
