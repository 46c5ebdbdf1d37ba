import ClawBase

/// A guardrail as a configuration file declares it.
public struct DeclaredGuardrail: Sendable, Hashable {
    public enum Rule: Sendable, Hashable {
        case size(maxBytes: Int)
        case tools(allowed: Set<String>?, denied: Set<String>)
        /// - Parameter replacement: nil: such requests are refused.
        case pattern(String, replacement: String?)
        case personal(Set<PersonalDataRule.Kind>)
    }

    public var name: String
    public var rule: Rule
    /// The names and patterns of the models for which it holds; empty: all.
    public var models: [String]

    public init(_ name: String, _ rule: Rule, models: [String] = []) {
        (self.name, self.rule, self.models) = (name, rule, models)
    }

    /// - Throws: ``Finding`` for a pattern that is none.
    public var guardrail: any Guardrail {
        get throws(Finding) {
            let made: any Guardrail =
                switch rule {
                case .size(let most): SizeRule(name, maxBytes: most)
                case .tools(let allowed, let denied): ToolRule(name, allowed: allowed, denied: denied)
                case .pattern(let pattern, let replacement):
                    try PatternRule(name, pattern: pattern, replacement: replacement)
                case .personal(let kinds): PersonalDataRule(name, kinds)
                }
            return models.isEmpty ? made : ScopedRule(rule: made, models: Set(models))
        }
    }
}
