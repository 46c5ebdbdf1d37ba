public import ClawBase
import ClawDialects
import HTTPTypes

extension ModelRouter {
    /// Builds the routes that configuration declares.
    /// - Parameters:
    ///   - transport: what upstreams over the network are reached through.
    ///   - secrets: where their keys are found.
    /// - Throws: ``Finding`` with `E_CONFIG` for an alias that stands twice, or falls back on what does not exist.
    public convenience init(
        _ models: [DeclaredModel], transport: any Transport, secrets: any SecretSource,
        time: any TimeSource = .system
    ) throws(Finding) {
        try self.init(models.map { $0.route(transport, secrets, time) })
    }
}

extension DeclaredModel {
    func route(_ transport: any Transport, _ secrets: any SecretSource, _ time: any TimeSource) -> ModelRoute {
        var route: ModelRoute
        if name.contains("*") {
            route = ModelRoute(matching: name, policy: policy) { part in
                deployments(transport, secrets, time, standingFor: part)
            }
        } else {
            route = ModelRoute(name, deployments(transport, secrets, time), policy: policy)
        }
        (route.otherNames, route.accessGroups, route.isElastic) = (aliases, accessGroups, isElastic)
        return route
    }

    /// - Parameter part: what the `*` of the name stands for.
    private func deployments(
        _ transport: any Transport, _ secrets: any SecretSource, _ time: any TimeSource, standingFor part: Substring? = nil
    ) -> [Deployment] {
        var names: Set<String> = []
        return deployments.enumerated().compactMap { index, declared in
            let upstream = declared.upstream.naming(part, of: name)
            guard let made = upstream.made(transport, secrets, time, declared.name) else { return nil }
            let name = names.insert(made.name).inserted ? made.name : "\(made.name)-\(index + 1)"
            let listed = declared.listed(for: upstream)
            var prices = listed?.prices ?? .free
            if case .own(let own) = declared.prices { prices = own }
            var deployment = Deployment(
                name, made, traits: declared.traits, prices: prices, canContinue: declared.canContinue)
            (deployment.origin, deployment.outputTokens) = (upstream, listed?.outputTokens)
            deployment.provider = upstream.provider
            deployment.isUnpriced = declared.isUnpriced(for: upstream)
            deployment.health = declared.health.map { upstream.check($0, made, transport, secrets, time) }
            return deployment
        }
    }
}

extension DeclaredDeployment {
    /// What the bundled list says of it; nil: nothing, or somebody's own prices go before.
    func listed(for upstream: DeclaredUpstream) -> ListPrice? {
        switch prices {
        case .own: return nil
        case .named(let name): return PriceTable.bundled[name]
        case .listed:
            guard case .http(let baseURL, let target, _, _) = upstream else { return nil }
            return PriceTable.bundled[target.dialect, baseURL, target.model]
        }
    }
}

extension DeclaredDeployment {
    /// Whether it is a provider's model that the list does not know, and the file says no price either.
    func isUnpriced(for upstream: DeclaredUpstream) -> Bool {
        guard case .listed = prices, case .http(let baseURL, let target, _, _) = upstream else { return false }
        return PriceTable.provider(target.dialect, baseURL) != nil && listed(for: upstream) == nil
    }
}

extension DeclaredUpstream {
    /// The same with what a pattern's `*` stands for in place of the one in the upstream's model.
    fileprivate func naming(_ part: Substring?, of pattern: String) -> DeclaredUpstream {
        guard let part, case .http(let baseURL, var target, let key, let headers) = self else { return self }
        target.model = target.model.replacing("*", with: part)
        return .http(baseURL: baseURL, target, key: key, headers: headers)
    }

    /// nil for a pool, whose pods are upstreams and not it.
    fileprivate func made(
        _ transport: any Transport, _ secrets: any SecretSource, _ time: any TimeSource, _ name: String?
    ) -> (any ModelUpstream)? {
        switch self {
        case .echo: return EchoUpstream()
        case .pool: return nil
        case .http(let baseURL, let target, let key, let headers):
            var fields: HTTPFields = [:]
            for (name, value) in headers {
                if let name = HTTPField.Name(name) { fields[name] = value }
            }
            return HTTPUpstream(
                baseURL, target, name: name, key: key.upstreamKey(secrets), headers: fields, transport: transport,
                time: time)
        }
    }
}

extension DeclaredUpstream {
    /// By OpenTelemetry's names; a server of one's own is called by its dialect.
    fileprivate var provider: String {
        guard case .http(let baseURL, let target, _, _) = self else { return "echo" }
        return switch (PriceTable.provider(target.dialect, baseURL), target.dialect) {
        case ("mistral", _): "mistral_ai"
        case ("deepseek", _): "deepseek"
        case (_, .openAI): "openai"
        case (_, .anthropic): "anthropic"
        case (_, .azureOpenAI): "azure.ai.openai"
        case (_, .gemini): "gcp.gemini"
        case (_, .bedrock): "aws.bedrock"
        case (_, .ollama): "ollama"
        }
    }
}

extension DeclaredKey {
    func upstreamKey(_ secrets: any SecretSource) -> UpstreamKey {
        switch self {
        case .none: return .none
        case .at(let location): return .key(location, secrets)
        case .aws(let region, let id, let secret, let session):
            return .aws(region: region, id: id, secret: secret, session: session, secrets)
        }
    }
}
