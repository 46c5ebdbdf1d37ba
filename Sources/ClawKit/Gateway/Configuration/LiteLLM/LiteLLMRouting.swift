import ClawBase
import ClawDialects

/// What a file says of how models are routed, before it is known which models there are.
struct LiteLLMRouting: Sendable {
    var policy = RoutePolicy()
    var fallbacks: [String: [String]] = [:]
    var contextFallbacks: [String: [String]] = [:]
    var policyFallbacks: [String: [String]] = [:]
    /// For whoever has none of its own.
    var defaultFallbacks: [String] = []
    /// Other names, and whose they are.
    var aliases: [(name: String, model: String)] = []
    var retriesByModel: [String: [ModelError.Kind: Int]] = [:]
    var checksContext = false

    /// The models with all that was said of them.
    func apply(to models: [LiteLLMModel], _ report: inout ImportReport, _ file: String) -> [DeclaredModel] {
        let names = models.map(\.name) + aliases.map(\.name)
        func known(_ list: [String]) -> [String] {
            list.filter { name in names.contains { ModelPattern($0).matches(name) } }
        }
        for name in Set([fallbacks, contextFallbacks, policyFallbacks].flatMap { $0.values.joined() } + defaultFallbacks)
            .sorted() where known([name]).isEmpty
        {
            report.entries.append(
                .init(
                    outcome: .unsupported, field: "fallbacks", place: file,
                    words: "'\(name)' is fallen back on, and is no model that is served; it is left out."))
        }
        return models.map { model in
            var policy = policy
            func list(_ all: [String: [String]]) -> [String]? { all[model.name] ?? all["*"] }
            let standard = defaultFallbacks.filter { $0 != model.name }
            policy.fallbacks = known(list(fallbacks) ?? standard)
            // LiteLLM falls back as usual where nothing is said for these.
            policy.contextFallbacks = known(list(contextFallbacks) ?? list(fallbacks) ?? standard)
            policy.policyFallbacks = known(list(policyFallbacks) ?? list(fallbacks) ?? standard)
            policy.retriesFor.merge(retriesByModel[model.name] ?? [:]) { $1 }
            if let timeout = model.timeout { policy.deadlines.wholeAnswer = timeout }
            if let timeout = model.streamTimeout ?? model.timeout {
                (policy.deadlines.firstToken, policy.deadlines.betweenTokens) = (timeout, timeout)
                policy.deadlines.headers = timeout
            }
            policy.deadlines.total = max(policy.deadlines.total, policy.deadlines.wholeAnswer)
            var declared = DeclaredModel(model.name, weighted(model), policy: policy)
            declared.aliases = aliases.filter { $0.model == model.name }.map(\.name)
            declared.accessGroups = model.accessGroups
            return declared
        }
    }

    private func weighted(_ model: LiteLLMModel) -> [DeclaredDeployment] {
        var deployments = model.deployments
        if !model.hasWeights, policy.strategy == .weighted {
            // As LiteLLM's simple-shuffle: who may do more, gets more.
            for size in [\DeploymentTraits.requestsPerMinute, \.tokensPerMinute] {
                let sizes = deployments.compactMap { $0.traits[keyPath: size] }
                guard sizes.count == deployments.count, let most = sizes.max() else { continue }
                for (index, own) in sizes.enumerated() { deployments[index].traits.weight = max(1, Int(own * 1000 / most)) }
                break
            }
        }
        if deployments.allSatisfy({ $0.traits.weight == 0 }) {
            for index in deployments.indices { deployments[index].traits.weight = 1 }
        }
        guard checksContext else { return deployments }
        return deployments.map { deployment in
            var deployment = deployment
            deployment.traits.contextTokens =
                deployment.traits.contextTokens ?? deployment.listed(for: deployment.upstream)?.contextTokens
            return deployment
        }
    }
}
