/// A rule for some models alone.
struct ScopedRule: Guardrail {
    let rule: any Guardrail
    let models: Set<String>
    var name: String { rule.name }
    var answerWindow: Int? { rule.answerWindow }

    func covers(_ model: String) -> Bool { models.contains { ModelPattern($0).matches(model) } }

    func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) {
        if covers(request.model) { try rule.inspect(&request) }
    }

    func inspect(_ answer: inout GuardedAnswer) throws(GuardrailRefusal) {
        if covers(answer.model) { try rule.inspect(&answer) }
    }
}
