import ClawBase
import ClawDialects
@testable import ClawGateway
import ClawLedger
import HTTPTypes
import InMemoryTracing
import Testing
import Tracing

@Suite("What is counted and told")
struct GatewayMetricsTests {
    private let body = #"{"model":"alias","messages":[{"role":"user","content":"Go."}]}"#
    private let time = VirtualTime()

    private func gateway(
        _ scripts: [ScriptedUpstream], limits: [UsageLimit] = [], tracer: InMemoryTracer? = nil
    ) throws -> ModelGateway {
        let deployments = scripts.enumerated().map { index, script in
            Deployment(
                nil, script, traits: DeploymentTraits(order: index),
                prices: TokenPrices(input: 1_000_000_000, output: 2_000_000_000))
        }
        var grant = ModelGrant(
            id: "g1", keyHash: Token.hash(key), subject: UsageSubject(project: "demo", user: "ada"))
        grant.limits = limits
        return ModelGateway(
            router: try ModelRouter([ModelRoute("alias", deployments)]), grants: InMemoryGrants([grant]),
            book: UsageBook(store: MemoryShareStore(), holder: "test", time: time), sendsLiteLLMHeaders: true,
            tracer: tracer, time: time)
    }

    @Test("an answer after a failure: both attempts, tokens, money, times, under both sets of names")
    func counted() async throws {
        let busy = ScriptedUpstream("busy", [.error(ModelError(.overloaded, "no room"))], time: time)
        let twin = ScriptedUpstream("twin", [.says("Good day to you.")], time: time)
        let gateway = try gateway([busy, twin])
        #expect(await gateway.respond(to: chat(body)).status == .ok)
        let text = try await gateway.respond(to: get("/metrics", key: nil)).text()
        let owner = "api_key_alias=\"g1\",user=\"ada\",team=\"demo\""
        for line in [
            "litellm_proxy_total_requests_metric_total{requested_model=\"alias\",\(owner),status_code=\"200\"} 1",
            "litellm_deployment_failure_responses_total{model=\"alias\",model_id=\"busy\",api_provider=\"unknown\",exception_class=\"ServiceUnavailableError\"} 1",
            "litellm_deployment_success_responses_total{model=\"alias\",model_id=\"twin\",api_provider=\"unknown\"} 1",
            "litellm_deployment_state{litellm_model_name=\"alias\",model_id=\"twin\",api_provider=\"unknown\"} 0",
            "litellm_llm_api_latency_metric_count{model=\"alias\",model_id=\"busy\",api_provider=\"unknown\"} 1",
            "litellm_request_total_latency_metric_count{model=\"alias\",model_id=\"twin\",api_provider=\"unknown\"} 1",
            "gen_ai_server_request_duration_seconds_count{gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"unknown\",gen_ai_request_model=\"alias\",gen_ai_response_model=\"twin\"} 1",
            "litellm_in_flight_requests 0",
        ] { #expect(text.contains(line + "\n"), "\(line)") }
        let spent = text.split(separator: "\n").first { $0.hasPrefix("litellm_spend_metric_total{model=\"alias\",\(owner)} ") }
        let amount = Double(String(spent?.split(separator: " ").last ?? "0")) ?? 0
        #expect(amount > 0 && amount < 0.001)
    }

    @Test("a request is a span of the trace that the client began")
    func traced() async throws {
        let tracer = InMemoryTracer()
        let script = ScriptedUpstream("up", [.says("Good day."), .error(ModelError(.invalidRequest, "no"))], time: time)
        let gateway = try gateway([script], tracer: tracer)
        var request = chat(body)
        request.headers[try #require(HTTPField.Name("in-memory-trace-id"))] = "trace-7"
        _ = await gateway.respond(to: request)
        _ = await gateway.respond(to: chat(body))
        let spans = tracer.finishedSpans
        #expect(spans.map(\.operationName) == ["chat alias", "chat alias"])
        #expect(spans[0].attributes.get("gen_ai.response.model") == "alias")
        #expect(spans[0].attributes.get("gen_ai.request.model") == "alias")
        #expect(spans[0].attributes.get("error.type") == nil)
        #expect(spans[1].attributes.get("error.type") == "invalidRequest")
        #expect(tracer.performedContextExtractions.count == 2)
    }

    @Test("answers bear what LiteLLM's users read, and what is left of the key's budgets")
    func headers() async throws {
        let minute = UsageLimit(UsageLimitID(.key, "g1", "minute"), [.requests: 10, .tokens: 100_000], per: .minute)
        let day = UsageLimit(UsageLimitID(.project, "demo", "day"), [.requests: 5], per: .day(zone: "UTC"))
        let script = ScriptedUpstream("up", [.says("Good day."), .says("Good day.")], time: time)
        let gateway = try gateway([script], limits: [minute, day])
        _ = await gateway.respond(to: chat(body))
        let response = await gateway.respond(to: chat(body))
        func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { response.headers[$0] } }
        #expect(header("x-ratelimit-limit-requests") == "5" && header("x-ratelimit-remaining-requests") == "3")
        #expect(header("x-ratelimit-limit-tokens") == "100000")
        let left = Int(header("x-ratelimit-remaining-tokens") ?? "0") ?? 0
        #expect(left < 100_000 && left > 90_000)
        #expect(header("x-ratelimit-reset-tokens")?.hasSuffix("s") == true)
        #expect(header("x-litellm-call-id") == header("x-claw-call-id"))
        #expect(header("x-litellm-model-id") == "up" && header("x-litellm-model-group") == "alias")
        #expect(header("x-litellm-response-cost") == header("x-claw-response-cost"))
        #expect(header("x-litellm-attempted-retries") == "0" && header("x-litellm-overhead-duration-ms") == "0.000")
    }

    @Test(
        "reset times are written as Go writes durations",
        arguments: [
            (Duration.milliseconds(12), "12ms"), (.zero, "0ms"), (.seconds(59), "59s"), (.seconds(360), "6m0s"),
            (.seconds(3723), "1h2m3s"), (.milliseconds(1001), "2s"),
        ])
    func resets(_ duration: Duration, _ text: String) { #expect(RateLimitHeaders.duration(duration) == text) }
}
