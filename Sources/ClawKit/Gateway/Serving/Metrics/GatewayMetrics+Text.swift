import ClawBase
import ClawDialects
import ClawLedger
import Synchronization

private typealias Labels = [(name: String, value: String)]

extension GatewayMetrics {
    /// Prometheus' text.
    /// - Parameter groups: whose deployments' states are told.
    func text(_ groups: [ModelGroup], now: Timestamp) -> String {
        let (clients, places, underWay) = state.withLock { ($0.clients, $0.places, $0.underWay) }
        var text = MetricsText()
        write(clients, to: &text)
        text.family("litellm_in_flight_requests", .gauge, help: "Requests under way.")
        text.sample("litellm_in_flight_requests", Double(underWay))
        let sorted = places.sorted { $0.key.order < $1.key.order }
        write(sorted.map { ($0.key, $0.value) }, to: &text)
        writeConventions(sorted.map { ($0.key, $0.value) }, to: &text)
        write(groups, now, to: &text)
        return text.text
    }

    // MARK: LiteLLM's names

    private func write(_ clients: [Client: ClientCounts], to text: inout MetricsText) {
        let sorted = clients.sorted { $0.key.order < $1.key.order }
        text.family(
            "litellm_proxy_total_requests_metric_total", .counter,
            help: "Requests by model, key and status (499: the client left); refused ones without a model.")
        for (client, counts) in sorted {
            let labels: Labels = [("requested_model", client.model)] + client.owner + [("status_code", "\(client.status)")]
            text.sample("litellm_proxy_total_requests_metric_total", labels: labels, Double(counts.requests))
        }
        text.family("litellm_proxy_failed_requests_metric_total", .counter, help: "Those that got an error.")
        for (client, counts) in sorted {
            guard let failure = client.failure else { continue }
            let labels: Labels =
                [("requested_model", client.model)] + client.owner
                + [("exception_status", "\(client.status)"), ("exception_class", failure.exceptionClass)]
            text.sample("litellm_proxy_failed_requests_metric_total", labels: labels, Double(counts.requests))
        }
        var sums: [Client: ClientCounts] = [:]
        for (client, counts) in clients where !client.model.isEmpty {
            sums[client.withoutStatus, default: ClientCounts()].add(counts)
        }
        let totals: [(name: String, help: String, value: (ClientCounts) -> Double)] = [
            ("litellm_spend_metric_total", "Dollars spent.", { Double($0.cost) / 1e9 }),
            ("litellm_input_tokens_metric_total", "Tokens of input, as upstreams count.", { Double($0.input) }),
            ("litellm_output_tokens_metric_total", "Tokens of answers, as upstreams count.", { Double($0.output) }),
            ("litellm_total_tokens_metric_total", "Both.", { Double($0.input + $0.output) }),
            ("litellm_cache_hits_metric_total", "Requests that got an answer which was kept.", { Double($0.cacheHits) }),
            ("litellm_cache_misses_metric_total", "Those that could have, and did not.", { Double($0.cacheMisses) }),
            ("litellm_cached_tokens_metric_total", "Tokens of the former.", { Double($0.cachedTokens) }),
        ]
        for total in totals {
            text.family(total.name, .counter, help: total.help)
            for (client, sum) in sums.sorted(by: { $0.key.order < $1.key.order }) {
                text.sample(total.name, labels: [("model", client.model)] + client.owner, total.value(sum))
            }
        }
    }

