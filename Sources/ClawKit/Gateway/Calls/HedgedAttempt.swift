import ClawBase
import ClawDialects
import ClawLedger

/// One attempt, up to the first word of its answer; and, where the route says so, a second one beside it once the first
/// has been silent for a while.
struct HedgedAttempt: Sendable {
    private let routed: RoutedCall
    private let group: ModelGroup
    private let question: RouteQuestion

    init(_ routed: RoutedCall, _ group: ModelGroup, _ question: RouteQuestion) {
        (self.routed, self.group, self.question) = (routed, group, question)
    }

    func run(_ index: Int, _ choice: RouteTable.Choice) async throws -> RoutedAnswer {
        guard let hedge = group.policy.hedge, group.deployments.count > 1 else {
            return try await attempt(index, choice, isHedge: false)
        }
        return try await withThrowingTaskGroup(of: Leg.self) { legs in
            legs.addTask { await leg(index, choice, isHedge: false) }
            legs.addTask {
                try await routed.time.sleep(for: hedge.after)
                return .timeIsUp
            }
            defer { legs.cancelAll() }
            var (open, failure): (Int, (any Error)?) = (1, nil)
            while let next = try await legs.next() {
                switch next {
                case .answered(let answer): return answer
                case .timeIsUp:
                    guard let (second, why) = second(beside: index) else { continue }
                    open += 1
                    legs.addTask { await leg(second, why, isHedge: true) }
                case .failed(let error, let isHedge):
                    open -= 1
                    // What the request has come to is the first one's failure: the second was only an attempt to save time.
                    if failure == nil || !isHedge { failure = error }
                    if open == 0 { throw failure ?? error }
                }
            }
            throw failure ?? CancellationError()
        }
    }

    private enum Leg: Sendable {
        case answered(RoutedAnswer)
        case failed(any Error, isHedge: Bool)
        case timeIsUp
    }

    private func leg(_ index: Int, _ choice: RouteTable.Choice, isHedge: Bool) async -> Leg {
        do { return .answered(try await attempt(index, choice, isHedge: isHedge)) } catch {
            return .failed(error, isHedge: isHedge)
        }
    }

    private func second(beside first: Int) -> (Int, RouteTable.Choice)? {
        var question = question
        question.tried.insert(first)
        guard group.mayRetry() else { return nil }
        let choice = group.choose(question, now: routed.time.now)
        return choice.deployment.map { ($0, choice) }
    }

    /// - Throws: ``ModelError``, ``UsageRefusal``, ``Finding``, `CancellationError`.
    private func attempt(_ index: Int, _ choice: RouteTable.Choice, isHedge: Bool) async throws -> RoutedAnswer {
        let attempt = try await routed.begin(group, index, choice, isHedge: isHedge)
        return try await routed.commit(attempt)
    }
}

extension RoutedCall {
    /// Sets aside what the attempt can cost. The deployment has been chosen, and counts it as under way.
    func begin(
        _ group: ModelGroup, _ index: Int, _ choice: RouteTable.Choice, isHedge: Bool
    ) async throws -> Attempt {
        let number = record.begin(group, choice, index, isHedge: isHedge)
        do {
            guard terms.allowsUnpriced || !group.deployments[index].isUnpriced else {
                throw ModelError(
                    .unsupported,
                    "Nobody has said what '\(group.alias)' costs, and this key's money is limited; ask for another model, or "
                        + "let the operator add prices.", param: "model", code: "price_unknown")
            }
            let id = number == 0 ? id : "\(id).\(number)"
            let reservation = try await terms.book?.reserve(
                terms.bound(group.deployments[index], wish), from: terms.budgets,
                for: UsageCall(id: id, subject: terms.subject, model: group.alias))
            return Attempt(
                group, index, reservation, number: number, record, inputEstimate: terms.inputEstimate, time: time)
        } catch {
            group.end(index, .noVerdict, now: time.now)
            throw error
        }
    }

    /// Asks, and listens until the model has said its first word: until then another may take its place unseen.
    func commit(_ attempt: Attempt, continuation: String? = nil) async throws -> RoutedAnswer {
        do {
            switch wish {
            case .embeddings(let request):
                let answer = try await attempt.deployment.upstream.embed(request, deadlines)
                attempt.note(answer.usage)
                attempt.answered()
                return .embeddings(answer, attempt)
            case .answer(let call):
                return try await listen(attempt, prepared(call, attempt, continuation))
            }
        } catch let error as ModelError {
            attempt.failed(error)
            throw error
        } catch {
            attempt.cancelled()
            throw error
        }
    }

    private func prepared(_ call: ModelCall, _ attempt: Attempt, _ continuation: String?) -> ModelCall {
        var call = call
        call.continuation = continuation
        call.wantsEvents = call.wantsEvents || attempt.group.policy.midStream != .fail || continuation != nil
        if !terms.budgets.isEmpty, let tokens = attempt.reservation?.tokens {
            call.maxOutputTokens = Int(tokens) / max(1, call.request.choices)
        }
        return call
    }

    private func listen(_ attempt: Attempt, _ call: ModelCall) async throws -> RoutedAnswer {
        switch try await attempt.deployment.upstream.answer(call) {
        case .whole(let answer):
            attempt.note(answer.usage)
            attempt.answered()
            return .whole(answer, attempt)
        case .stream(let stream):
            var (heard, weight) = ([AnswerStep](), 0)
            while let step = try await stream.next() {
                attempt.note(step)
                heard.append(step)
                weight += step.weight
                // Nobody says so much before the first word; it shall not be held for ever.
                if step.hasTokens || weight > Self.mostUnsaid {
                    return .stream(RoutedStream(self, attempt, heard, stream))
                }
            }
            attempt.answered()
            return .stream(RoutedStream(self, attempt, heard, nil))
        }
    }
}

extension RoutedCall {
    /// So many bytes are held back until the first word.
    fileprivate static let mostUnsaid = 256 << 10
}

/// What came of a request.
enum RoutedAnswer: Sendable {
    case whole(WholeAnswer, Attempt)
    case stream(RoutedStream)
    case embeddings(EmbeddingAnswer, Attempt)
}
