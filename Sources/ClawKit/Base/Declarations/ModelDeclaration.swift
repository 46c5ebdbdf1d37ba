/// A model as configuration declares it: the alias that runtimes ask for, and what serves it.
///
/// Plain values, read from `claw.yaml` by the platform and built into a router by the gateway; neither layer needs
/// the other for it.
public struct ModelDeclaration: Sendable, Hashable {
    /// The alias.
    public var name: String
    /// Never empty.
    public var upstreams: [UpstreamDeclaration]

    public init(name: String, upstreams: [UpstreamDeclaration]) {
        (self.name, self.upstreams) = (name, upstreams)
    }

    /// The built-in model `echo`, there where nothing else is configured.
    public static let echo = ModelDeclaration(name: "echo", upstreams: [UpstreamDeclaration(dialect: .echo)])
}

/// One place that can answer for a model.
public struct UpstreamDeclaration: Sendable, Hashable {
    public var dialect: ModelDialect
    /// The URL that the dialect's own paths are put behind (`http://127.0.0.1:8000/v1`); nil for a built-in dialect.
    public var baseURL: String?
    /// The model's name at the upstream; nil: the alias.
    public var model: String?
    /// Where the upstream's key is kept; nil: the upstream wants none.
    public var key: SecretLocation?
    /// The share of requests among the model's upstreams; 0 takes the upstream out of service.
    public var weight: Int

    public init(
        dialect: ModelDialect, baseURL: String? = nil, model: String? = nil, key: SecretLocation? = nil,
        weight: Int = 1
    ) {
        (self.dialect, self.baseURL, self.model, self.key, self.weight) = (dialect, baseURL, model, key, weight)
    }
}

/// The wire format an upstream speaks. An open set; ``known`` is what this version can talk to.
public struct ModelDialect: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }

    /// OpenAI's chat completions, as OpenAI, vLLM, LiteLLM, Ollama (under `/v1`), llama.cpp and others serve them.
    public static let openai = ModelDialect(rawValue: "openai")
    /// Anthropic's Messages API; the URL ends with the host.
    public static let anthropic = ModelDialect(rawValue: "anthropic")
    /// Ollama's own API; the URL ends with the host.
    public static let ollama = ModelDialect(rawValue: "ollama")
    /// Azure OpenAI: the model is a deployment's name, the URL ends with the host.
    public static let azure = ModelDialect(rawValue: "azure")
    /// Google's Gemini API; the URL ends with `/v1beta`.
    public static let gemini = ModelDialect(rawValue: "gemini")
    /// Built in: answers what was said. Needs no network.
    public static let echo = ModelDialect(rawValue: "echo")

    public static let known: [ModelDialect] = [.openai, .anthropic, .ollama, .azure, .gemini, .echo]
    /// Whether the dialect is served within this process and so has no address.
    public var isBuiltIn: Bool { self == .echo }
}
