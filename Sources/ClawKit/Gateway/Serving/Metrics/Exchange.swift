import ClawBase
import ClawDialects
import HTTPTypes
import Synchronization

/// The account of one exchange. Settled once, at the latest when nobody holds it any more: a response dropped unread is
/// a client that left.
final class Exchange: Sendable {
    struct End: Sendable {
        var status: Int
        var failure: ModelError.Kind?

        static let answered = End(status: 200)
        /// 499: nginx's number for a client that left before the answer; only metrics see it.
        static let clientLeft = End(status: 499, failure: .cancelled)
    }

    private struct State {
        var usage: TokenUsage?
        var isEnded = false
    }

    /// As metrics call it.
    let model: String
    let operation: ModelOperation
    let grant: ModelGrant
    private let metrics: GatewayMetrics
    private let record: CallRecord
    private let traces: TraceLog
    private let span: ExchangeSpan
    private let time: any TimeSource
    private let began: Timestamp
    private let state = Mutex(State())

    init(
        _ model: String, _ operation: ModelOperation, _ grant: ModelGrant, _ record: CallRecord,
        _ span: ExchangeSpan, _ metrics: GatewayMetrics, _ traces: TraceLog, _ time: any TimeSource
    ) {
        (self.model, self.operation, self.grant, self.record) = (model, operation, grant, record)
        (self.span, self.metrics, self.traces, self.time) = (span, metrics, traces, time)
        began = time.now
        metrics.begin()
    }

    deinit { end(.clientLeft) }

    /// Notes what the answer used; the last word counts, for streams repeat it cumulatively.
    func note(_ step: AnswerStep) { note(step.usage) }

    func note(_ usage: TokenUsage?) {
        if let usage { state.withLock { $0.usage = usage } }
    }

    func end(_ error: ModelError) { end(End(status: error.kind.status, failure: error.kind)) }

    func end(_ end: End, usage last: TokenUsage? = nil) {
        let usage: TokenUsage?? = state.withLock { state in
            if state.isEnded { return nil }
            state.isEnded = true
            return .some(last ?? state.usage)
        }
        guard let usage else { return }
        let trace = record.trace
        traces.add(trace)
        span.end(trace, usage, end)
        metrics.end(self, trace, usage, end, after: time.now - began)
    }
}

extension RoutedCall {
    var operation: ModelOperation {
        switch wish {
        case .embeddings: .embeddings
        case .answer(let call): call.request.dialect == .openAICompletions ? .completion : .chat
        }
    }
}
