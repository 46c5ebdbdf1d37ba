import ClawBase
import ClawDialects
import ClawLedger
import HTTPTypes
import Yams

extension LiteLLMReader {
    mutating func readModels(_ node: Node, _ path: String) {
        guard case .sequence(let nodes) = node else {
            return note(.unsupported, path, node, "This must be a list.")
        }
        for (index, node) in nodes.enumerated() { readModel(node, "\(path)[\(index)]") }
    }

    private mutating func readModel(_ node: Node, _ path: String) {
        let members = fields(node, path)
        guard let name = members.first(where: { $0.name == "model_name" }).flatMap({ text($0.node, $0.path) }),
            let params = members.first(where: { $0.name == "litellm_params" })
        else { return note(.unsupported, path, node, "It has no model_name or no litellm_params.") }
        var entry = LiteLLMDeployment(name: name)
        for (field, node, path) in fields(params.node, params.path) { readParameter(field, node, path, &entry) }
        for (field, node, path) in members {
            switch field {
            case "model_name", "litellm_params": break
            // As older files have them.
            case "rpm", "tpm": readParameter(field, node, path, &entry)
            case "model_info": for (field, node, path) in fields(node, path) { readInfo(field, node, path, &entry) }
            default: note(.unsupported, path, node, "This has no counterpart here.")
            }
        }
        guard let deployment = deployment(entry, params.node, "\(params.path).model") else { return }
        if models[name] == nil { order.append(name) }
        var model = models[name] ?? LiteLLMModel(name: name)
        model.deployments.append(deployment)
        model.accessGroups.formUnion(entry.accessGroups)
        model.hasWeights = model.hasWeights || entry.hasWeight
        model.timeout = [model.timeout, entry.timeout].compactMap(\.self).max()
        model.streamTimeout = [model.streamTimeout, entry.streamTimeout].compactMap(\.self).max()
        models[name] = model
    }

    // MARK: litellm_params and model_info

    private mutating func readParameter(
        _ field: String, _ node: Node, _ path: String, _ entry: inout LiteLLMDeployment
    ) {
        if readCost(field, node, path, &entry) { return }
        switch field {
        case "model": entry.model = text(node, path)
        case "custom_llm_provider": entry.provider = text(node, path)
        case "api_base", "base_url", "aws_bedrock_runtime_endpoint":
            (entry.baseURL, entry.hasAddress) = (text(node, path), true)
        case "api_key": entry.key = secret(node, path, named: "\(entry.name)_KEY")
        case "api_version": entry.apiVersion = text(node, path)
        case "aws_access_key_id": entry.awsID = secret(node, path, named: "\(entry.name)_AWS_ACCESS_KEY_ID")
        case "aws_secret_access_key": entry.awsSecret = secret(node, path, named: "\(entry.name)_AWS_SECRET_ACCESS_KEY")
        case "aws_session_token": entry.awsSession = secret(node, path, named: "\(entry.name)_AWS_SESSION_TOKEN")
        case "aws_region_name": entry.region = text(node, path)
        case "rpm": entry.traits.requestsPerMinute = positive(node, path)
        case "tpm": entry.traits.tokensPerMinute = positive(node, path)
        case "max_parallel_requests": entry.traits.requestsAtOnce = positive(node, path)
        case "weight":
            guard let weight = number(node, path) else { return }
            // Here weights are whole; LiteLLM takes parts such as 0.9.
            entry.traits.weight = min(1_000_000, Int((weight * (weight < 10 ? 100 : 1)).rounded()))
            entry.hasWeight = true
        case "order": entry.traits.order = Int(clamping: count(node, path) ?? 0)
        case "timeout", "request_timeout": entry.timeout = seconds(node, path)
        case "stream_timeout": entry.streamTimeout = seconds(node, path)
        case "tags": entry.traits.tags = Set(names(node))
        case "organization": if let text = text(node, path) { entry.headers["OpenAI-Organization"] = text }
        case "extra_headers", "headers":
            for (name, node, path) in fields(node, path) {
                if HTTPField.Name(name) != nil, let value = text(node, path) { entry.headers[name] = value }
            }
        case "max_tokens": entry.outputLimit = count(node, path).map { Int($0) }
        case "max_retries", "num_retries":
            return note(.ignored, path, node, "A model's retries are told by router_settings.num_retries.")
        case "drop_params", "additional_drop_params", "allowed_openai_params":
            return note(.ignored, path, node, "What an upstream's dialect cannot say is left out always.")
        case "use_in_pass_through", "use_litellm_proxy", "litellm_credential_name", "mock_response", "fallbacks":
            return note(.unsupported, path, node, "This has no counterpart here.")
        case _ where Self.clientParameters.contains(field):
            return note(.unsupported, path, node, "A client's parameter is not set here; send it with requests.")
        default: return note(.unsupported, path, node, "This has no counterpart here.")
        }
        if !["api_key", "aws_access_key_id", "aws_secret_access_key", "aws_session_token"].contains(field) {
            note(.taken, path, node, Self.words(field))
        }
    }

