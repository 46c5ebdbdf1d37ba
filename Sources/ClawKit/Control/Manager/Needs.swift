public import ClawKubernetes
import ClawModels
import Synchronization

extension Controller {
    /// Says what its reconciles ask of the API server beyond its caches: what one by hand writes.
    ///
    ///     .needs(.managing(ConfigMap.type), Permission(["create"], Job.type, in: "ops"))
    @discardableResult
    public func needs(_ permissions: Permission...) -> Self {
        sources.withLock { $0.permissions += permissions }
        return self
    }
}

extension LeaderElection {
    /// The Lease's, by its name.
    var permissions: [Permission] {
        [
            Permission(["get", "list", "watch", "update"], Lease.type, names: [lease], in: namespace),
            Permission(["create"], Lease.type, in: namespace),
        ]
    }
}

extension Sharding {
    /// Each replica has a Lease of its own, with a name that nobody knows before.
    var permissions: [Permission] {
        [Permission(["get", "list", "watch", "create", "update", "delete"], Lease.type, in: namespace)]
    }
}
