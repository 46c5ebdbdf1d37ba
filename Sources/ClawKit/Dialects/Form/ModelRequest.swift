public import ClawDocuments

/// A request for an answer of a model, in no dialect: what every dialect can say, and a place for the rest.
public struct ModelRequest: Sendable, Hashable {
    /// The name asked for; encoders write the upstream's own name instead.
    public var model: String
    /// The instructions that stand before the conversation: text parts.
    public var system: [ContentPart] = []
    public var messages: [ModelMessage]
    public var tools: [ToolDefinition] = []
    public var toolChoice: ToolChoice?
    /// Whether the model may call several tools in one answer; nil leaves it to the upstream.
    public var allowsParallelTools: Bool?
    public var responseFormat: ResponseFormat?
    public var sampling = Sampling()
    /// The most tokens the answer may have, reasoning included.
    public var maxOutputTokens: Int?
    public var stopSequences: [String] = []
    public var reasoning: ReasoningOptions?
    /// An opaque name of the end user (OpenAI `user`, Anthropic `metadata.user_id`).
    public var user: String?
    public var metadata: [String: String] = [:]
    public var serviceTier: String?
    /// How many answers are asked for (OpenAI's `n`). The intermediate form holds one answer; more pass only where
    /// client and upstream speak alike.
    public var choices = 1
    public var isStreaming = false
    /// Whether the client asked for usage in the stream (OpenAI's `stream_options.include_usage`).
    public var wantsStreamUsage = false
    /// Members only the client's own dialect knows; written for upstreams of that family alone.
    public var extras: DialectExtras?

    public init(model: String, messages: [ModelMessage] = []) {
        self.model = model
        self.messages = messages
    }
}

/// Members of a request that the intermediate form does not know, and the family of dialects they belong to.
public struct DialectExtras: Sendable, Hashable {
    public var family: DialectFamily
    public var members: JSONObject

    public init(_ family: DialectFamily, _ members: JSONObject) { (self.family, self.members) = (family, members) }
}

/// Dialects that share the names of their members.
public enum DialectFamily: String, Sendable, Hashable, CaseIterable {
    case openAI, openAIResponses, anthropic, ollama, gemini, bedrock
}

/// One turn of a conversation.
public struct ModelMessage: Sendable, Hashable {
    public enum Role: String, Sendable, Hashable, CaseIterable {
        /// Instructions in the midst of a conversation; those before it are ``ModelRequest/system``.
        case system
        case user
        case assistant
        /// Holds nothing but tool results.
        case tool
    }

    public var role: Role
    public var parts: [ContentPart]
    /// OpenAI's `name`: who of several speaks.
    public var name: String?

    public init(_ role: Role, _ parts: [ContentPart], name: String? = nil) {
        (self.role, self.parts, self.name) = (role, parts, name)
    }

    public init(_ role: Role, _ text: String) { self.init(role, [.text(text)]) }
}

/// How an answer is drawn. Nil leaves a value to the upstream.
public struct Sampling: Sendable, Hashable {
    public var temperature: Double?
    public var topP: Double?
    public var topK: Int?
    public var minP: Double?
    public var frequencyPenalty: Double?
    public var presencePenalty: Double?
    public var repetitionPenalty: Double?
    public var seed: Int?

    public init(temperature: Double? = nil, topP: Double? = nil, topK: Int? = nil, seed: Int? = nil) {
        (self.temperature, self.topP, self.topK, self.seed) = (temperature, topP, topK, seed)
    }
}

/// What shape the answer's text must have.
public enum ResponseFormat: Sendable, Hashable {
    case text
    /// Any JSON object.
    case json
    /// JSON that matches a schema.
    case schema(JSONSchemaFormat)
}

public struct JSONSchemaFormat: Sendable, Hashable {
    public var name: String
    public var description: String?
    public var schema: JSON
    public var isStrict: Bool?

    public init(name: String, schema: JSON, description: String? = nil, isStrict: Bool? = nil) {
        (self.name, self.schema, self.description, self.isStrict) = (name, schema, description, isStrict)
    }
}

/// How much a model shall think before it answers. Dialects know an effort, a budget, or only on and off.
public struct ReasoningOptions: Sendable, Hashable {
    /// OpenAI's `reasoning_effort`: none, minimal, low, medium, high, xhigh …
    public var effort: String?
    /// Anthropic's `thinking.budget_tokens`.
    public var budgetTokens: Int?
    /// Whether to think at all, where the client said so.
    public var isEnabled: Bool?
    /// OpenAI's `reasoning.summary`, Anthropic's `thinking.display`.
    public var summary: String?

    public init(effort: String? = nil, budgetTokens: Int? = nil, isEnabled: Bool? = nil, summary: String? = nil) {
        (self.effort, self.budgetTokens, self.isEnabled, self.summary) = (effort, budgetTokens, isEnabled, summary)
    }
}
