import ClawBase

/// How long leadership lasts, and how hard it is fought for. The defaults are those of client-go.
public struct ElectionOptions: Sendable, Hashable {
    /// How long others wait after the leader was last heard of, in whole seconds; written into the Lease.
    public var leaseDuration: Duration
    /// How long a leader goes on without a renewal. The rest of the lease's duration is what its last writes have to
    /// arrive, and what clocks may differ in speed.
    public var renewDeadline: Duration
    /// How often the leader renews, and others look, whatever their watch tells.
    public var retryPeriod: Duration
    /// How long what runs may take to end by itself once a graceful shutdown has begun; then it is cancelled.
    public var drain: Duration

    public init(
        leaseDuration: Duration = .seconds(15), renewDeadline: Duration = .seconds(10),
        retryPeriod: Duration = .seconds(2), drain: Duration = .seconds(10)
    ) {
        (self.leaseDuration, self.renewDeadline) = (leaseDuration, renewDeadline)
        (self.retryPeriod, self.drain) = (retryPeriod, drain)
    }

    /// How long one request may take: a few fit into ``renewDeadline``.
    var requestDeadline: Duration { max(retryPeriod, renewDeadline / 3) }

    /// - Throws: ``Finding`` where the times cannot keep two leaders apart.
    func checked() throws(Finding) -> ElectionOptions {
        if leaseDuration < .seconds(1) || leaseDuration.components.attoseconds != 0 {
            throw Finding(
                .badConfig, "A lease lasts whole seconds, at least one; it is \(leaseDuration).", field: "leaseDuration")
        }
        if renewDeadline >= leaseDuration {
            throw Finding(
                .badConfig,
                "A leader must give up before others may follow: make it shorter than the lease, \(leaseDuration).",
                field: "renewDeadline")
        }
        if retryPeriod <= .zero || retryPeriod * 6 / 5 >= renewDeadline {
            throw Finding(
                .badConfig,
                "A leader renews several times before it gives up: make it shorter than five sixths of \(renewDeadline).",
                field: "retryPeriod")
        }
        return self
    }
}
