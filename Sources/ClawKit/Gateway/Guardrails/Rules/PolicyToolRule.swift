public import ClawLedger
public import ClawPlatform
import ClawResources

/// Holds requests and answers against what the platform's policies say of tools, of whom the key is for: what is denied
/// may not be offered, and calls of what is to be asked about go to the client only where it says that its user approves
/// (`X-Claw-Approve-Tools`), as with ``ToolRule``.
public struct PolicyToolRule: Guardrail {
    public let name = "tool-policy"
    private let policies: ToolPolicies

    public init(_ policies: ToolPolicies) { self.policies = policies }

    public var answerWindow: Int? { 0 }

    public func concerns(model: String, subject: UsageSubject) -> Bool {
        !policies.isReady || policies.concern(project: subject.project, user: subject.user)
    }

    public func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) {
        guard policies.isReady else {
            throw GuardrailRefusal("The gateway is still reading its policies; try again in a moment.")
        }
        try rule(for: request.tools, request.subject).inspect(&request)
    }

    public func inspect(_ answer: inout GuardedAnswer) throws(GuardrailRefusal) {
        try rule(for: answer.tools, answer.subject).inspect(&answer)
    }

    /// The same as a rule about just these tools.
    private func rule(for tools: [String], _ subject: UsageSubject) -> ToolRule {
        var rule = ToolRule(name, on: .both)
        for tool in tools {
            switch policies.verdict(on: tool, project: subject.project, user: subject.user) {
            case .deny: rule.denied.insert(tool)
            case .ask: rule.asked.insert(tool)
            case .allow, nil: break
            }
        }
        return rule
    }
}
