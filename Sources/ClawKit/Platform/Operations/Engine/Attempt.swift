import ClawBase
import ClawDocuments

/// One try of a step, or of undoing it: ended by itself, by its deadline, or because the work has to stop.
struct Attempt: Sendable {
    enum Outcome: Sendable {
        case done(JSON?)
        case failed(StepFailure)
        /// Stopped from outside; it may be done in part.
        case stopped
    }

    let execution: Execution
    let deadline: Duration
    let isInterruptible: Bool
    /// Whether it may be done again.
    let isRepeatable: Bool
    let time: any TimeSource

    private enum Event: Sendable {
        case body(Result<JSON?, any Error>)
        case deadline
        case stop
        case none
    }

    func run(_ body: @escaping @Sendable () async throws -> JSON?) async -> Outcome {
        await withTaskGroup(of: Event.self) { group in
            group.addTask {
                do { return .body(.success(try await body())) } catch { return .body(.failure(error)) }
            }
            group.addTask {
                do { try await time.sleep(for: deadline) } catch { return .none }
                return .deadline
            }
            group.addTask {
                do {
                    try await execution.untilStopped(isInterruptible: isInterruptible, isRepeatable: isRepeatable)
                } catch { return .none }
                return .stop
            }
            var (end, isFirst) = (Event.none, true)
            for await event in group {
                if isFirst {
                    end = event
                    isFirst = false
                    group.cancelAll()
                } else if case .body(.success) = event {
                    // It came to its end all the same.
                    end = event
                }
            }
            switch end {
            case .body(.success(let output)): return .done(output)
            case .body(.failure(let error)):
                return error is CancellationError && Task.isCancelled ? .stopped : .failed(StepFailure(error))
            case .deadline:
                return .failed(StepFailure(Finding(.deadline, "It did not end within \(deadline.inSeconds) s.")))
            case .stop, .none: return .stopped
            }
        }
    }
}
