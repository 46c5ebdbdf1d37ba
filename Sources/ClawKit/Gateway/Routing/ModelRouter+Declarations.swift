public import ClawBase

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
            var targets: [ModelRoute.Target] = []
            for upstream in model.upstreams {
                let made = try Self.upstream(upstream, of: model.name, transport, secrets, time)
                targets.append(ModelRoute.Target(made, weight: upstream.weight))
            }
            routes.append(ModelRoute(model.name, targets))
        }
        try self.init(routes)
    }

    private static func upstream(
        _ declaration: UpstreamDeclaration, of model: String, _ transport: any Transport, _ secrets: any SecretSource,
        _ time: any TimeSource
    ) throws(Finding) -> any ModelUpstream {
        switch declaration.dialect {
        case .echo: return EchoUpstream(time: time)
        case .openai:
            guard let baseURL = declaration.baseURL else {
                throw Finding(.badConfig, "An upstream of the model \(model) has no baseURL; add it.")
            }
            return OpenAIUpstream(
                baseURL: baseURL, model: declaration.model, key: declaration.key, secrets: secrets,
                transport: transport)
        default:
            let known = ModelDialect.known.map(\.rawValue).joined(separator: ", ")
            throw Finding(
                .badConfig,
                "The model \(model) has an upstream of the dialect \(declaration.dialect); known are \(known).")
        }
    }
}
