import ClawBase
import ClawDialects
import ClawLedger
import Yams

/// `router_settings`, `litellm_settings` and `general_settings`.
extension LiteLLMReader {
    mutating func readSettings(_ node: Node, _ path: String) {
        var budget: (amount: Int64, node: Node, path: String)?
        var window = UsageWindow.forever
        var cache: (isOn: Bool, node: Node?, path: String) = (false, nil, "")
        for (name, node, path) in fields(node, path) {
            switch name {
            case "max_budget":
                if let text = text(node, path), let amount = NanoDollars(text) { budget = (amount.nanos, node, path) }
            case "budget_duration": window = self.window(node, path) ?? .forever
            case "cache":
                cache.isOn = isTrue(node)
                note(.taken, path, node, "gateway.cache.keep: answers to all keys, each tenant's for itself.")
            case "cache_params": (cache.node, cache.path) = (node, path)
            default: readSetting(name, node, path)
            }
        }
        readCache(cache.node, cache.path, isOn: cache.isOn)
        if let budget {
            configuration.limits.append(UsageLimit(UsageLimitID(.platform, ""), [.cost: budget.amount], per: window))
            note(.taken, budget.path, budget.node, "A limit on the platform.")
        }
    }

    private mutating func readSetting(_ name: String, _ node: Node, _ path: String) {
        switch name {
        case "routing_strategy": return readStrategy(node, path)
        case "num_retries":
            guard let retries = count(node, path) else { return }
            routing.policy.retries = Int(min(20, retries))
        case "timeout", "request_timeout":
            guard let limit = seconds(node, path) else { return }
            routing.policy.deadlines.wholeAnswer = limit
            return note(.taken, path, node, "deadlines.wholeAnswer.")
        case "stream_timeout":
            guard let limit = seconds(node, path) else { return }
            (routing.policy.deadlines.firstToken, routing.policy.deadlines.betweenTokens) = (limit, limit)
            return note(.taken, path, node, "deadlines.firstToken and betweenTokens.")
        case "fallbacks": routing.fallbacks.merge(readFallbacks(node)) { $1 }
        case "context_window_fallbacks": routing.contextFallbacks.merge(readFallbacks(node)) { $1 }
        case "content_policy_fallbacks": routing.policyFallbacks.merge(readFallbacks(node)) { $1 }
        case "default_fallbacks": routing.defaultFallbacks = names(node)
        case "model_group_alias": return readAliases(node, path)
        case "allowed_fails":
            guard let fails = count(node, path) else { return }
            routing.policy.breaker.failuresInRow = Int(min(1_000_000, fails + 1))
            return note(.taken, path, node, "breaker.failuresInRow, one more.")
        case "cooldown_time":
            guard let rest = seconds(node, path) else { return }
            routing.policy.breaker.cooldown = rest
            routing.policy.breaker.longestCooldown = max(rest, routing.policy.breaker.longestCooldown)
            return note(.taken, path, node, "breaker.cooldown.")
        case "disable_cooldowns": if isTrue(node) { routing.policy.breaker = .never }
        case "retry_after":
            guard let pause = seconds(node, path) else { return }
            routing.policy.backoff = Backoff(initial: pause, cap: max(pause, routing.policy.backoff.cap))
            return note(.taken, path, node, "backoff.initial.")
        case "retry_policy": routing.policy.retriesFor = readRetries(node, path)
        case "model_group_retry_policy":
            for (model, node, path) in fields(node, path) { routing.retriesByModel[model] = readRetries(node, path) }
        case "enable_pre_call_checks":
            routing.checksContext = isTrue(node)
            return note(.taken, path, node, "contextTokens of each upstream, as the bundled list has it.")
        case "optional_pre_call_checks": return readChecks(node, path)
        default: return noteRest(name, node, path)
        }
        note(.taken, path, node, "As it stands.")
    }

    private mutating func readStrategy(_ node: Node, _ path: String) {
        let strategies: [String: (RoutingStrategy, String)] = [
            "simple-shuffle": (.weighted, "weighted."), "least-busy": (.leastBusy, "least-busy."),
            "latency-based-routing": (.latency, "latency."), "cost-based-routing": (.cost, "cost."),
            "usage-based-routing": (.leastBusy, "least-busy, the nearest: limits are kept to in any case."),
            "usage-based-routing-v2": (.leastBusy, "least-busy, the nearest: limits are kept to in any case."),
        ]
        guard let name = text(node, path) else { return }
        guard let (strategy, words) = strategies[name] else {
            return note(.unsupported, path, node, "There is no such strategy here; models are routed by weight.")
        }
        routing.policy.strategy = strategy
        note(.taken, path, node, "strategy: \(words)")
    }

    /// `[{a: [b]}, …]`, or `{a: [b]}`.
    private func readFallbacks(_ node: Node) -> [String: [String]] {
        var lists: [String: [String]] = [:]
        for each in node.sequence.map({ Array($0) }) ?? [node] {
            for (model, node, _) in fields(each, "") { lists[model] = names(node) }
        }
        return lists
    }

    /// `{name: model}`, or `{name: {model: …, hidden: …}}`.
    private mutating func readAliases(_ node: Node, _ path: String) {
        for (name, node, path) in fields(node, path) {
            let target = node.scalar?.string ?? fields(node, path).first { $0.name == "model" }?.node.scalar?.string
            guard let target, models[target] != nil, models[name] == nil else {
                note(.unsupported, path, node, "An alias must lead to one model of model_list, and be no model itself.")
                continue
            }
            routing.aliases.append((name, target))
            note(.taken, path, node, "An alias of \(target).")
        }
    }