    private static let clientParameters: Set<String> = [
        "temperature", "top_p", "top_k", "n", "stop", "seed", "user", "presence_penalty", "frequency_penalty", "logit_bias",
        "response_format", "tools", "tool_choice", "max_completion_tokens", "reasoning_effort", "thinking", "extra_body",
        "parallel_tool_calls", "service_tier", "num_ctx", "keep_alive", "metadata", "stream", "system",
    ]

    private static func words(_ field: String) -> String {
        switch field {
        case "timeout", "request_timeout": "deadlines.wholeAnswer of the model, the longest of its deployments."
        case "stream_timeout": "deadlines.firstToken and betweenTokens of the model, the longest of its deployments."
        case "rpm": "requestsPerMinute; it is kept to, not only looked at."
        case "tpm": "tokensPerMinute; it is kept to, not only looked at."
        case "max_parallel_requests": "requestsAtOnce."
        case "organization", "extra_headers", "headers": "headers."
        case "max_tokens": "defaultOutputLimit, where the upstream demands one."
        case "api_base", "base_url": "baseURL."
        default: "As it stands."
        }
    }

    private mutating func readInfo(_ field: String, _ node: Node, _ path: String, _ entry: inout LiteLLMDeployment) {
        if readCost(field, node, path, &entry) { return }
        switch field {
        case "id": entry.id = text(node, path)
        case "access_groups": entry.accessGroups = names(node)
        case "base_model": entry.baseModel = text(node, path)
        case "disable_background_health_check": entry.skipsHealthChecks = isTrue(node)
        case "health_check_timeout": entry.healthTimeout = seconds(node, path)
        case "max_input_tokens": entry.traits.contextTokens = positive(node, path)
        case "max_tokens", "max_output_tokens", "mode", "description", "db_model", "created_by", "version", "litellm_provider",
            "supported_environments":
            return note(.ignored, path, node, "For people and lists only.")
        case _ where field.hasPrefix("supports_"): return note(.ignored, path, node, "For people and lists only.")
        default: return note(.unsupported, path, node, "This has no counterpart here.")
        }
        note(.taken, path, node, "As it stands.")
    }

    /// Prices stand in either section, in dollars per token.
    private mutating func readCost(
        _ field: String, _ node: Node, _ path: String, _ entry: inout LiteLLMDeployment
    ) -> Bool {
        let costs: [String: WritableKeyPath<LiteLLMDeployment.Costs, Int64?>] = [
            "input_cost_per_token": \.input, "output_cost_per_token": \.output,
            "cache_read_input_token_cost": \.cacheRead, "cache_creation_input_token_cost": \.cacheWrite,
            "output_cost_per_reasoning_token": \.reasoning, "input_cost_per_audio_token": \.audioInput,
            "output_cost_per_audio_token": \.audioOutput,
        ]
        guard let cost = costs[field] else { return false }
        guard let text = text(node, path) else { return true }
        guard let nanos = Self.nanosPerMillion(text) else {
            note(.unsupported, path, node, "This is no price.")
            return true
        }
        entry.costs[keyPath: cost] = nanos
        note(.taken, path, node, "$\(NanoDollars(nanos: nanos)) per million tokens.")
        return true
    }

    /// Dollars per token as billionths of a dollar per million tokens, exactly; parts of one count as a whole one.
    static func nanosPerMillion(_ text: String) -> Int64? {
        let parts = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let exponent = parts.count == 2 ? Int(parts[1]) : 0 else { return nil }
        let decimals = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(decimals.count), let digits = Int64(decimals.joined()), digits >= 0 else { return nil }
        var (amount, shift) = (Int128(digits), exponent + 15 - (decimals.count == 2 ? decimals[1].count : 0))
        guard (-40...20).contains(shift) else { return nil }
        while shift > 0 { (amount, shift) = (amount * 10, shift - 1) }
        while shift < 0 { (amount, shift) = (amount / 10 + (amount % 10 == 0 ? 0 : 1), shift + 1) }
        return Int64(exactly: amount)
    }

    private mutating func positive(_ node: Node, _ path: String) -> Int64? {
        count(node, path).flatMap { $0 > 0 ? $0 : nil }
    }

    // MARK: what it amounts to

