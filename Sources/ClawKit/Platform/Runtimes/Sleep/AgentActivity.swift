public import ClawBase
public import ClawDocuments
import ClawResources

/// What a runtime's program says of its own work, when it is asked just before it would be put to sleep:
/// `GET /activity` → `{"lastActivity": "2026-01-01T00:00:00Z", "busy": false}`.
///
/// Jupyter's `/api/status` says it as `last_activity`.
public struct AgentActivity: Sendable, Hashable {
    /// Whether it works on something now.
    public var isBusy: Bool
    public var last: Timestamp?

    public init(isBusy: Bool, last: Timestamp?) { (self.isBusy, self.last) = (isBusy, last) }

    /// - Throws: ``Finding`` (`E_AGENT_ACTIVITY`) where it says neither.
    public init(_ document: JSON) throws(Finding) {
        let text = document["lastActivity"]?.string ?? document["last_activity"]?.string
        let last = text.flatMap { Timestamp(rfc3339: $0) }
        guard last != nil || document["busy"]?.bool != nil else {
            throw Finding(
                .agentActivity, "The program's answer says neither 'lastActivity' (RFC 3339) nor 'busy'.", field: Self.path)
        }
        self.init(isBusy: document["busy"]?.bool ?? false, last: last)
    }

    /// Where programs are asked.
    public static let path = "/activity"
    /// In bytes.
    static let limit = 64 << 10
    static let patience = Duration.seconds(5)
}

extension FindingCode {
    /// A program does not say whether it is at work.
    public static let agentActivity = FindingCode(rawValue: "E_AGENT_ACTIVITY")
}

extension Runtime {
    /// Keeps what its program says.
    /// - Returns: whether it was idle for as long as it says nothing newer.
    mutating func note(_ agent: AgentActivity, _ now: Timestamp) -> Bool {
        let use = agent.isBusy ? now : agent.last.map { min($0, now) }
        guard let use, use > lastUse ?? use else { return true }
        status.lastActivity = use.rfc3339(fractionDigits: 6)
        return false
    }
}
