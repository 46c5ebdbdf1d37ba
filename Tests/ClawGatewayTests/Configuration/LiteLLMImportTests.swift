import ClawBase
import ClawDialects
@testable import ClawGateway
import ClawLedger
import ClawPlatform
import Testing

@Suite("LiteLLM's config.yaml")
struct LiteLLMImportTests {
    private func read(_ yaml: String, _ environment: [String: String] = [:]) throws -> LiteLLMImport {
        try LiteLLMImport(yaml: yaml, environment: environment)
    }

    /// Two keys of one provider, a twin elsewhere, another model to fall back on.
    private static let balanced = """
        model_list:
          - model_name: gpt-4o
            litellm_params:
              model: openai/gpt-4o
              api_key: os.environ/OPENAI_API_KEY_1
              rpm: 600
              tpm: 100000
          - model_name: gpt-4o
            litellm_params:
              model: azure/my-deployment
              api_base: os.environ/AZURE_API_BASE
              api_key: os.environ/AZURE_API_KEY
              api_version: "2024-10-21"
              rpm: 300
              timeout: 60
              stream_timeout: 10
              max_parallel_requests: 50
            model_info: {id: azure-eu, base_model: gpt-4o, access_groups: [prod], mode: chat, supports_vision: true}
          - model_name: claude
            litellm_params: {model: anthropic/claude-sonnet-4-5, order: 1, weight: 2}
        router_settings:
          routing_strategy: simple-shuffle
          num_retries: 3
          retry_policy: {RateLimitErrorRetries: 5, TimeoutErrorRetries: 0, BadRequestErrorRetries: 1}
          allowed_fails: 2
          cooldown_time: 30
          timeout: 90
          fallbacks: [{gpt-4o: [claude]}]
          context_window_fallbacks: [{gpt-4o: [claude, gone]}]
          model_group_alias: {gpt-4: gpt-4o, hidden: {model: claude, hidden: true}}
          enable_pre_call_checks: true
          redis_host: os.environ/REDIS_HOST
        litellm_settings:
          drop_params: true
          default_fallbacks: [gpt-4o]
          callbacks: [prometheus, langfuse]
          max_budget: 100
          budget_duration: 30d
        general_settings:
          master_key: os.environ/LITELLM_MASTER_KEY
          database_url: os.environ/DATABASE_URL
          global_max_parallel_requests: 1000
        """

