import ClawBase
import ClawDialects
import ClawLedger

extension GatewayConfiguration {
    /// The `claw.yaml` that says the same. Secrets are named, never shown; what holds for all models stands once.
    public var yaml: String {
        let policies = models.map { $0.policy.members }
        let shared = models.count < 2 ? [] : (policies.first ?? []).filter { member in
            policies.allSatisfy { $0.contains { $0.name == member.name && $0.value == member.value } }
        }
        var root: YAMLMembers = []
        var gateway: YAMLMembers = []
        if let masterKey { gateway.append(("masterKey", masterKey.text)) }
        if admission != FairAdmission.Limits() {
            gateway.append(
                (
                    "admission",
                    .flow([
                        ("underWay", .plain("\(admission.underWay)")), ("waiting", .plain("\(admission.waiting)")),
                        ("waitingEach", .plain("\(admission.waitingEach)")), ("longestWait", admission.longestWait.text),
                    ])
                ))
        }
        let caching = cache.members
        if !caching.isEmpty { gateway.append(("cache", .flow(caching))) }
        if sendsLiteLLMHeaders { gateway.append(("liteLLMHeaders", .plain("true"))) }
        if connectTimeout != GatewayConfiguration().connectTimeout {
            gateway.append(("connectTimeout", connectTimeout.text))
        }
        if !shared.isEmpty { gateway.append(("defaults", .mapping(shared))) }
        if !gateway.isEmpty { root.append(("gateway", .mapping(gateway))) }
        root.append(
            ("models", .list(models.map { .mapping($0.members(without: Set(shared.map(\.name)))) })))
        if !keys.isEmpty { root.append(("keys", .list(keys.map { .mapping($0.members) }))) }
        if !guardrails.isEmpty { root.append(("guardrails", .list(guardrails.map { .flow($0.members) }))) }
        if !limits.isEmpty { root.append(("limits", .list(limits.map { .flow($0.members) }))) }
        return YAMLText.mapping(root).document()
    }
}

extension DeclaredModel {
    fileprivate func members(without shared: Set<String>) -> YAMLMembers {
        var members: YAMLMembers = [("name", .text(name))]
        if !aliases.isEmpty { members.append(("aliases", .words(aliases))) }
        if !accessGroups.isEmpty { members.append(("accessGroups", .words(accessGroups.sorted()))) }
        members += policy.members.filter { !shared.contains($0.name) }
        members.append(("upstreams", .list(deployments.map { .mapping($0.members(of: name)) })))
        return members
    }
}

extension RoutePolicy {
    /// What differs from what holds anyway.
    fileprivate var members: YAMLMembers {
        let standard = RoutePolicy()
        var members: YAMLMembers = []
        if strategy != standard.strategy { members.append(("strategy", .plain(strategy.rawValue))) }
        if retries != standard.retries { members.append(("retries", .plain("\(retries)"))) }
        if !retriesFor.isEmpty {
            let all = retriesFor.sorted { $0.key.rawValue < $1.key.rawValue }
            members.append(("retriesFor", .flow(all.map { ($0.key.rawValue, .plain("\($0.value)")) })))
        }
        let limits = deadlines.members
        if !limits.isEmpty { members.append(("deadlines", .flow(limits))) }
        var lists: YAMLMembers = []
        if !fallbacks.isEmpty { lists.append(("failure", .words(fallbacks))) }
        if !contextFallbacks.isEmpty { lists.append(("contextWindow", .words(contextFallbacks))) }
        if !policyFallbacks.isEmpty { lists.append(("contentPolicy", .words(policyFallbacks))) }
        if lists.count == 1, let only = lists.first, only.name == "failure" {
            members.append(("fallbacks", only.value))
        } else if !lists.isEmpty {
            members.append(("fallbacks", .flow(lists)))
        }
        if midStream != standard.midStream { members.append(("midStream", .plain(midStream.rawValue))) }
        if let hedge { members.append(("hedge", .flow([("after", hedge.after.text)]))) }
        if longestWait != standard.longestWait { members.append(("longestWait", longestWait.text)) }
        if backoff.initial != standard.backoff.initial || backoff.cap != standard.backoff.cap {
            members.append(("backoff", .flow([("initial", backoff.initial.text), ("cap", backoff.cap.text)])))
        }
        if breaker != standard.breaker { members.append(("breaker", breaker.text)) }
        return members
    }
}

extension RouteDeadlines {
    fileprivate var members: YAMLMembers {
        let standard = RouteDeadlines()
        let all: [(String, Duration, Duration)] = [
            ("headers", headers, standard.headers), ("firstToken", firstToken, standard.firstToken),
            ("betweenTokens", betweenTokens, standard.betweenTokens),
            ("wholeAnswer", wholeAnswer, standard.wholeAnswer), ("total", total, standard.total),
        ]
        return (connect.map { [("connect", $0.text)] } ?? []) + all.filter { $0.1 != $0.2 }.map { ($0.0, $0.1.text) }
    }
}

