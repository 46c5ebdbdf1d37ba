/// Refuses what is large: requests by their bodies, answers by what is said in them.
public struct SizeRule: Guardrail {
    public let name: String
    public var maxBytes: Int
    public var traffic: GuardedTraffic

    public init(_ name: String = "size", maxBytes: Int, on traffic: GuardedTraffic = .requests) {
        (self.name, self.maxBytes, self.traffic) = (name, maxBytes, traffic)
    }

    public var answerWindow: Int? { traffic.contains(.answers) ? 0 : nil }

    public func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) {
        guard traffic.contains(.requests), request.size > maxBytes else { return }
        throw GuardrailRefusal("The request has \(request.size) bytes, \(maxBytes) are allowed; send less.")
    }

    public func inspect(_ answer: inout GuardedAnswer) throws(GuardrailRefusal) {
        guard traffic.contains(.answers), answer.size > maxBytes else { return }
        throw GuardrailRefusal("The answer has more than \(maxBytes) bytes; ask for a shorter one.")
    }
}

/// Refuses requests that offer tools to the model which it may not have, and answers that call them.
public struct ToolRule: Guardrail {
    public let name: String
    /// nil: all that are not denied.
    public var allowed: Set<String>?
    public var denied: Set<String>
    /// May be offered; calls of them go to the client only where it says with the request that they are approved
    /// (`X-Claw-Approve-Tools`), and are refused with `tool_approval_required` otherwise.
    public var asked: Set<String>
    public var traffic: GuardedTraffic

    /// - Parameter traffic: nil: requests, and answers too where something is `asked`.
    public init(
        _ name: String = "tools", allowed: Set<String>? = nil, denied: Set<String> = [], asked: Set<String> = [],
        on traffic: GuardedTraffic? = nil
    ) {
        (self.name, self.allowed, self.denied, self.asked) = (name, allowed, denied, asked)
        self.traffic = traffic ?? (asked.isEmpty ? .requests : .both)
    }

    public var answerWindow: Int? { traffic.contains(.answers) ? 0 : nil }

    private func forbids(_ tool: String) -> Bool {
        denied.contains(tool) || !(allowed?.contains(tool) ?? true) && !asked.contains(tool)
    }

    public func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) {
        guard traffic.contains(.requests), let wrong = request.tools.first(where: forbids) else { return }
        throw GuardrailRefusal("The tool '\(wrong.prefix(64))' is not allowed here; leave it away.")
    }

    public func inspect(_ answer: inout GuardedAnswer) throws(GuardrailRefusal) {
        guard traffic.contains(.answers) else { return }
        if let wrong = answer.tools.first(where: forbids) {
            throw GuardrailRefusal("The model calls the tool '\(wrong.prefix(64))', which is not allowed here.")
        }
        let open = answer.tools.first { asked.contains($0) && !answer.approvedTools.contains($0) }
        guard let open else { return }
        throw GuardrailRefusal(
            "The model wants to call the tool '\(open.prefix(64))'. Where the user approves, send the request again with "
                + "'X-Claw-Approve-Tools: \(open.prefix(64))'.", code: "tool_approval_required")
    }
}
