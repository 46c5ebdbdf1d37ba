import ClawBase
import ClawDialects
import ClawLedger
import HTTPTypes

/// What the headers of an answer say: who answered, for how much, and what is left.
extension ModelGateway {
    func response(
        _ reply: DialectReply, _ origin: AnswerOrigin, _ routed: RoutedCall, _ use: CacheUse?
    ) -> Response {
        var headers = headers(origin, routed, use, reply.headers)
        let cost = NanoDollars(nanos: routed.record.trace.cost).description
        headers[.responseCost] = cost
        if sendsLiteLLMHeaders { headers[.liteLLM("response-cost")] = cost }
        return Response(status: reply.status, headers: headers, body: .bytes(reply.body))
    }

    func headers(_ origin: AnswerOrigin, _ routed: RoutedCall, _ use: CacheUse?, _ base: HTTPFields) -> HTTPFields {
        var headers = base
        headers[.upstream] = origin.deployment
        headers[.callID] = routed.id
        let trace = routed.record.trace
        if trace.retries > 0 { headers[.attemptedRetries] = String(trace.retries) }
        if trace.fallbacks > 0 { headers[.attemptedFallbacks] = String(trace.fallbacks) }
        if let book, !routed.terms.budgets.isEmpty {
            RateLimitHeaders(book.standing(of: routed.terms.budgets), now: time.now).write(into: &headers)
        }
        if let cache = trace.cache { cache.write(into: &headers) }
        if sendsLiteLLMHeaders {
            addLiteLLMHeaders(origin, routed, trace, &headers)
            // LiteLLM's users tell hits by it.
            if case .hit? = trace.cache { headers[.liteLLM("cache-key")] = use?.key.text }
        }
        return headers
    }

    private func addLiteLLMHeaders(
        _ origin: AnswerOrigin, _ routed: RoutedCall, _ trace: DecisionTrace, _ headers: inout HTTPFields
    ) {
        let upstream = trace.attempts.reduce(Duration.zero) { $0 + (($1.ended ?? routed.record.age) - $1.began) }
        headers[.liteLLM("call-id")] = routed.id
        headers[.liteLLM("model-id")] = origin.deployment
        headers[.liteLLM("model-group")] = routed.alias
        headers[.liteLLM("response-duration-ms")] = milliseconds(routed.record.age)
        headers[.liteLLM("overhead-duration-ms")] = milliseconds(max(.zero, routed.record.age - upstream))
        headers[.liteLLM("attempted-retries")] = String(trace.retries)
        headers[.liteLLM("attempted-fallbacks")] = String(trace.fallbacks)
        if case .http(let baseURL, _, _, _)? = origin.place {
            headers[.liteLLM("model-api-base")] = baseURL
        }
    }

    private func milliseconds(_ duration: Duration) -> String {
        let microseconds = duration.nanoseconds / 1000
        let rest = String(1000 + microseconds % 1000).dropFirst()
        return "\(microseconds / 1000).\(rest)"
    }
}

extension DecisionTrace.Cache {
    /// `Cache-Status` (RFC 9211) and `Age` (RFC 9111).
    fileprivate func write(into headers: inout HTTPFields) {
        switch self {
        case .hit(let age, let timeToLive):
            headers[.cacheStatus] = "ClawKit; hit; ttl=\(timeToLive.components.seconds)"
            headers[.age] = String(age.components.seconds)
        case .missed: headers[.cacheStatus] = "ClawKit; fwd=miss"
        case .passedBy: headers[.cacheStatus] = "ClawKit; fwd=request"
        }
    }
}

extension HTTPField.Name {
    // Valid token characters, so the initialiser cannot fail.
    fileprivate static let cacheStatus = HTTPField.Name("Cache-Status")!

    /// `x-litellm-…`
    fileprivate static func liteLLM(_ name: String) -> HTTPField.Name {
        // Valid token characters, so the initialiser cannot fail.
        HTTPField.Name("x-litellm-\(name)")!
    }
}
