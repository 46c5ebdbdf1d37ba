public import CoreMetrics

/// Whether this process leads: `leader_election_master_status`, 1 or 0, as client-go has it.
public struct LeadershipMetrics: Sendable {
    private let status: Meter

    /// - Parameters:
    ///   - lease: in the label `name`.
    ///   - factory: as for ``ControllerMetrics``.
    public init(lease: String, factory: (any MetricsFactory)? = nil) {
        let factory = factory ?? MetricNames.factory
        MetricNames.describe(in: factory)
        status = Meter(label: "leader_election_master_status", dimensions: [("name", lease)], factory: factory)
        status.set(0)
    }

    public func set(isLeader: Bool) { status.set(isLeader ? 1 : 0) }
}
