import ClawBase

/// A guardrail as a configuration file declares it.
public struct DeclaredGuardrail: Sendable, Hashable {
    public enum Rule: Sendable, Hashable {
        case size(maxBytes: Int)
        case tools(allowed: Set<String>?, denied: Set<String>, asked: Set<String> = [])
        /// - Parameter replacement: nil: such requests are refused.
        case pattern(String, replacement: String?)
        case personal(Set<PersonalDataRule.Kind>)
    }

    public var name: String
    public var rule: Rule
    /// What it looks at; nil: requests, and answers too where calls of tools are asked about.
    public var traffic: GuardedTraffic?
    /// How many characters of a streamed text are kept back; nil: as many as such a rule needs mostly.
    public var window: Int?
    /// The names and patterns of the models for which it holds; empty: all.
    public var models: [String]

    public init(
        _ name: String, _ rule: Rule, on traffic: GuardedTraffic? = nil, window: Int? = nil, models: [String] = []
    ) {
        (self.name, self.rule, self.traffic, self.window, self.models) = (name, rule, traffic, window, models)
    }

    /// - Throws: ``Finding`` for a pattern that is none.
    public var guardrail: any Guardrail {
        get throws(Finding) {
            let (some, window) = (traffic ?? .requests, window ?? PatternRule.usualWindow)
            let made: any Guardrail =
                switch rule {
                case .size(let most): SizeRule(name, maxBytes: most, on: some)
                case .tools(let allowed, let denied, let asked):
                    ToolRule(name, allowed: allowed, denied: denied, asked: asked, on: traffic)
                case .pattern(let pattern, let replacement):
                    try PatternRule(name, pattern: pattern, replacement: replacement, on: some, window: window)
                case .personal(let kinds): PersonalDataRule(name, kinds, on: some, window: window)
                }
            return models.isEmpty ? made : ScopedRule(rule: made, models: Set(models))
        }
    }
}