    private func write(_ places: [(Place, PlaceCounts)], to text: inout MetricsText) {
        let histograms: [(name: String, help: String, buckets: KeyPath<PlaceCounts, HistogramSeries>)] = [
            ("litellm_request_total_latency_metric", "Seconds from a request to the end of its answer.", \.request),
            ("litellm_overhead_latency_metric", "Seconds of it that were not the upstream's.", \.overhead),
            ("litellm_llm_api_latency_metric", "Seconds of an attempt at an upstream.", \.attempt),
            ("litellm_llm_api_time_to_first_token_metric", "Seconds until its first word.", \.firstToken),
        ]
        for histogram in histograms {
            text.family(histogram.name, .histogram, help: histogram.help)
            for (place, counts) in places {
                counts[keyPath: histogram.buckets].write(histogram.name, labels: place.deploymentLabels, to: &text)
            }
        }
        text.family("litellm_deployment_success_responses_total", .counter, help: "Attempts that were answered.")
        for (place, counts) in places {
            text.sample(
                "litellm_deployment_success_responses_total", labels: place.deploymentLabels, Double(counts.answered))
        }
        text.family("litellm_deployment_failure_responses_total", .counter, help: "Attempts that failed, by kind.")
        for (place, counts) in places {
            for (kind, count) in counts.failed.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                text.sample(
                    "litellm_deployment_failure_responses_total",
                    labels: place.deploymentLabels + [("exception_class", kind.exceptionClass)], Double(count))
            }
        }
    }

    private func write(_ groups: [ModelGroup], _ now: Timestamp, to text: inout MetricsText) {
        text.family(
            "litellm_deployment_state", .gauge, help: "0: asked; 1: on probation after failures; 2: not asked.")
        for group in groups {
            for condition in group.conditions(now: now) {
                text.sample(
                    "litellm_deployment_state",
                    labels: [
                        ("litellm_model_name", group.label), ("model_id", condition.deployment.name),
                        ("api_provider", condition.deployment.provider),
                    ], condition.isAsked ? (condition.isProbing ? 1 : 0) : 2)
            }
        }
    }

    // MARK: OpenTelemetry's names

    private func writeConventions(_ places: [(Place, PlaceCounts)], to text: inout MetricsText) {
        text.family("gen_ai_client_token_usage", .histogram, help: "Tokens of one request.")
        for (place, counts) in places {
            counts.input.write(
                "gen_ai_client_token_usage", labels: place.conventionLabels + [("gen_ai_token_type", "input")], to: &text)
            counts.output.write(
                "gen_ai_client_token_usage", labels: place.conventionLabels + [("gen_ai_token_type", "output")], to: &text)
        }
        let histograms: [(name: String, help: String, buckets: KeyPath<PlaceCounts, HistogramSeries>)] = [
            ("gen_ai_server_request_duration_seconds", "From a request to the end of its answer.", \.request),
            ("gen_ai_server_time_to_first_token_seconds", "Until the first word.", \.firstToken),
            ("gen_ai_server_time_per_output_token_seconds", "For each further token.", \.perToken),
        ]
        for histogram in histograms {
            text.family(histogram.name, .histogram, help: histogram.help)
            for (place, counts) in places {
                counts[keyPath: histogram.buckets].write(histogram.name, labels: place.conventionLabels, to: &text)
            }
        }
    }
}

extension GatewayMetrics.Client {
    fileprivate var owner: Labels { [("api_key_alias", key), ("user", user), ("team", project)] }
    fileprivate var order: String { "\(model)\u{0}\(key)\u{0}\(user)\u{0}\(project)\u{0}\(status)\u{0}\(failure?.rawValue ?? "")" }
    fileprivate var withoutStatus: Self {
        var client = self
        (client.status, client.failure) = (0, nil)
        return client
    }
}

extension GatewayMetrics.Place {
    fileprivate var order: String { "\(model)\u{0}\(deployment)\u{0}\(operation.rawValue)" }
    fileprivate var deploymentLabels: Labels {
        [("model", model), ("model_id", deployment), ("api_provider", provider)]
    }
    fileprivate var conventionLabels: Labels {
        [
            ("gen_ai_operation_name", operation.rawValue), ("gen_ai_provider_name", provider),
            ("gen_ai_request_model", model), ("gen_ai_response_model", deployment),
        ]
    }
}

extension ModelError.Kind {
    /// As LiteLLM names it.
    fileprivate var exceptionClass: String {
        switch self {
        case .rateLimited: "RateLimitError"
        case .overloaded: "ServiceUnavailableError"
        case .spendLimit: "BudgetExceededError"
        case .contextWindow: "ContextWindowExceededError"
        case .contentPolicy: "ContentPolicyViolationError"
        case .authentication: "AuthenticationError"
        case .permission: "PermissionDeniedError"
        case .notFound: "NotFoundError"
        case .invalidRequest, .conflict, .tooLarge: "BadRequestError"
        case .unsupported: "UnsupportedParamsError"
        case .timeout: "Timeout"
        case .server: "InternalServerError"
        case .unreachable, .truncated: "APIConnectionError"
        case .malformed: "APIResponseValidationError"
        case .cancelled: "ClientDisconnected"
        }
    }
}
