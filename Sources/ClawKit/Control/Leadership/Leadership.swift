public import ClawBase
public import ClawKubernetes

/// A term as the leader. Ends with the body of ``LeaderElection/run(_:)`` that got it.
public struct Leadership: Sendable {
    let term: Term

    /// The term's number, greater than that of every earlier leader (`leaseTransitions`): external systems that remember
    /// the greatest one they have seen can refuse who has been overtaken. It begins anew where the Lease is deleted
    /// while nobody looks.
    public var token: Int { term.token }

    /// Whether nobody else can be the leader at this moment, by this machine's own clock.
    public var isCertain: Bool { term.isCertain }

    /// The same API, but for writes while leadership is not certain: they are refused here, with
    /// ``FindingCode/notLeader``, and those under way are given up when it ends.
    ///
    /// A write that has left this machine cannot be called back: for its arrival there is the time between
    /// ``ElectionOptions/renewDeadline`` and the lease's end. What must be safe against longer delays shows ``token``.
    public func fenced(_ api: some KubernetesAPI) -> FencedAPI { FencedAPI(api, term) }
}

extension FindingCode {
    /// Somebody else is, or may be, the leader.
    public static let notLeader = FindingCode(rawValue: "E_NOT_LEADER")
}