    private mutating func deployment(_ entry: LiteLLMDeployment, _ node: Node, _ path: String) -> DeclaredDeployment? {
        guard let model = entry.model else {
            note(.unsupported, path, node, "There is no model; the deployment is left out.")
            return nil
        }
        guard let (name, own) = LiteLLMProvider.split(model, custom: entry.provider, hasAddress: entry.hasAddress) else {
            note(.unsupported, path, node, "Nothing tells whose model '\(model)' is; the deployment is left out. Write provider/model.")
            return nil
        }
        guard !own.isEmpty else {
            note(.unsupported, path, node, "There is no model behind the provider's name; the deployment is left out.")
            return nil
        }
        guard let provider = LiteLLMProvider.all[name] else {
            note(.unsupported, path, node, "The gateway does not speak \(name)'s interface; the deployment is left out.")
            return nil
        }
        guard let baseURL = baseURL(entry, provider, name), UpstreamURL.problem(with: baseURL) == nil else {
            note(.unsupported, path, node, "There is no address, or none that is right; add api_base. The deployment is left out.")
            return nil
        }
        var target = UpstreamTarget(
            provider.dialect, model: Self.model(own, provider.dialect),
            sendsReasoning: name == "openai" && baseURL.contains("api.openai.com") ? false : nil,
            servesResponses: name == "openai" && baseURL.contains("api.openai.com"), apiVersion: version(entry, provider))
        if let limit = entry.outputLimit { target.defaultOutputLimit = limit }
        let upstream = DeclaredUpstream.http(
            baseURL: baseURL, target, key: key(entry, provider, baseURL), headers: entry.headers)
        var deployment = DeclaredDeployment(upstream, name: entry.id, traits: entry.traits)
        deployment.prices = prices(entry, provider, own)
        if let healthInterval, !entry.skipsHealthChecks {
            var check = DeclaredHealthCheck(every: healthInterval)
            // These two have no list of models to ask for.
            if [.azureOpenAI, .bedrock].contains(provider.dialect) { check.method = .chat }
            check.within = entry.healthTimeout ?? check.within
            deployment.health = check
        }
        return deployment
    }

    private mutating func prices(
        _ entry: LiteLLMDeployment, _ provider: LiteLLMProvider, _ model: String
    ) -> DeclaredPrices {
        let base = entry.baseModel.map { name in
            PriceTable.bundled[name] == nil ? "\(provider.list ?? "openai")/\(name)" : name
        }
        let name = base ?? provider.list.map { "\($0)/\(Self.model(model, provider.dialect))" }
        let listed = name.flatMap { PriceTable.bundled[$0] == nil ? nil : $0 }
        guard entry.costs != LiteLLMDeployment.Costs() else { return listed.map(DeclaredPrices.named) ?? .listed }
        var prices = listed.flatMap { PriceTable.bundled[$0]?.prices } ?? .free
        prices.input = entry.costs.input ?? prices.input
        prices.output = entry.costs.output ?? prices.output
        prices.cacheRead = entry.costs.cacheRead ?? prices.cacheRead
        prices.cacheWrite = entry.costs.cacheWrite ?? prices.cacheWrite
        prices.reasoning = entry.costs.reasoning ?? prices.reasoning
        prices.audioInput = entry.costs.audioInput ?? prices.audioInput
        prices.audioOutput = entry.costs.audioOutput ?? prices.audioOutput
        if entry.costs.input != nil || entry.costs.output != nil { prices.long = nil }
        return .own(prices)
    }

    private func baseURL(_ entry: LiteLLMDeployment, _ provider: LiteLLMProvider, _ name: String) -> String? {
        guard var url = entry.baseURL ?? provider.baseVariable.flatMap(value(of:)) ?? provider.baseURL else {
            guard provider.dialect == .bedrock, let region = region(entry) else { return nil }
            return "https://bedrock-runtime.\(region).amazonaws.com"
        }
        while url.hasSuffix("/") { url.removeLast() }
        // Whose dialects' paths begin with a version of their own.
        let ends: [String] =
            switch provider.dialect {
            case .anthropic: ["/v1/messages", "/v1"]
            case .ollama: ["/api", "/v1"]
            case .azureOpenAI: ["/openai"]
            case .openAI, .gemini, .bedrock: []
            }
        for end in ends where url.hasSuffix(end) { return String(url.dropLast(end.count)) }
        return url
    }

    private func region(_ entry: LiteLLMDeployment) -> String? {
        entry.region ?? value(of: "AWS_REGION_NAME") ?? value(of: "AWS_REGION") ?? value(of: "AWS_DEFAULT_REGION")
    }

    private func version(_ entry: LiteLLMDeployment, _ provider: LiteLLMProvider) -> String? {
        provider.dialect == .azureOpenAI ? entry.apiVersion ?? value(of: "AZURE_API_VERSION") : nil
    }

    /// Bedrock's models may have a way and a region before their names.
    private static func model(_ name: String, _ dialect: UpstreamDialect) -> String {
        guard dialect == .bedrock, !name.hasPrefix("arn:") else { return name }
        return name.split(separator: "/").last.map(String.init) ?? name
    }

    private func key(_ entry: LiteLLMDeployment, _ provider: LiteLLMProvider, _ baseURL: String) -> DeclaredKey {
        if let key = entry.key { return .at(key) }
        if provider.dialect == .bedrock, let region = region(entry) {
            if entry.awsID == nil, let variable = provider.keyVariable, isSet(variable) { return .at(.environment(variable)) }
            return .aws(
                region: region, id: entry.awsID ?? .environment("AWS_ACCESS_KEY_ID"),
                secret: entry.awsSecret ?? .environment("AWS_SECRET_ACCESS_KEY"),
                session: entry.awsSession ?? (isSet("AWS_SESSION_TOKEN") ? .environment("AWS_SESSION_TOKEN") : nil))
        }
        guard let variable = provider.keyVariable else { return .none }
        // A server of one's own may want none; the provider's own always does.
        return baseURL == provider.baseURL || isSet(variable) ? .at(.environment(variable)) : .none
    }
}
