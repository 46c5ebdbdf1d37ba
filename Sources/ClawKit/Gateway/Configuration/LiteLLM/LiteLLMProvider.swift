import ClawDialects

/// A provider by the name that LiteLLM puts before its models.
struct LiteLLMProvider: Sendable {
    var dialect: UpstreamDialect
    /// nil: the file must say it.
    var baseURL: String?
    /// Where LiteLLM looks for the key, and for the address, where the file says neither.
    var keyVariable: String?
    var baseVariable: String?
    /// Whose prices count, where the address does not tell.
    var list: String?

    private static func openAICompatible(_ baseURL: String?, _ keyVariable: String?, list: String? = nil) -> Self {
        LiteLLMProvider(dialect: .openAI, baseURL: baseURL, keyVariable: keyVariable, list: list)
    }

    static let all: [String: LiteLLMProvider] = [
        "openai": LiteLLMProvider(
            dialect: .openAI, baseURL: "https://api.openai.com/v1", keyVariable: "OPENAI_API_KEY",
            baseVariable: "OPENAI_BASE_URL", list: "openai"),
        "text-completion-openai": openAICompatible("https://api.openai.com/v1", "OPENAI_API_KEY", list: "openai"),
        "custom_openai": openAICompatible(nil, nil),
        "openai_like": openAICompatible(nil, nil),
        "hosted_vllm": LiteLLMProvider(
            dialect: .openAI, keyVariable: "HOSTED_VLLM_API_KEY", baseVariable: "HOSTED_VLLM_API_BASE"),
        "vllm": openAICompatible(nil, nil),
        "lm_studio": LiteLLMProvider(
            dialect: .openAI, baseURL: "http://localhost:1234/v1", keyVariable: "LM_STUDIO_API_KEY",
            baseVariable: "LM_STUDIO_API_BASE"),
        "llamafile": openAICompatible("http://127.0.0.1:8080/v1", "LLAMAFILE_API_KEY"),
        "litellm_proxy": LiteLLMProvider(
            dialect: .openAI, keyVariable: "LITELLM_PROXY_API_KEY", baseVariable: "LITELLM_PROXY_API_BASE"),
        "xinference": openAICompatible("http://127.0.0.1:9997/v1", "XINFERENCE_API_KEY"),
        "anthropic": LiteLLMProvider(
            dialect: .anthropic, baseURL: "https://api.anthropic.com", keyVariable: "ANTHROPIC_API_KEY",
            baseVariable: "ANTHROPIC_API_BASE", list: "anthropic"),
        "azure": LiteLLMProvider(
            dialect: .azureOpenAI, keyVariable: "AZURE_API_KEY", baseVariable: "AZURE_API_BASE", list: "azure"),
        "azure_ai": LiteLLMProvider(dialect: .openAI, keyVariable: "AZURE_AI_API_KEY", baseVariable: "AZURE_AI_API_BASE"),
        "gemini": LiteLLMProvider(
            dialect: .gemini, baseURL: "https://generativelanguage.googleapis.com/v1beta",
            keyVariable: "GEMINI_API_KEY", list: "gemini"),
        "bedrock": LiteLLMProvider(dialect: .bedrock, keyVariable: "AWS_BEARER_TOKEN_BEDROCK", list: "bedrock"),
        "ollama": LiteLLMProvider(dialect: .ollama, baseURL: "http://localhost:11434", baseVariable: "OLLAMA_API_BASE"),
        "ollama_chat": LiteLLMProvider(
            dialect: .ollama, baseURL: "http://localhost:11434", baseVariable: "OLLAMA_API_BASE"),
        "mistral": openAICompatible("https://api.mistral.ai/v1", "MISTRAL_API_KEY", list: "mistral"),
        "codestral": openAICompatible("https://codestral.mistral.ai/v1", "CODESTRAL_API_KEY"),
        "deepseek": openAICompatible("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY", list: "deepseek"),
        "groq": openAICompatible("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
        "together_ai": openAICompatible("https://api.together.xyz/v1", "TOGETHERAI_API_KEY"),
        "fireworks_ai": openAICompatible("https://api.fireworks.ai/inference/v1", "FIREWORKS_AI_API_KEY"),
        "openrouter": openAICompatible("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
        "perplexity": openAICompatible("https://api.perplexity.ai", "PERPLEXITYAI_API_KEY"),
        "xai": openAICompatible("https://api.x.ai/v1", "XAI_API_KEY"),
        "cerebras": openAICompatible("https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
        "nvidia_nim": openAICompatible("https://integrate.api.nvidia.com/v1", "NVIDIA_NIM_API_KEY"),
        "deepinfra": openAICompatible("https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY"),
        "sambanova": openAICompatible("https://api.sambanova.ai/v1", "SAMBANOVA_API_KEY"),
        "moonshot": openAICompatible("https://api.moonshot.ai/v1", "MOONSHOT_API_KEY"),
        "dashscope": openAICompatible("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY"),
        "github": openAICompatible("https://models.inference.ai.azure.com", "GITHUB_API_KEY"),
        "hyperbolic": openAICompatible("https://api.hyperbolic.xyz/v1", "HYPERBOLIC_API_KEY"),
        "novita": openAICompatible("https://api.novita.ai/v3/openai", "NOVITA_API_KEY"),
    ]

    /// Providers whose interfaces the gateway does not speak.
    static let unspoken: Set<String> = [
        "vertex_ai", "vertex_ai_beta", "sagemaker", "sagemaker_chat", "cohere", "cohere_chat", "huggingface", "replicate",
        "watsonx", "databricks", "snowflake", "palm", "ai21", "nlp_cloud", "petals", "predibase", "cloudflare", "oci",
        "triton", "github_copilot", "voyage", "jina_ai", "deepgram", "elevenlabs", "fal_ai", "assemblyai", "aleph_alpha",
        "baseten", "clarifai", "maritalk", "infinity", "topaz", "bytez", "auto_router",
    ]

    /// The provider and its own name for a model; nil where nothing tells whose it is.
    /// - Parameter hasAddress: an address stands beside the model: then it may be any server of OpenAI's dialect.
    static func split(_ model: String, custom: String?, hasAddress: Bool) -> (name: String, model: String)? {
        if let custom, all[custom] != nil || unspoken.contains(custom) {
            return (custom, model.hasPrefix("\(custom)/") ? String(model.dropFirst(custom.count + 1)) : model)
        }
        if let slash = model.firstIndex(of: "/") {
            let name = String(model[..<slash])
            if all[name] != nil || unspoken.contains(name) {
                return (name, String(model[model.index(after: slash)...]))
            }
        }
        for name in ["openai", "anthropic", "mistral", "deepseek", "bedrock"]
        where PriceTable.bundled["\(name)/\(model)"] != nil { return (name, model) }
        if model.hasPrefix("claude-") { return ("anthropic", model) }
        if ["gpt-", "o1", "o3", "o4", "chatgpt-", "text-embedding-"].contains(where: model.hasPrefix) {
            return ("openai", model)
        }
        return hasAddress ? ("custom_openai", model) : nil
    }
}
