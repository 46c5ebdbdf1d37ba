import ClawBase
import ClawDialects
import Synchronization

/// An answer on its way to the client, whose first word has been heard. Where it breaks off and the route says so,
/// another attempt goes on from there; what the client gets is one answer.
///
/// For one task at a time.
final class RoutedStream: AnswerSource {
    private struct State: Sendable {
        var heard: ArraySlice<AnswerStep>
        var source: AnswerStream?
        var attempt: Attempt
        var splice = Splice()
        var rescues = 0
    }

    private let routed: RoutedCall
    private let state: Mutex<State>

    /// - Parameter rest: nil where everything has been heard.
    init(_ routed: RoutedCall, _ attempt: Attempt, _ heard: [AnswerStep], _ rest: AnswerStream?) {
        self.routed = routed
        state = Mutex(State(heard: heard[...], source: rest, attempt: attempt))
    }

    var attempt: Attempt { state.withLock { $0.attempt } }

    /// The next step, nil after the last.
    /// - Throws: ``ModelError`` where the answer stays torn; `CancellationError`.
    func next() async throws -> AnswerStep? {
        while true {
            let (heard, source, attempt) = state.withLock { ($0.heard.popFirst(), $0.source, $0.attempt) }
            if let heard { return note(heard, attempt) }
            guard let source else { return nil }
            do {
                guard let step = try await source.next() else {
                    attempt.answered()
                    state.withLock { $0.source = nil }
                    return nil
                }
                attempt.note(step)
                return note(step, attempt)
            } catch let error as ModelError {
                attempt.failed(error)
                try await goOn(after: error, attempt)
            } catch {
                attempt.cancelled()
                throw error
            }
        }
    }

    /// Nobody is to hear the rest: what has been said is paid, and the upstream is let go.
    func abandon() {
        let attempt = state.withLock { state in
            (state.heard, state.source) = ([], nil)
            return state.attempt
        }
        attempt.cancelled()
    }

    private func note(_ step: AnswerStep, _ attempt: Attempt) -> AnswerStep {
        // Where nothing is gone on with, nothing has to be remembered.
        guard attempt.group.policy.midStream != .fail, case .events(let events) = step.content else { return step }
        var step = step
        step.content = .events(state.withLock { $0.splice.pass(events) })
        return step
    }

    /// Begins another attempt where this one broke off.
    private func goOn(after error: ModelError, _ attempt: Attempt) async throws {
        let group = attempt.group
        let text: String? = state.withLock { state in
            guard state.rescues < group.policy.retries else { return nil }
            state.rescues += 1
            return state.splice.continuableText
        }
        guard group.policy.midStream == .continueText, error.way == .again || error.way == .elsewhere, let text,
            routed.time.now < routed.deadlines.until
        else { throw error }
        var question = routed.question
        // Those that cannot go on from given words would begin anew.
        question.tried = Set(group.deployments.indices.filter { !group.deployments[$0].canContinue })
        question.tried.insert(attempt.index)
        var choice = group.choose(question, now: routed.time.now)
        if choice.deployment == nil, attempt.deployment.canContinue {
            question.tried.remove(attempt.index)
            choice = group.choose(question, now: routed.time.now)
        }
        guard let index = choice.deployment else { throw error }
        do {
            let next = try await routed.begin(group, index, choice, isHedge: false)
            switch try await routed.commit(next, continuation: text) {
            case .stream(let stream):
                let (heard, source) = stream.state.withLock { ($0.heard, $0.source) }
                state.withLock { state in
                    (state.heard, state.source, state.attempt) = (heard, source, next)
                    state.splice.join()
                }
            case .whole, .embeddings: throw error
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch let second {
            // The client should hear why its answer broke off, not why it was not rescued.
            routed.record.waited("no rescue: \(second)")
            throw error
        }
    }
}

/// Makes one answer of several attempts: what was begun by one goes on with the next.
struct Splice: Sendable {
    private var text = ""
    private var isPlainText = true
    private var openText: Int?
    private var nextPart = 0
    private var numbers: [Int: Int] = [:]
    private var isJoined = false

    /// What has been said so far, where it can be gone on from: text, and nothing but text.
    var continuableText: String? { isPlainText && !text.isEmpty ? text : nil }

    /// What follows comes from another attempt.
    mutating func join() {
        isJoined = true
        numbers = [:]
    }

    mutating func pass(_ events: [StreamEvent]) -> [StreamEvent] {
        var passed: [StreamEvent] = []
        passed.reserveCapacity(events.count)
        for event in events {
            switch event {
            case .start where isJoined: continue
            case .partStart(let number, let start):
                if case .text = start, isJoined, let openText, numbers.isEmpty {
                    numbers[number] = openText
                    continue
                }
                numbers[number] = nextPart
                if case .text = start { openText = nextPart } else { isPlainText = false }
                passed.append(.partStart(nextPart, start))
                nextPart += 1
            case .partDelta(let number, let delta):
                if case .text(let piece) = delta { text += piece } else { isPlainText = false }
                passed.append(.partDelta(numbers[number] ?? number, delta))
            case .partStop(let number):
                let mine = numbers[number] ?? number
                if mine == openText { openText = nil }
                passed.append(.partStop(mine))
            default: passed.append(event)
            }
        }
        return passed
    }
}
