public import ClawBase
public import ClawDocuments
import ClawResources

/// What a runtime's program says of its own work, when it is asked just before it would be put to sleep; its profile knows
/// where (``RuntimeProfile/activity``).
public struct AgentActivity: Sendable, Hashable {
    /// Whether it works on something now.
    public var isBusy: Bool
    public var last: Timestamp?

    public init(isBusy: Bool, last: Timestamp?) { (self.isBusy, self.last) = (isBusy, last) }

    /// - Throws: ``Finding`` (`E_AGENT_ACTIVITY`) where it says neither when it was used nor whether it is.
    init(_ document: JSON, as report: ActivityReport) throws(Finding) {
        let last = document.object?[FieldKey(report.member)]?.string.flatMap { Timestamp(rfc3339: $0) }
        let busy = report.busyMembers.compactMap { document.object?[FieldKey($0)] }
        guard last != nil || !busy.isEmpty else {
            throw Finding(
                .agentActivity, "The program's answer does not say '\(report.member)' (RFC 3339).", field: report.path)
        }
        self.init(isBusy: busy.contains { $0.bool == true || $0.integer.map { $0 > 0 } == true }, last: last)
    }

    /// In bytes.
    static let limit = 64 << 10
    static let patience = Duration.seconds(5)
}

extension FindingCode {
    /// A program does not say whether it is at work.
    public static let agentActivity = FindingCode(rawValue: "E_AGENT_ACTIVITY")
}

extension Finding {
    static let unreportedActivity = Finding(
        .agentActivity, "Nothing is known of where its program says whether it works; see its template's profile.",
        field: "spec.idle.signals")
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
