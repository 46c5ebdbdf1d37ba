import ClawDialects
import HTTPTypes

/// What a path of the gateway asks for.
enum GatewayEndpoint: Sendable, Hashable {
    case answer(ClientDialect)
    case embeddings
    case countTokens
    /// All models, or one.
    case models(String?, ModelListingForm)
    case ollamaVersion

    enum ModelListingForm: Sendable, Hashable { case openAI, anthropic, ollama }

    /// The endpoint at a path, and the method it takes; nil where there is none.
    static func at(_ path: Substring, _ headers: HTTPFields) -> (endpoint: GatewayEndpoint, method: HTTPRequest.Method)? {
        switch path {
        case "/v1/chat/completions", "/chat/completions": return (.answer(.openAIChat), .post)
        case "/v1/completions", "/completions": return (.answer(.openAICompletions), .post)
        case "/v1/responses", "/responses": return (.answer(.openAIResponses), .post)
        case "/v1/embeddings", "/embeddings": return (.embeddings, .post)
        case "/v1/messages": return (.answer(.anthropicMessages), .post)
        case "/v1/messages/count_tokens": return (.countTokens, .post)
        case "/api/chat": return (.answer(.ollamaChat), .post)
        case "/api/generate": return (.answer(.ollamaGenerate), .post)
        case "/api/tags": return (.models(nil, .ollama), .get)
        case "/api/version": return (.ollamaVersion, .get)
        case "/v1/models", "/models": return (.models(nil, form(headers)), .get)
        default:
            for prefix in ["/v1/models/", "/models/"] where path.hasPrefix(prefix) && path.count > prefix.count {
                return (.models(String(path.dropFirst(prefix.count)), form(headers)), .get)
            }
            return nil
        }
    }

    /// Anthropic's SDKs send their version with every request.
    private static func form(_ headers: HTTPFields) -> ModelListingForm {
        headers.contains { $0.name.canonicalName == "anthropic-version" } ? .anthropic : .openAI
    }

    /// In whose words errors are told.
    var dialect: ClientDialect {
        switch self {
        case .answer(let dialect): dialect
        case .countTokens, .models(_, .anthropic): .anthropicMessages
        case .models(_, .ollama), .ollamaVersion: .ollamaChat
        case .embeddings, .models(_, .openAI): .openAIChat
        }
    }
}