extension BreakerRules {
    fileprivate var text: YAMLText {
        if self == .never { return .plain("false") }
        let standard = BreakerRules()
        var members: YAMLMembers = []
        func add(_ name: String, _ value: Int, _ usual: Int) {
            if value != usual { members.append((name, .plain("\(value)"))) }
        }
        func add(_ name: String, _ value: Duration, _ usual: Duration) {
            if value != usual { members.append((name, value.text)) }
        }
        add("failuresInRow", failuresInRow, standard.failuresInRow)
        add("failurePercent", failurePercent, standard.failurePercent)
        add("leastRequests", leastRequests, standard.leastRequests)
        add("window", window, standard.window)
        add("cooldown", cooldown, standard.cooldown)
        add("longestCooldown", longestCooldown, standard.longestCooldown)
        return .flow(members)
    }
}

extension DeclaredDeployment {
    fileprivate func members(of model: String) -> YAMLMembers {
        var members: YAMLMembers = []
        if let name { members.append(("name", .text(name))) }
        members += upstream.members(of: model)
        let standard = DeploymentTraits()
        func add(_ name: String, _ value: Int64?) { if let value { members.append((name, .plain("\(value)"))) } }
        if traits.weight != standard.weight { add("weight", Int64(traits.weight)) }
        if traits.order != standard.order { add("order", Int64(traits.order)) }
        add("requestsPerMinute", traits.requestsPerMinute)
        add("tokensPerMinute", traits.tokensPerMinute)
        add("requestsAtOnce", traits.requestsAtOnce)
        add("contextTokens", traits.contextTokens)
        if !traits.tags.isEmpty { members.append(("tags", .words(traits.tags.sorted()))) }
        if canContinue { members.append(("canContinue", .plain("true"))) }
        if let health {
            members.append(
                (
                    "health",
                    .flow([
                        ("every", health.every.text), ("within", health.within.text),
                        ("method", .plain(health.method.rawValue)),
                    ])
                ))
        }
        if upstream != .echo, let prices = prices.text { members.append(("prices", prices)) }
        return members
    }
}

extension DeclaredUpstream {
    fileprivate func members(of model: String) -> YAMLMembers {
        var members: YAMLMembers
        let (target, key, headers): (UpstreamTarget, DeclaredKey, [String: String])
        switch self {
        case .echo: return [("dialect", .plain("echo"))]
        case .http(let baseURL, let its, let itsKey, let itsHeaders):
            (target, key, headers) = (its, itsKey, itsHeaders)
            members = [("dialect", .plain(target.dialect.configuredName)), ("baseURL", .text(baseURL))]
        case .pool(let pool, let its, let itsKey, let itsHeaders):
            (target, key, headers) = (its, itsKey, itsHeaders)
            members = [
                ("dialect", .plain(target.dialect.configuredName)),
                (
                    "pool",
                    .flow([
                        ("namespace", .text(pool.namespace)), ("name", .text(pool.name)),
                        ("path", .text(pool.path.isEmpty ? "/" : pool.path)), ("scheme", .text(pool.scheme)),
                    ])
                ),
            ]
        }
        if target.model != model { members.append(("model", .text(target.model))) }
        switch key {
        case .none: break
        case .at(let location): members.append(("key", location.text))
        case .aws(let region, let id, let secret, let session):
            var aws: YAMLMembers = [("region", .text(region)), ("id", id.text), ("secret", secret.text)]
            if let session { aws.append(("session", session.text)) }
            members.append(("aws", .flow(aws)))
        }
        if !headers.isEmpty {
            members.append(("headers", .flow(headers.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) })))
        }
        let standard = UpstreamTarget(target.dialect, model: target.model)
        if let version = target.apiVersion { members.append(("apiVersion", .text(version))) }
        if target.outputLimitName != standard.outputLimitName {
            members.append(("outputLimitName", .plain(target.outputLimitName.rawValue)))
        }
        func add(_ name: String, _ value: Bool, _ usual: Bool) {
            if value != usual { members.append((name, .plain("\(value)"))) }
        }
        add("sendsReasoning", target.sendsReasoning, standard.sendsReasoning)
        add("streamsUsage", target.streamsUsage, standard.streamsUsage)
        add("servesResponses", target.servesResponses, standard.servesResponses)
        if target.defaultOutputLimit != standard.defaultOutputLimit {
            members.append(("defaultOutputLimit", .plain("\(target.defaultOutputLimit)")))
        }
        return members
    }
}

extension DeclaredPrices {
    /// nil: as the bundled list has it.
    fileprivate var text: YAMLText? {
        switch self {
        case .listed: return nil
        case .named(let name): return .text(name)
        case .own(.free): return .plain("free")
        case .own(let prices):
            var members: YAMLMembers = [("input", prices.input.dollars), ("output", prices.output.dollars)]
            func add(_ name: String, _ price: Int64?) { if let price { members.append((name, price.dollars)) } }
            add("cacheRead", prices.cacheRead)
            add("cacheWrite", prices.cacheWrite)
            add("longCacheWrite", prices.longCacheWrite)
            add("reasoning", prices.reasoning)
            add("audioInput", prices.audioInput)
            add("audioOutput", prices.audioOutput)
            if prices.request != 0 { add("request", prices.request) }
            if let long = prices.long {
                var tier: YAMLMembers = [
                    ("above", .plain("\(long.above)")), ("input", long.input.dollars), ("output", long.output.dollars),
                ]
                for (name, price) in [
                    ("cacheRead", long.cacheRead), ("cacheWrite", long.cacheWrite), ("longCacheWrite", long.longCacheWrite),
                ] { if let price { tier.append((name, price.dollars)) } }
                members.append(("long", .flow(tier)))
            }
            return .flow(members)
        }
    }
}
