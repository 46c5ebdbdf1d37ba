import ClawBase
import ClawDialects
import HTTPTypes
import Synchronization

/// What the gateway counts. Only configured aliases become label values, so that clients cannot make new series.
struct GatewayMetrics: Sendable {
    fileprivate let requests = CounterFamily(
        "claw_gateway_requests_total",
        help: "Chat requests by model and status (499: the client left); refused ones without a model.",
        labels: ["model", "status"])
    fileprivate let tokens = CounterFamily(
        "claw_gateway_tokens_total", help: "Tokens as counted by upstreams.", labels: ["model", "type"])
    fileprivate let active = CounterFamily(
        "claw_gateway_active_requests", .gauge, help: "Chat requests under way.", labels: ["model"])
    fileprivate let seconds = HistogramFamily(
        "claw_gateway_request_seconds", help: "From a chat request to the end of its answer.", labels: ["model"])

    var text: String {
        var text = MetricsText()
        for source in [requests, tokens, active, seconds] as [any MetricsSource] { source.write(to: &text) }
        return text.text
    }

    /// Counts a request that reached no model; whatever it named stays out of the labels.
    func refused(_ status: HTTPResponse.Status) { requests.add(1, "", String(status.code)) }

    func begin(_ model: String, _ record: CallRecord, _ traces: TraceLog, time: any TimeSource) -> ExchangeAccount {
        active.add(1, model)
        return ExchangeAccount(self, model, record, traces, time)
    }
}

/// The account of one exchange. Settled once, at the latest when nobody holds it any more: a response dropped
/// unread is a client that left.
final class ExchangeAccount: Sendable {
    private struct State {
        var usage: TokenUsage?
        var isEnded = false
    }

    private let metrics: GatewayMetrics
    private let model: String
    private let record: CallRecord
    private let traces: TraceLog
    private let time: any TimeSource
    private let began: Timestamp
    private let state = Mutex(State())

    init(
        _ metrics: GatewayMetrics, _ model: String, _ record: CallRecord, _ traces: TraceLog, _ time: any TimeSource
    ) {
        (self.metrics, self.model, self.record, self.traces, self.time) = (metrics, model, record, traces, time)
        began = time.now
    }

    deinit { end(.clientClosedRequest) }

    /// Notes what the answer used; the last word counts, for streams repeat it cumulatively.
    func note(_ step: AnswerStep) {
        if let usage = step.usage { state.withLock { $0.usage = usage } }
    }

    func end(_ status: HTTPResponse.Status, _ error: ModelError? = nil, usage last: TokenUsage? = nil) {
        let usage: TokenUsage?? = state.withLock { state in
            if state.isEnded { return nil }
            state.isEnded = true
            return .some(last ?? state.usage)
        }
        guard let usage else { return }
        traces.add(record.trace)
        metrics.requests.add(1, model, String(status.code))
        metrics.active.add(-1, model)
        metrics.seconds.observe((time.now - began).inSeconds, model)
        if let usage {
            metrics.tokens.add(Double(usage.totalInput), model, "prompt")
            metrics.tokens.add(Double(usage.output), model, "completion")
        }
    }
}
