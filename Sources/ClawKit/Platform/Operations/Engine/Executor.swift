import ClawBase
import ClawDocuments
import Logging

/// Carries one operation out, as its record and its plan say, to its end or until it is lost or handed back.
struct Executor: Sendable {
    private typealias News = @Sendable (inout Operation, Timestamp) -> Void

    let plan: AnyOperationPlan
    let execution: Execution
    let worker: String
    let time: any TimeSource
    let backoff: Backoff
    let logger: Logger

    /// - Throws: ``ExecutionLost``.
    func run() async throws {
        // The claim is the first write, together with the first step.
        let worker = worker
        var news: News = { operation, _ in
            operation.claim = Operation.Claim(worker: worker, number: operation.claim.number + 1)
        }
        var isTakenUp = true
        while true {
            let (mayBegin, isFirst, latest) = (execution.mayBegin && !Task.isCancelled, isTakenUp, news)
            let move = try await execution.write { operation, now in
                latest(&operation, now)
                return proceed(&operation, isTakenUp: isFirst, mayBegin: mayBegin, now)
            }
            isTakenUp = false
            switch move {
            case .perform(let step): news = try await perform(step)
            case .undo(let step): news = try await undo(step)
            default: return
            }
        }
    }

    /// Enters what is done next.
    private func proceed(
        _ operation: inout Operation, isTakenUp: Bool, mayBegin: Bool, _ now: Timestamp
    ) -> Operation.Move {
        let move = operation.next(isTakenUp: isTakenUp)
        switch move {
        case .perform(let step):
            guard mayBegin else { return handBack(&operation) }
            guard definition(of: step, in: operation) != nil else {
                operation.ask(step, "This version of the program has no such step; use the one that began it.", at: now)
                return handBack(&operation)
            }
            operation.begin(step, at: now)
        case .undo(let step):
            guard mayBegin else { return handBack(&operation) }
            guard definition(of: step, in: operation)?.undo != nil else {
                operation.ask(step, "This version of the program cannot undo it; use the one that began it.", at: now)
                return handBack(&operation)
            }
            operation.beginUndo(step, at: now)
        case .end(let state): operation.end(state, at: now)
        case .ask(let step):
            operation.ask(
                step, "The process that did it was lost; look whether it was done, then settle the operation.", at: now)
            return handBack(&operation)
        case .wait, .nothing: return handBack(&operation)
        }
        return move
    }

    private func handBack(_ operation: inout Operation) -> Operation.Move {
        operation.claim.worker = nil
        return .nothing
    }

    private func definition(of step: Int, in operation: Operation) -> AnyOperationPlan.Step? {
        plan.steps.first { $0.name == operation.steps[step].name }
    }

    // MARK: forward

    private func perform(_ step: Int) async throws -> News {
        let operation = execution.operation
        guard let definition = definition(of: step, in: operation) else { return { _, _ in } }
        let record = operation.steps[step]
        let surroundings = surroundings(operation, step, record.attempts)
        let attempt = Attempt(
            execution: execution, deadline: definition.deadline, isInterruptible: definition.isInterruptible,
            isRepeatable: record.isIdempotent, time: time)
        switch await attempt.run({ try await definition.perform(surroundings) }) {
        case .done(let output): return { $0.succeed(step, output: output, at: $1) }
        case .stopped:
            // Cancelled: what it did in part is undone. Else the operation goes on elsewhere, as it stands.
            let isCancelled = execution.isCancelled
            return { operation, now in if isCancelled { operation.interrupt(step, at: now) } }
        case .failed(let failure):
            logger.info(
                "a step failed",
                metadata: [
                    "operation": "\(operation.id)", "step": "\(record.name)", "attempt": "\(record.attempts)",
                    "error": "\(failure.failure.message)",
                ])
            if !record.isIdempotent, !failure.isRefusal {
                let message = "\(failure.failure.message) Look whether it was done, then settle the operation."
                return { $0.ask(step, message, at: $1) }
            }
            guard failure.isTransient, record.attempts < definition.attempts else {
                return { $0.fail(step, failure.failure, at: $1) }
            }
            try await execution.write { $0.retry(step, after: failure.failure, at: $1) }
            await pause(record.attempts)
            return { _, _ in }
        }
    }

    // MARK: back

    private func undo(_ step: Int) async throws -> News {
        let operation = execution.operation
        guard let undo = definition(of: step, in: operation)?.undo else { return { _, _ in } }
        let attempts = operation.steps[step].undo?.attempts ?? 1
        let surroundings = surroundings(operation, step, attempts)
        let attempt = Attempt(
            execution: execution, deadline: undo.deadline, isInterruptible: false, isRepeatable: true, time: time)
        switch await attempt.run({
            try await undo.perform(surroundings)
            return nil
        }) {
        case .done: return { $0.didUndo(step, at: $1) }
        case .stopped: return { _, _ in }
        case .failed(let failure):
            guard failure.isTransient, attempts < undo.attempts else {
                let message = "It could not be undone: \(failure.failure.message) Undo it by hand, then settle the operation."
                return { $0.ask(step, message, at: $1) }
            }
            try await execution.write { $0.retry(step, after: failure.failure, at: $1) }
            await pause(attempts)
            return { _, _ in }
        }
    }

    // MARK: both

    private func surroundings(
        _ operation: Operation, _ step: Int, _ attempt: Int
    ) -> AnyOperationPlan.Surroundings {
        let execution = execution
        return AnyOperationPlan.Surroundings(
            operation: operation, step: step, attempt: attempt, time: time, logger: logger,
            report: { await execution.report(step, $0, $1) })
    }

    /// Before the next attempt; ends early where there will be none.
    private func pause(_ attempts: Int) async {
        let delay = backoff.delay(afterFailures: attempts)
        let wait = Attempt(
            execution: execution, deadline: delay, isInterruptible: true, isRepeatable: true, time: time)
        _ = await wait.run {
            try await wait.time.sleep(for: delay)
            return nil
        }
    }
}
