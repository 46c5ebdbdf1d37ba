import ClawBase
import ClawDialects
import ClawDocuments
import HTTPTypes

extension DeclaredUpstream {
    /// The check that a declaration means.
    func check(
        _ declared: DeclaredHealthCheck, _ upstream: any ModelUpstream, _ transport: any Transport,
        _ secrets: any SecretSource, _ time: any TimeSource
    ) -> HealthCheck {
        HealthCheck(every: declared.every, within: declared.within) {
            guard case .http(let baseURL, let target, let key, let headers) = self else { return }
            switch declared.method {
            case .models:
                var call = UpstreamCall(method: .get, path: target.dialect.modelList)
                let secret = try await key.upstreamKey(secrets).apply(
                    to: &call, of: target.dialect, baseURL: baseURL, name: upstream.name, now: time.now)
                for (name, value) in headers {
                    if let name = HTTPField.Name(name) { call.headers[name] = value }
                }
                if target.dialect == .anthropic, let name = HTTPField.Name("anthropic-version") {
                    call.headers[name] = target.apiVersion ?? "2023-06-01"
                }
                let base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
                do {
                    let response = try await transport.send(
                        Request(.get, base + call.path, headers: call.headers, headTimeout: declared.within))
                    _ = try? await response.body.collect(limit: 4 << 20)
                    guard response.status.kind == .successful else {
                        throw ModelError(
                            .init(status: response.status.code), "Its list of models is answered with \(response.status.code).")
                    }
                } catch { throw HTTPUpstream.meaning(of: error, upstream.name, secret) }
            case .chat:
                let body: JSON = [
                    "model": "health", "max_tokens": 1, "messages": [["role": "user", "content": "Hi"]],
                ]
                let request = try ClientRequest(.openAIChat, body.bytes())
                let limits = AttemptDeadlines(
                    headers: declared.within, firstToken: declared.within, betweenTokens: declared.within,
                    until: time.now + declared.within)
                _ = try await upstream.answer(
                    ModelCall(
                        request, context: ReplyContext(id: "health", model: "health", created: Int(time.now.seconds)),
                        deadlines: limits))
            }
        }
    }
}

extension UpstreamDialect {
    /// Where a server of the dialect lists its models.
    fileprivate var modelList: String {
        switch self {
        case .openAI, .gemini, .azureOpenAI, .bedrock: "/models"
        case .anthropic: "/v1/models"
        case .ollama: "/api/tags"
        }
    }
}
