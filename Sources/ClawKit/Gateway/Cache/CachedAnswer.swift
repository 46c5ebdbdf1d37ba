import ClawDialects

/// An answer as it came from an upstream, and from which: guardrails and the client's dialect come after it.
struct CachedAnswer: Sendable {
    enum Content: Sendable {
        case whole(WholeAnswer)
        case steps([AnswerStep])
        case embeddings(EmbeddingAnswer)
    }

    var content: Content
    var origin: AnswerOrigin

    /// In bytes, roughly.
    var weight: Int {
        let own = 512
        return switch content {
        case .whole(let answer): own + answer.weight
        case .steps(let steps): steps.reduce(own) { $0 + $1.weight }
        case .embeddings(let answer): own + answer.weight
        }
    }
}

/// Who made an answer.
struct AnswerOrigin: Sendable {
    /// The model that was asked in the end.
    var model: String
    var deployment: String
    var place: DeclaredUpstream?

    init(_ attempt: Attempt) {
        (model, deployment, place) = (attempt.group.alias, attempt.deployment.name, attempt.deployment.origin)
    }

    /// Whether it may still be asked: the configuration may have changed since.
    func isServed(by router: ModelRouter) -> Bool {
        router.group(model)?.deployments.contains { $0.name == deployment && $0.origin == place } ?? false
    }
}
