import ClawBase
import ClawDialects
import ClawLedger

/// Leads one request to an answer: chooses among deployments, tries again, falls back on other models, and sets money
/// aside for each attempt before it is made.
struct RoutedCall: Sendable {
    enum Wish: Sendable {
        /// As it goes to upstreams, but for what depends on the attempt.
        case answer(ModelCall)
        case embeddings(EmbeddingRequest)
    }

    let router: ModelRouter
    let wish: Wish
    /// The request's id, and the model it asks for.
    let id: String
    let alias: String
    let deadlines: AttemptDeadlines
    let question: RouteQuestion
    let terms: CallTerms
    let record: CallRecord
    let time: any TimeSource

    /// - Throws: ``ModelError`` in the end; ``UsageRefusal`` where not even the first attempt can be paid; a ``Finding``
    ///   where the ledger cannot be kept; `CancellationError`.
    func answer() async throws -> RoutedAnswer {
        var waiting = [alias]
        var asked: Set<String> = []
        var last: ModelError?
        while !waiting.isEmpty {
            let model = waiting.removeFirst()
            guard asked.insert(model).inserted, let group = router.group(model) else { continue }
            group.arrive()
            let isLast = { waiting.allSatisfy(asked.contains) && group.policy.fallbacks.allSatisfy(asked.contains) }
            switch try await answer(from: group, hasElsewhere: !isLast(), after: last) {
            case .answered(let answer): return answer
            case .failed(let error):
                last = error
                let next =
                    switch error.way {
                    case .again, .elsewhere: group.policy.fallbacks
                    case .longerContext: group.policy.contextFallbacks
                    case .otherPolicy: group.policy.policyFallbacks
                    case .nowhere: throw error
                    }
                if error.way == .longerContext || error.way == .otherPolicy {
                    // The others have the same window, or the same rules, until one says otherwise.
                    waiting = next.isEmpty ? waiting : next
                    if next.isEmpty { throw error }
                } else {
                    waiting += next
                }
            }
        }
        throw last ?? ModelError(.overloaded, "The model '\(alias)' has nothing to serve it.")
    }

    private enum Outcome {
        case answered(RoutedAnswer)
        case failed(ModelError)
    }

    /// - Parameter hasElsewhere: whether another model could be asked instead of waiting.
    private func answer(
        from group: ModelGroup, hasElsewhere: Bool, after earlier: ModelError?
    ) async throws -> Outcome {
        var question = question
        var (attempts, last) = (0, earlier)
        while true {
            guard time.now < deadlines.until else { return .failed(last ?? Self.late) }
            let choice = group.choose(question, now: time.now)
            guard let index = choice.deployment else {
                guard let moment = wait(group, choice, &question, attempts, last, hasElsewhere) else {
                    return .failed(last ?? unavailable(group, choice))
                }
                try await time.sleep(until: moment)
                continue
            }
            do {
                let answer = try await HedgedAttempt(self, group, question).run(index, choice)
                return .answered(answer)
            } catch let error as ModelError {
                (attempts, last) = (attempts + 1, error)
                guard error.way == .again || error.way == .elsewhere, attempts <= group.policy.retries(after: error),
                    group.mayRetry()
                else { return .failed(error) }
                question.tried.insert(index)
            } catch let refusal as UsageRefusal {
                // What had been tried already says more.
                if let last { return .failed(last) }
                throw refusal
            }
        }
    }

    /// Until when to wait for a deployment; nil: it is of no use.
    private func wait(
        _ group: ModelGroup, _ choice: RouteTable.Choice, _ question: inout RouteQuestion, _ attempts: Int,
        _ last: ModelError?, _ hasElsewhere: Bool
    ) -> Timestamp? {
        let now = time.now
        var moment = choice.soonest ?? now
        if !question.tried.isEmpty {
            guard last?.way == .again else { return nil }
            // All have been tried: the same ones again, after a pause.
            question.tried = []
            let pause = last?.retryAfter?.delay(now: now) ?? group.policy.backoff.delay(afterFailures: max(1, attempts))
            moment = max(moment, now + pause)
        } else if choice.soonest == nil {
            return nil
        }
        guard moment - now <= (hasElsewhere ? .seconds(1) : group.policy.longestWait), moment < deadlines.until else {
            return nil
        }
        record.waited("\(moment - now) for \(group.alias): \(last?.kind.rawValue ?? "its deployments cool down")")
        return moment
    }

    private static let late = ModelError(.timeout, "The request took longer than it may in all; try again, or ask for less.")

    private func unavailable(_ group: ModelGroup, _ choice: RouteTable.Choice) -> ModelError {
        let reasons = choice.obstacles.map { "\(group.deployments[$0.deployment].name) \($0.obstacle.words)" }
        let isLong = choice.obstacles.allSatisfy { if case .context = $0.obstacle { true } else { false } }
        if isLong, !choice.obstacles.isEmpty {
            return ModelError(
                .contextWindow, "The request is longer than any upstream of '\(group.alias)' can hold; shorten it.",
                code: "context_length_exceeded")
        }
        if group.deployments.isEmpty {
            return ModelError(
                .overloaded, "The model '\(group.alias)' has no upstream that is ready; try again in a moment.",
                code: "no_upstream")
        }
        var error = ModelError(
            .overloaded, "No upstream of the model '\(group.alias)' can answer now: \(reasons.joined(separator: "; ")).",
            code: "no_upstream")
        if let soonest = choice.soonest { error.retryAfter = .at(soonest) }
        return error
    }
}

/// Who pays, and how exactly it must be known beforehand.
struct CallTerms: Sendable {
    /// nil: nobody keeps an account.
    var book: UsageBook?
    var budgets: [UsageLimit]
    var subject: UsageSubject
    /// Whether calls may be made whose price nobody knows.
    var allowsUnpriced: Bool
    /// The most tokens that the input can be.
    var inputBound: Int64
    /// What it probably is.
    var inputEstimate: Int
    /// How long an answer is expected where the request does not say, and the least that makes sense.
    var defaultOutput: Int64 = 4096
    var leastOutput: Int64 = 16

    /// The most that an attempt at a deployment can cost.
    func bound(_ deployment: Deployment, _ wish: RoutedCall.Wish) -> SpendingBound {
        let input = Int128(inputBound) * Int128(deployment.prices.dearestInput)
        let (whole, rest) = input.quotientAndRemainder(dividingBy: 1_000_000)
        let fixed = NanoDollars(nanos: Int64(clamping: whole + (rest > 0 ? 1 : 0) + Int128(deployment.prices.request)))
        let certain = Amounts(cost: fixed, tokens: inputBound, requests: 1, inFlight: 1)
        guard case .answer(let call) = wish else { return SpendingBound(certain) }
        let choices = Int64(max(1, call.request.choices))
        let asked = call.request.maxOutputTokens.map(Int64.init) ?? defaultOutput
        // No answer is longer than the model makes them.
        let wanted = min(asked, deployment.outputTokens ?? asked) * choices
        return SpendingBound(
            fixed: certain,
            nanosPerMillion: deployment.prices.dearestOutput, wanted: wanted, least: min(wanted, leastOutput * choices))
    }
}
