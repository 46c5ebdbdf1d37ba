public import ClawBase
import ClawDialects

extension ModelRouter {
    /// Builds the routes that configuration declares.
    /// - Parameters:
    ///   - transport: what upstreams over the network are reached through.
    ///   - secrets: where their keys are found.
    /// - Throws: ``Finding`` with `E_CONFIG` for a dialect this version does not speak, or a missing address.
    public convenience init(
        _ models: [ModelDeclaration], transport: any Transport, secrets: any SecretSource,
        time: any TimeSource = .system
    ) throws(Finding) {
        var routes: [ModelRoute] = []
        for model in models {
            var deployments: [Deployment] = []
            for (index, upstream) in model.upstreams.enumerated() {
                let made = try Self.upstream(upstream, of: model.name, transport, secrets, time)
                let names = deployments.map(\.name)
                let name = names.contains(made.name) ? "\(made.name)-\(index + 1)" : made.name
                deployments.append(Deployment(name, made, traits: DeploymentTraits(weight: upstream.weight)))
            }
            routes.append(ModelRoute(model.name, deployments))
        }
        try self.init(routes)
    }

    private static func upstream(
        _ declaration: UpstreamDeclaration, of model: String, _ transport: any Transport, _ secrets: any SecretSource,
        _ time: any TimeSource
    ) throws(Finding) -> any ModelUpstream {
        if declaration.dialect == .echo { return EchoUpstream() }
        guard let dialect = UpstreamDialect(declaration.dialect) else {
            let known = ModelDialect.known.map(\.rawValue).joined(separator: ", ")
            throw Finding(
                .badConfig,
                "The model \(model) has an upstream of the dialect \(declaration.dialect); known are \(known).")
        }
        guard let baseURL = declaration.baseURL else {
            throw Finding(.badConfig, "An upstream of the model \(model) has no baseURL; add it.")
        }
        return HTTPUpstream(
            baseURL, UpstreamTarget(dialect, model: declaration.model ?? model),
            key: declaration.key.map { .key($0, secrets) } ?? .none, transport: transport, time: time)
    }
}

extension UpstreamDialect {
    fileprivate init?(_ declared: ModelDialect) {
        switch declared {
        case .openai: self = .openAI
        case .anthropic: self = .anthropic
        case .ollama: self = .ollama
        case .azure: self = .azureOpenAI
        case .gemini: self = .gemini
        default: return nil
        }
    }
}