    @Test("models, routing, fallbacks, limits and the master key are taken over")
    func balanced() async throws {
        let imported = try read(Self.balanced, ["AZURE_API_BASE": "https://my.openai.azure.com/", "REDIS_HOST": "r"])
        let configuration = imported.configuration
        #expect(configuration.models.map(\.name) == ["gpt-4o", "claude"])
        let model = configuration.models[0]
        #expect(model.aliases == ["gpt-4"] && model.accessGroups == ["prod"])
        #expect(
            model.deployments[0].upstream
                == .http(
                    baseURL: "https://api.openai.com/v1",
                    UpstreamTarget(.openAI, model: "gpt-4o", sendsReasoning: false, servesResponses: true),
                    key: .at(.environment("OPENAI_API_KEY_1"))))
        #expect(
            model.deployments[1].upstream
                == .http(
                    baseURL: "https://my.openai.azure.com",
                    UpstreamTarget(.azureOpenAI, model: "my-deployment", apiVersion: "2024-10-21"),
                    key: .at(.environment("AZURE_API_KEY"))))
        #expect(model.deployments[1].name == "azure-eu" && model.deployments[1].prices == .named("azure/gpt-4o"))
        #expect(model.deployments[0].traits.requestsPerMinute == 600 && model.deployments[0].traits.tokensPerMinute == 100_000)
        #expect(model.deployments[0].traits.contextTokens == 128_000)
        // As simple-shuffle weighs by rpm.
        #expect(model.deployments.map(\.traits.weight) == [1000, 500])
        #expect(model.deployments[1].traits.requestsAtOnce == 50)
        let policy = model.policy
        #expect(policy.strategy == .weighted && policy.retries == 3)
        #expect(policy.retriesFor == [.rateLimited: 5, .timeout: 0])
        #expect(policy.breaker.failuresInRow == 3 && policy.breaker.cooldown == .seconds(30))
        #expect(policy.deadlines.wholeAnswer == .seconds(60) && policy.deadlines.firstToken == .seconds(10))
        #expect(policy.fallbacks == ["claude"] && policy.contextFallbacks == ["claude"])
        let claude = configuration.models[1]
        #expect(claude.aliases == ["hidden"] && claude.policy.fallbacks == ["gpt-4o"])
        #expect(claude.policy.deadlines.wholeAnswer == .seconds(90))
        #expect(claude.deployments[0].traits.order == 1 && claude.deployments[0].traits.weight == 200)
        guard case .http(let url, _, let key, _) = claude.deployments[0].upstream else { return #expect(Bool(false)) }
        #expect(url == "https://api.anthropic.com" && key == .at(.environment("ANTHROPIC_API_KEY")))
        #expect(configuration.masterKey == .environment("LITELLM_MASTER_KEY"))
        #expect(
            configuration.limits == [
                UsageLimit(UsageLimitID(.platform, ""), cost: .dollars(100), per: .month(zone: "UTC")),
                UsageLimit(UsageLimitID(.platform, "", "at once"), [.inFlight: 1000]),
            ])
        _ = try ModelRouter(
            configuration.models, transport: ScriptedTransport([]), secrets: configuration.secrets(InMemorySecrets()))
    }

    @Test("the report names each field, its place, and what became of it")
    func report() throws {
        let report = try read(Self.balanced, ["AZURE_API_BASE": "https://my.openai.azure.com"]).report
        func entry(_ field: String) -> ImportReport.Entry? { report.entries.first { $0.field == field } }
        #expect(entry("model_list[0].litellm_params.rpm")?.outcome == .taken)
        #expect(entry("model_list[0].litellm_params.rpm")?.place == "config.yaml:6")
        #expect(entry("model_list[1].model_info.mode")?.outcome == .ignored)
        #expect(entry("router_settings.redis_host")?.outcome == .ignored)
        #expect(entry("litellm_settings.drop_params")?.outcome == .ignored)
        #expect(entry("router_settings.retry_policy.BadRequestErrorRetries")?.outcome == .ignored)
        #expect(entry("general_settings.database_url")?.outcome == .unsupported)
        #expect(report[.unsupported].contains { $0.words.contains("'gone'") })
        #expect(report[.unsupported].contains { $0.words.contains("langfuse") })
        #expect(!report[.unsupported].contains { $0.words.contains("prometheus") })
    }

    @Test("a server of one's own, keys in clear, and models that only a name tells whose they are")
    func local() async throws {
        let imported = try read(
            """
            environment_variables: {GROQ_API_KEY: gsk-in-file}
            model_list:
              - model_name: local
                litellm_params: {model: openai/Qwen/Qwen3-32B, api_base: "http://gpu-1:8000/v1", api_key: sk-no-key-required}
              - model_name: local
                litellm_params: {model: hosted_vllm/Qwen/Qwen3-32B, api_base: "http://gpu-2:8000/v1", input_cost_per_token: 2.5e-07, output_cost_per_token: 0.000001}
              - model_name: llama
                litellm_params: {model: ollama_chat/llama3.2, api_base: "http://box:11434/", extra_headers: {X-Team: red}}
              - {model_name: mini, litellm_params: {model: gpt-4o-mini}}
              - {model_name: fast, litellm_params: {model: groq/llama-3.3-70b-versatile}}
            general_settings: {master_key: sk-1234}
            """)
        let configuration = imported.configuration
        #expect(configuration.models.map(\.name) == ["local", "llama", "mini", "fast"])
        let local = configuration.models[0].deployments
        guard case .http(let url, let target, let key, _) = local[0].upstream else { return #expect(Bool(false)) }
        #expect(url == "http://gpu-1:8000/v1" && target.model == "Qwen/Qwen3-32B" && target.sendsReasoning)
        guard case .at(let place) = key else { return #expect(Bool(false)) }
        let secrets = configuration.secrets(InMemorySecrets())
        #expect(try await secrets.secret(place).reveal() == "sk-no-key-required")
        guard case .http(_, _, let none, _) = local[1].upstream else { return #expect(Bool(false)) }
        #expect(none == DeclaredKey.none)
        #expect(local[1].prices == .own(TokenPrices(input: 250_000_000, output: 1_000_000_000)))
        #expect(
            configuration.models[1].deployments[0].upstream
                == .http(
                    baseURL: "http://box:11434", UpstreamTarget(.ollama, model: "llama3.2"), headers: ["X-Team": "red"]))
        #expect(configuration.models[2].deployments[0].prices == .named("openai/gpt-4o-mini"))
        guard case .http(_, _, .at(let groq), _) = configuration.models[3].deployments[0].upstream else {
            return #expect(Bool(false))
        }
        #expect(try await secrets.secret(groq).reveal() == "gsk-in-file")
        #expect(try await configuration.masterKey(InMemorySecrets())?.reveal() == "sk-1234")
        let text = "\(imported.report) \(configuration.yaml) \(configuration)"
        for secret in ["sk-no-key", "sk-1234", "gsk-in"] { #expect(!text.contains(secret), "\(secret)") }
    }

    @Test("Bedrock's regions and signatures, wildcards, and providers that are not spoken")
    func bedrock() throws {
        let imported = try read(
            """
            model_list:
              - model_name: claude
                litellm_params:
                  model: bedrock/converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0
                  aws_access_key_id: os.environ/AWS_KEY
                  aws_secret_access_key: os.environ/AWS_SECRET
                  aws_region_name: us-east-1
              - model_name: claude
                litellm_params: {model: bedrock/anthropic.claude-3-haiku-20240307-v1:0, aws_region_name: eu-west-1}
              - model_name: "openai/*"
                litellm_params: {model: "openai/*", api_key: os.environ/OPENAI_API_KEY}
              - model_name: gemini
                litellm_params: {model: vertex_ai/gemini-2.5-pro, vertex_project: p}
              - model_name: mystery
                litellm_params: {model: mystery-7b}
            router_settings: {optional_pre_call_checks: [prompt_caching]}
            """)
        let configuration = imported.configuration
        #expect(configuration.models.map(\.name) == ["claude", "openai/*"])
        #expect(
            configuration.models[0].deployments[0].upstream
                == .http(
                    baseURL: "https://bedrock-runtime.us-east-1.amazonaws.com",
                    UpstreamTarget(.bedrock, model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
                    key: .aws(
                        region: "us-east-1", id: .environment("AWS_KEY"), secret: .environment("AWS_SECRET"), session: nil)))
        guard case .http(_, _, .aws(_, let id, _, _), _) = configuration.models[0].deployments[1].upstream else {
            return #expect(Bool(false))
        }
        #expect(id == .environment("AWS_ACCESS_KEY_ID"))
        #expect(configuration.models[0].policy.strategy == .prefixAffinity)
        #expect(imported.report[.unsupported].contains { $0.words.contains("vertex_ai") })
        #expect(imported.report[.unsupported].contains { $0.words.contains("mystery-7b") })
        let router = try ModelRouter(
            configuration.models, transport: ScriptedTransport([]), secrets: InMemorySecrets())
        let deployment = try #require(router.group("openai/gpt-4o-mini")?.deployments.first)
        #expect(deployment.prices.input == 150_000_000)
        #expect((deployment.upstream as? HTTPUpstream)?.target.model == "gpt-4o-mini")
    }

    @Test("a file that has grown for years: what can be served is, the rest is named")
    func grown() throws {
        let imported = try read(
            """
            litellm_settings:
              drop_params: True
              num_retries: 5
              request_timeout: 600
              telemetry: False
              context_window_fallbacks: [{"chat": ["chat-large"]}]
              default_team_settings: [{team_id: red, success_callback: [langfuse]}]
            model_list:
              - model_name: chat # older files have limits beside litellm_params
                litellm_params: {model: gpt-3.5-turbo, region_name: eu, temperature: 0.2, api_key: sk-aaaa}
                tpm: 20000
                rpm: 3
              - model_name: chat
                litellm_params: {model: "azure/chat-v-2", api_base: "https://x.openai.azure.com/", api_version: "2023-05-15", api_key: os.environ/AZURE_API_KEY}
              - model_name: chat-large
                litellm_params: {model: "gpt-3.5-turbo-1106", api_key: os.environ/OPENAI_API_KEY, rpm: 480, timeout: 300, stream_timeout: 0.001}
              - {model_name: lama, litellm_params: {model: sagemaker/lama-70b, input_cost_per_second: 0.00042}}
              - {model_name: pictures, litellm_params: {model: azure/, api_base: "https://x.openai.azure.com/"}}
              - {model_name: "*", litellm_params: {model: "openai/*", api_key: os.environ/OPENAI_API_KEY}}
              - {model_name: "groq/*", litellm_params: {model: "groq/*", api_key: os.environ/GROQ_API_KEY}}
              - {model_name: instruct, litellm_params: {model: text-completion-openai/gpt-3.5-turbo-instruct}}
            finetune_settings: [{custom_llm_provider: azure, api_key: os.environ/AZURE_API_KEY}]
            router_settings:
              routing_strategy: usage-based-routing-v2
              redis_host: os.environ/REDIS_HOST
              enable_pre_call_checks: true
              model_group_alias: {my-alias: chat-large}
            general_settings:
              master_key: sk-1234
              store_model_in_db: True
              pass_through_endpoints: [{path: /v1/rerank, target: "https://rerank.test"}]
            """)
        let models = imported.configuration.models
        #expect(models.map(\.name) == ["chat", "chat-large", "*", "groq/*", "instruct"])
        #expect(models[0].deployments.count == 2 && models[0].deployments[0].traits.requestsPerMinute == 3)
        #expect(models[0].policy.contextFallbacks == ["chat-large"] && models[0].policy.retries == 5)
        #expect(models[0].policy.strategy == .leastBusy && models[0].policy.deadlines.wholeAnswer == .seconds(600))
        #expect(models[1].aliases == ["my-alias"] && models[1].policy.deadlines.firstToken == .milliseconds(1))
        let missing = imported.report[.unsupported].map(\.field)
        for field in [
            "model_list[0].litellm_params.temperature", "model_list[0].litellm_params.region_name",
            "model_list[3].litellm_params.model", "model_list[4].litellm_params.model", "finetune_settings",
            "litellm_settings.default_team_settings", "general_settings.store_model_in_db",
            "general_settings.pass_through_endpoints",
        ] { #expect(missing.contains(field), "\(field)") }
        let router = try ModelRouter(models, transport: ScriptedTransport([]), secrets: InMemorySecrets())
        #expect(router.group("groq/llama")?.label == "groq/*" && router.group("gpt-4o")?.label == "*")
        #expect(router.group("my-alias") === router.group("chat-large"))
        let again = try GatewayConfiguration(yaml: imported.configuration.yaml)
        #expect(again.yaml == imported.configuration.yaml)
    }

    @Test("a file of which nothing can be served is refused, and says why")
    func nothing() {
        #expect {
            _ = try read("model_list:\n  - {model_name: x, litellm_params: {model: vertex_ai/y}}\n")
        } throws: { error in
            let finding = (error as? InvalidConfiguration)?.findings.first
            return finding?.message.contains("vertex_ai") == true && finding?.field == "config.yaml:1"
        }
        #expect(throws: InvalidConfiguration.self) { try read("model_list: []") }
        #expect(throws: InvalidConfiguration.self) { try read("model_list: [") }
    }

    @Test("background checks of health become each upstream's own")
    func health() throws {
        func checks(_ settings: String) throws -> [DeclaredHealthCheck?] {
            let yaml = """
                model_list:
                  - {model_name: a, litellm_params: {model: openai/gpt-4o, api_key: k}}
                  - {model_name: b, litellm_params: {model: azure/dep, api_base: "https://a.test", api_key: k}, model_info: {health_check_timeout: 5}}
                  - {model_name: c, litellm_params: {model: openai/gpt-4o, api_key: k}, model_info: {disable_background_health_check: true}}
                general_settings: {\(settings)}
                """
            let configuration = try read(yaml).configuration
            #expect(try GatewayConfiguration(yaml: configuration.yaml).models.map { $0.deployments[0].health }
                == configuration.models.map { $0.deployments[0].health })
            return configuration.models.map { $0.deployments[0].health }
        }
        let each = DeclaredHealthCheck(every: .seconds(60))
        let word = DeclaredHealthCheck(every: .seconds(60), within: .seconds(5), method: .chat)
        #expect(try checks("background_health_checks: true, health_check_interval: 60") == [each, word, nil])
        #expect(try checks("background_health_checks: true").map { $0?.every } == [.seconds(300), .seconds(300), nil])
        #expect(try checks("health_check_interval: 60") == [nil, nil, nil])
        #expect(try checks("background_health_checks: false") == [nil, nil, nil])
    }

    @Test("the claw.yaml it amounts to says the same")
    func written() throws {
        let configuration = try read(Self.balanced, ["AZURE_API_BASE": "https://my.openai.azure.com"]).configuration
        let again = try GatewayConfiguration(yaml: configuration.yaml)
        #expect(again.yaml == configuration.yaml)
        #expect(again.models.flatMap { $0.deployments.map(\.upstream) } == configuration.models.flatMap { $0.deployments.map(\.upstream) })
        #expect(again.models.map(\.policy.fallbacks) == configuration.models.map(\.policy.fallbacks))
        #expect(again.models[0].policy.breaker == configuration.models[0].policy.breaker)
        #expect(again.limits == configuration.limits && again.masterKey == configuration.masterKey)
    }

    @Test("prices per token are read exactly")
    func prices() {
        let all: [(String, Int64?)] = [
            ("0.0000025", 2_500_000_000), ("2.5e-06", 2_500_000_000), ("2.5E-6", 2_500_000_000), ("0", 0), ("1e-15", 1),
            ("1e-16", 1), ("0.000000075", 75_000_000), ("-1", nil), ("cheap", nil), ("", nil), ("1e99", nil),
        ]
        for (text, nanos) in all { #expect(LiteLLMReader.nanosPerMillion(text) == nanos, "\(text)") }
    }

    @Test("which sort of file it is, its sections tell")
    func sort() {
        #expect(LiteLLMImport.isMeant("model_list: []"))
        #expect(LiteLLMImport.isMeant("general_settings: {}"))
        #expect(!LiteLLMImport.isMeant("models: []"))
        #expect(!LiteLLMImport.isMeant("- model_list"))
    }
}