    private mutating func readRetries(_ node: Node, _ path: String) -> [ModelError.Kind: Int] {
        let kinds: [String: [ModelError.Kind]] = [
            "AuthenticationErrorRetries": [.authentication, .permission], "TimeoutErrorRetries": [.timeout],
            "RateLimitErrorRetries": [.rateLimited],
            "InternalServerErrorRetries": [.server, .unreachable, .truncated, .malformed],
            "ServiceUnavailableErrorRetries": [.overloaded],
        ]
        var retries: [ModelError.Kind: Int] = [:]
        for (name, node, path) in fields(node, path) {
            guard let kinds = kinds[name] else {
                note(.ignored, path, node, "Such a request is wrong everywhere, and not repeated.")
                continue
            }
            guard let number = count(node, path) else { continue }
            for kind in kinds { retries[kind] = Int(min(20, number)) }
        }
        return retries
    }

    private mutating func readChecks(_ node: Node, _ path: String) {
        for name in names(node) {
            switch name {
            case "session_affinity", "deployment_affinity":
                routing.policy.strategy = .sessionAffinity
                note(.taken, path, node, "\(name): strategy session-affinity.")
            case "prompt_caching":
                routing.policy.strategy = .prefixAffinity
                note(.taken, path, node, "\(name): strategy prefix-affinity.")
            case "enforce_model_rate_limits": note(.ignored, path, node, "\(name): always so.")
            default: note(.unsupported, path, node, "\(name) has no counterpart here.")
            }
        }
    }

    /// `30d`, `1mo`: LiteLLM's budgets begin anew after so long.
    private mutating func window(_ node: Node, _ path: String) -> UsageWindow? {
        if let text = text(node, path), text == "1mo" || text == "30d" {
            note(.taken, path, node, "Each month, by the calendar in UTC.")
            return .month(zone: "UTC")
        }
        guard let length = seconds(node, path) else { return nil }
        note(.taken, path, node, "Counted from 1970, not from the start.")
        return .every(seconds: max(1, length.components.seconds))
    }

    // MARK: general_settings

    /// What has to be known before the models are read.
    mutating func readHealth(_ node: Node, _ path: String) {
        let members = fields(node, path)
        let isOn = members.contains { $0.name == "background_health_checks" && isTrue($0.node) }
        var interval = Duration.seconds(300)
        for (name, node, path) in members {
            switch name {
            case "background_health_checks":
                note(
                    .taken, path, node,
                    "health of each upstream: its list of models is asked for, where it has one. Who fails is not asked.")
            case "health_check_interval":
                guard let given = seconds(node, path) else { continue }
                interval = max(.seconds(1), given)
                note(.taken, path, node, "health.every of each upstream.")
            default: break
            }
        }
        healthInterval = isOn ? interval : nil
    }

    mutating func readGeneral(_ node: Node, _ path: String) {
        for (name, node, path) in fields(node, path) {
            switch name {
            case "master_key": configuration.masterKey = secret(node, path, named: "GATEWAY_MASTER_KEY")
            case "global_max_parallel_requests":
                guard let most = count(node, path), most > 0 else { continue }
                configuration.limits.append(UsageLimit(UsageLimitID(.platform, "", "at once"), [.inFlight: most]))
                note(.taken, path, node, "A limit on the platform.")
            // Read before the models.
            case "background_health_checks", "health_check_interval": break
            default: noteRest(name, node, path)
            }
        }
    }

    private mutating func noteRest(_ name: String, _ node: Node, _ path: String) {
        if name == "callbacks" || name.hasSuffix("_callback") || name.hasSuffix("_callbacks") {
            for callback in names(node) {
                if callback == "prometheus" || callback == "otel" {
                    note(.ignored, path, node, "\(callback): what is counted stands at /metrics.")
                } else {
                    note(.unsupported, path, node, "\(callback): nothing is sent there.")
                }
            }
            return
        }
        if let why = Self.harmless[name] { return note(.ignored, path, node, why) }
        note(.unsupported, path, node, Self.missing[name] ?? "This has no counterpart here.")
    }

    private static let harmless: [String: String] = [
        "drop_params": "What an upstream's dialect cannot say is left out always.",
        "modify_params": "Requests are translated as far as they can be.",
        "set_verbose": "Logs are set by --log-level.", "json_logs": "Logs are set by --log-level.",
        "debug_level": "Logs are set by --log-level.", "turn_off_message_logging": "Messages are never logged.",
        "store_prompts_in_spend_logs": "Messages are never kept.", "redact_user_api_key_info": "Keys are never shown.",
        "telemetry": "There is none.", "suppress_debug_info": "Logs are set by --log-level.",
        "redis_host": "Limits are kept by the gateway itself.", "redis_port": "Limits are kept by the gateway itself.",
        "redis_password": "Limits are kept by the gateway itself.", "redis_url": "Limits are kept by the gateway itself.",
        "cancel_on_disconnect": "Always so.", "fail_closed_budget_enforcement": "Always so.",
        "proxy_batch_write_at": "Rows are written in batches.", "force_ipv4": "Addresses are tried as they come.",
        "routing_strategy_args": "Strategies learn by themselves.", "max_fallbacks": "Each model is asked once.",
        "disable_spend_logs": "Each call is accounted for.", "health_check_details": "Details need the master key.",
        "include_cost_in_streaming_usage": "A stream's cost is in the ledger.",
        "infer_model_from_keys": "Models are those of the file.", "allow_requests_on_db_unavailable": "Never so.",
        "database_connection_pool_limit": "There is no such database.", "disable_error_logs": "Logs are set by --log-level.",
    ]

    private static let missing: [String: String] = [
        "database_url": "Keys and spending of LiteLLM's database are not taken over; make keys anew.",
        "store_model_in_db": "Models are those of the file; it is read again when it changes.",
        "alerting": "Nothing is sent; watch /metrics.", "guardrails": "There are no guardrails of this kind.",
    ]
}
