import ClawLedger

/// A rule for some models alone.
struct ScopedRule: Guardrail {
    let rule: any Guardrail
    let models: Set<String>
    var name: String { rule.name }
    var answerWindow: Int? { rule.answerWindow }

    func concerns(model: String, subject: UsageSubject) -> Bool {
        models.contains { ModelPattern($0).matches(model) } && rule.concerns(model: model, subject: subject)
    }

    func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) { try rule.inspect(&request) }

    func inspect(_ answer: inout GuardedAnswer) throws(GuardrailRefusal) { try rule.inspect(&answer) }
}
