public import ArgumentParser
public import ClawKit
public import Logging

/// Who of several processes works on a cluster, by flags that are called as those of Kubernetes' own controllers.
public struct ElectionFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of several processes with controllers on one cluster only the one that leads works; the others wait.",
            discussion: "Default: true for a cluster that --kubeconfig gives, else false.", valueName: "true|false"))
    var leaderElect: Bool?
    @Option(help: "How long others wait after the leader was last heard of. (default: 15s)")
    var leaderElectLeaseDuration: TimeLimit?
    @Option(help: "How long a leader goes on that cannot renew; less than the lease lasts. (default: 10s)")
    var leaderElectRenewDeadline: TimeLimit?
    @Option(help: "How often a leader renews, and others look. (default: 2s)")
    var leaderElectRetryPeriod: TimeLimit?
    @Option(help: "The Lease by which one leads. (default: \(Orchestrator.lease))")
    var leaderElectResourceName: String?
    @Option(help: "The Lease's namespace. (default: \(PlatformSettings.namespace))")
    var leaderElectResourceNamespace: String?

    public init() {}

    /// The election that was asked for.
    public struct Settings: Sendable {
        public var lease: String
        public var namespace: String
        public var options: ElectionOptions
    }

    /// - Parameter isShared: whether there may be others on the cluster.
    /// - Returns: nil: this is the only process on its cluster.
    public func settings(isShared: Bool) throws -> Settings? {
        let standing = try value(leaderElect, "LEADER_ELECT") { Bool(argument: $0) }
        guard standing ?? isShared else { return nil }
        func duration(_ option: TimeLimit?, _ name: String, or standard: Duration) throws -> Duration {
            try value(option, name) { TimeLimit(argument: $0) }?.duration ?? standard
        }
        let standard = ElectionOptions()
        return Settings(
            lease: setting(leaderElectResourceName, "LEADER_ELECT_RESOURCE_NAME") ?? Orchestrator.lease,
            namespace: setting(leaderElectResourceNamespace, "LEADER_ELECT_RESOURCE_NAMESPACE")
                ?? PlatformSettings.namespace,
            options: ElectionOptions(
                leaseDuration: try duration(
                    leaderElectLeaseDuration, "LEADER_ELECT_LEASE_DURATION", or: standard.leaseDuration),
                renewDeadline: try duration(
                    leaderElectRenewDeadline, "LEADER_ELECT_RENEW_DEADLINE", or: standard.renewDeadline),
                retryPeriod: try duration(
                    leaderElectRetryPeriod, "LEADER_ELECT_RETRY_PERIOD", or: standard.retryPeriod)))
    }

    private func value<Value>(_ option: Value?, _ name: String, _ read: (String) -> Value?) throws -> Value? {
        if let option { return option }
        guard let text = setting(nil, name) else { return nil }
        guard let value = read(text) else {
            throw Finding(.badConfig, "'\(text)' is no value for it; see --help.", field: "CLAW_\(name)")
        }
        return value
    }
}

extension ElectionFlags.Settings {
    /// - Throws: ``Finding`` where the times cannot keep two leaders apart; what the cluster says.
    public func election(in api: KubernetesClient, time: some TimeSource, logger: Logger) async throws -> LeaderElection {
        do {
            return try await Orchestrator.election(
                named: lease, in: namespace, of: api, time: time, options: options, logger: logger)
        } catch var finding as Finding {
            let flags = [
                "leaseDuration": "lease-duration", "renewDeadline": "renew-deadline", "retryPeriod": "retry-period",
            ]
            if let flag = finding.field.flatMap({ flags[$0] }) { finding.field = "--leader-elect-\(flag)" }
            throw finding
        }
    }
}
