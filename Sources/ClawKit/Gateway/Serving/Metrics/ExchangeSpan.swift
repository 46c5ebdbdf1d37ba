import ClawDialects
import HTTPTypes
import Instrumentation
import ServiceContextModule
import Tracing

/// A request as a span, with the attributes of OpenTelemetry's conventions for generative models. It lasts until the
/// answer's last word.
struct ExchangeSpan: Sendable {
    private let span: any Span

    /// - Parameters:
    ///   - tracer: nil: the process's own, which may be none.
    ///   - headers: the client's, where a trace that goes on may be named.
    init(_ operation: ModelOperation, _ model: String, _ tracer: (any Tracer)?, _ headers: HTTPFields) {
        var context = ServiceContext.current ?? .topLevel
        let tracer: any Tracer = tracer ?? InstrumentationSystem.tracer
        tracer.extract(headers, into: &context, using: HeaderExtractor())
        span = tracer.startSpan("\(operation.rawValue) \(model)", context: context, ofKind: .server)
        guard span.isRecording else { return }
        span.attributes["gen_ai.operation.name"] = operation.rawValue
        span.attributes["gen_ai.request.model"] = model
    }

    func end(_ trace: DecisionTrace, _ usage: TokenUsage?, _ end: Exchange.End) {
        defer { span.end() }
        guard span.isRecording else { return }
        if let last = trace.attempts.last {
            span.attributes["gen_ai.provider.name"] = last.provider
            span.attributes["gen_ai.response.model"] = last.model
            span.attributes["claw.deployment"] = last.deployment
        }
        span.attributes["gen_ai.response.id"] = trace.id
        span.attributes["claw.retries"] = trace.retries
        span.attributes["claw.fallbacks"] = trace.fallbacks
        if case .hit? = trace.cache { span.attributes["claw.cache"] = "hit" }
        if let usage {
            span.attributes["gen_ai.usage.input_tokens"] = usage.totalInput
            span.attributes["gen_ai.usage.output_tokens"] = usage.output
        }
        if let failure = end.failure {
            span.attributes["error.type"] = failure.rawValue
            span.setStatus(SpanStatus(code: .error))
        }
    }
}

private struct HeaderExtractor: Extractor {
    func extract(key: String, from headers: HTTPFields) -> String? { HTTPField.Name(key).flatMap { headers[$0] } }
}
