import ClawBase
import ClawDialects
import ClawLedger
import Synchronization

/// One attempt's account: what was set aside for it, what it was seen to use, and what became of it. Ended once; at the
/// latest when nobody holds it any more, which is a client that left.
final class Attempt: Sendable {
    private struct State {
        var usage: TokenUsage?
        var seen = 0
        var firstToken: Duration?
        var isOver = false
    }

    let group: ModelGroup
    let index: Int
    let reservation: UsageReservation?
    /// The attempt's place in the trace.
    let number: Int
    private let record: CallRecord
    private let inputEstimate: Int
    private let began: Timestamp
    private let time: any TimeSource
    private let state = Mutex(State())

    init(
        _ group: ModelGroup, _ index: Int, _ reservation: UsageReservation?, number: Int, _ record: CallRecord,
        inputEstimate: Int, time: any TimeSource
    ) {
        (self.group, self.index, self.reservation, self.number) = (group, index, reservation, number)
        (self.record, self.inputEstimate, self.time) = (record, inputEstimate, time)
        began = time.now
    }

    deinit { cancelled() }

    var deployment: Deployment { group.deployments[index] }

    func note(_ step: AnswerStep) {
        state.withLock { state in
            if let usage = step.usage { state.usage = usage }
            if step.hasTokens {
                state.seen += step.size
                if state.firstToken == nil { state.firstToken = time.now - began }
            }
        }
    }

    func note(_ usage: TokenUsage?) {
        if let usage { state.withLock { $0.usage = usage } }
    }

    /// The answer is whole.
    func answered() {
        guard let state = end() else { return }
        let usage = state.usage ?? estimate(state)
        settle(usage, state.usage == nil ? .estimated : .exact)
        let output = Int64(usage.output)
        group.end(index, .answered(firstToken: state.firstToken, outputTokens: output), now: time.now)
        record.attempt(number, ended: .answered, firstToken: state.firstToken, usage: usage)
    }

    /// It failed; what it has said until then was paid for all the same.
    func failed(_ error: ModelError) {
        guard let state = end() else { return }
        switch error.kind {
        case _ where state.seen > 0 || state.usage != nil: settle(state.usage ?? estimate(state), .estimated)
        // The model may have thought all the while.
        case .timeout, .truncated, .malformed: settle(estimate(state), .estimated)
        default: reservation?.giveBack()
        }
        group.end(index, error.verdict(now: time.now), now: time.now)
        record.attempt(number, ended: .failed(error.kind, error.message), firstToken: state.firstToken, usage: state.usage)
    }

    /// The client left, or another attempt was quicker.
    func cancelled() {
        guard let state = end() else { return }
        settle(state.usage ?? estimate(state), state.usage == nil ? .estimated : .exact)
        group.end(index, .noVerdict, now: time.now)
        record.attempt(number, ended: .cancelled, firstToken: state.firstToken, usage: state.usage)
    }

    private func end() -> State? {
        state.withLock { state in
            if state.isOver { return nil }
            state.isOver = true
            return state
        }
    }

    private func settle(_ usage: TokenUsage, _ how: UsageRow.Settlement) {
        let cost = deployment.prices.cost(of: usage)
        record.spent(cost)
        reservation?.settle(UsageTokens(usage), cost: cost, deployment: deployment.name, settlement: how)
    }

    /// What was seen, at four bytes a token.
    private func estimate(_ state: State) -> TokenUsage {
        TokenUsage(input: inputEstimate, output: (state.seen + 3) / 4)
    }
}

extension AnswerStep {
    /// The bytes of what the model said; for what passes unread, at most all of them.
    fileprivate var size: Int {
        switch content {
        case .bytes(let bytes): bytes.count / 8
        case .events(let events):
            events.reduce(0) { sum, event in
                guard case .partDelta(_, let delta) = event else { return sum }
                switch delta {
                case .text(let text), .reasoning(let text), .arguments(let text), .refusal(let text):
                    return sum + text.utf8.count
                case .signature: return sum
                }
            }
        }
    }
}

extension ModelError {
    /// What it says of the deployment.
    func verdict(now: Timestamp) -> AttemptVerdict {
        switch kind {
        case .rateLimited, .overloaded: .failed(notBefore: retryAfter.map { now + $0.delay(now: now) })
        case .server, .timeout, .unreachable, .truncated, .malformed, .authentication, .permission, .spendLimit, .notFound:
            .failed(notBefore: nil)
        case .contextWindow, .contentPolicy, .invalidRequest, .unsupported, .tooLarge, .conflict, .cancelled: .noVerdict
        }
    }

    /// Where it leads.
    var way: Way {
        switch kind {
        case .rateLimited, .overloaded, .server, .unreachable, .truncated, .malformed, .conflict: .again
        // Asked again, it would be silent again, would have no money or key or model again.
        case .timeout, .authentication, .permission, .spendLimit, .notFound, .unsupported: .elsewhere
        case .contextWindow: .longerContext
        case .contentPolicy: .otherPolicy
        case .invalidRequest, .tooLarge, .cancelled: .nowhere
        }
    }

    enum Way {
        /// Another deployment, or the same one later.
        case again
        /// Another deployment, or another model.
        case elsewhere
        case longerContext
        case otherPolicy
        /// The error is the client's to mend.
        case nowhere
    }
}
