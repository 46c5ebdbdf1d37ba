import ClawBase
public import ClawModels

/// What a controller must stand: that it gets there whatever happens, writes nothing more once it is there, survives its
/// own death after any request, and needs no more rights than these.
///
///     let trial = Trial("my-operator") { subject in
///         try await MyOperator(subject.client, time: subject.time).run()
///     } given: { cluster in
///         _ = try await cluster.client.create(Widget(…))
///     } until: { cluster in
///         try await cluster.client.list(Pod.self, in: "default").items.count == 3
///     }
///     try await trial.converges(seeds: 1...50)
///     try await trial.isIdempotent()
///     try await trial.survivesCrashes()
///     print(try await trial.leastPrivilege())
///
/// Each run has a cluster of its own in virtual time. A ``TrialFailure`` names the seed, and the same seed fails again.
public struct Trial: Sendable {
    public typealias Program = @Sendable (TestSubject) async throws -> Void

    public let name: String
    public var options = SimulatedCluster.Options()
    /// How much virtual time there is to get there.
    public var patience = Duration.seconds(3600)
    /// How long it must stay there.
    public var watchfulness = Duration.seconds(600)
    let program: Program
    let given: @Sendable (SimulatedCluster) async throws -> Void
    let goal: @Sendable (SimulatedCluster) async throws -> Bool

    /// - Parameters:
    ///   - name: of the subject: its service account and user agent.
    ///   - program: the subject; runs until it is cancelled.
    ///   - given: what there is before the subject begins.
    ///   - until: whether the goal is reached; only reads.
    public init(
        _ name: String, _ program: @escaping Program,
        given: @escaping @Sendable (SimulatedCluster) async throws -> Void = { _ in },
        until goal: @escaping @Sendable (SimulatedCluster) async throws -> Bool
    ) {
        (self.name, self.program, self.given, self.goal) = (name, program, given, goal)
    }

    /// Reaches its goal with every seed, whatever goes wrong on the way, and stays there once nothing does any more.
    /// - Throws: ``TrialFailure`` of the first seed that fails; what `given` and `until` throw.
    public func converges(seeds: ClosedRange<UInt64> = 1...20, faults: ClusterFaults = .usual) async throws {
        var options = options
        options.faults = faults
        for seed in seeds {
            try await SimulatedCluster.run(seed: seed, options) { cluster in
                try await given(cluster)
                try await cluster.withSubject(name, program) {
                    try await reach(cluster, "does not get there")
                    try await stay(cluster)
                }
            }
        }
    }

    /// A second life, begun when all is done, writes nothing.
    /// - Throws: ``TrialFailure`` with the writes.
    public func isIdempotent(seed: UInt64 = 1) async throws {
        try await SimulatedCluster.run(seed: seed, options) { cluster in
            try await given(cluster)
            try await cluster.withSubject(name, program) {
                try await reach(cluster, "does not get there")
                try await cluster.clock.advance(by: watchfulness)
            }
            let start = cluster.history.count
            try await cluster.withSubject(name, program) { try await cluster.clock.advance(by: watchfulness) }
            let writes = cluster.history.requests(from: start).filter { $0.isWrite && $0.userAgent == name }
            guard writes.isEmpty else {
                throw TrialFailure(
                    seed: seed, problem: "\(name) wrote \(writes.count) times though nothing was to be done",
                    requests: writes)
            }
        }
    }

    /// Gets there though it is killed after any one of its requests and begins anew.
    /// - Parameter limit: of runs; where there are more requests, that many of them are tried, evenly spread.
    /// - Throws: ``TrialFailure`` naming the request.
    public func survivesCrashes(seed: UInt64 = 1, limit: Int = 200) async throws {
        let total = try await requestsOfOneLife(seed)
        let step = max(1, (total + limit - 1) / max(1, limit))
        for last in stride(from: 1, through: total, by: step) {
            try await SimulatedCluster.run(seed: seed, options) { cluster in
                try await given(cluster)
                try await cluster.prepareAccount(name, nil)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await cluster.run(name, program, life: 0, lastRequest: last)
                        try await cluster.run(name, program, life: 1, lastRequest: nil)
                    }
                    group.addTask { try await reach(cluster, "does not get there after its death at request \(last) of \(total)") }
                    defer { group.cancelAll() }
                    try await group.next()
                }
            }
        }
    }

    /// The rules the subject needs, as far as this run shows; that they are enough is tried out.
    /// - Throws: ``TrialFailure`` where it does not get there with these rules alone.
    public func leastPrivilege(seed: UInt64 = 1) async throws -> ClusterRole {
        let requests = try await SimulatedCluster.run(seed: seed, options) { cluster in
            try await given(cluster)
            try await cluster.withSubject(name, program) {
                try await reach(cluster, "does not get there")
                try await cluster.clock.advance(by: watchfulness)
            }
            return cluster.history.requests.filter { $0.userAgent == name }
        }
        let role = ClusterRole(metadata: ObjectMeta(name: name), rules: RuleCollector.rules(for: requests))
        try await SimulatedCluster.run(seed: seed, options) { cluster in
            try await given(cluster)
            try await cluster.withSubject(name, rules: role.rules, program) {
                try await reach(cluster, "does not get there with the rules it used")
            }
        }
        return role
    }

    // MARK: steps

    private func requestsOfOneLife(_ seed: UInt64) async throws -> Int {
        try await SimulatedCluster.run(seed: seed, options) { cluster in
            try await given(cluster)
            return try await cluster.withSubject(name, program) {
                try await reach(cluster, "does not get there")
                return cluster.history.requests.filter { $0.userAgent == name }.count
            }
        }
    }

    private func reach(_ cluster: SimulatedCluster, _ problem: String) async throws {
        let isThere = try await cluster.clock.advance(atMost: patience) { try await goal(cluster) }
        guard isThere else { throw failure(cluster, "\(name) \(problem) within \(patience)") }
    }

    private func stay(_ cluster: SimulatedCluster) async throws {
        try await cluster.clock.advance(by: watchfulness)
        // Faults go on, so it may be on its way back once more.
        let isThere = try await cluster.clock.advance(atMost: patience) { try await goal(cluster) }
        guard isThere else { throw failure(cluster, "\(name) gets there, and leaves again") }
    }

    private func failure(_ cluster: SimulatedCluster, _ problem: String) -> TrialFailure {
        TrialFailure(
            seed: cluster.seed, problem: problem,
            requests: Array(cluster.history.requests.filter { $0.userAgent == name }.suffix(20)))
    }
}

/// A trial that was not passed.
public struct TrialFailure: Error, Sendable, CustomStringConvertible {
    /// Run the trial with it again to see the same.
    public let seed: UInt64
    public let problem: String
    /// The last ones, or those that should not have been.
    public let requests: [ClusterHistory.Entry]

    public var description: String {
        "seed \(seed): \(problem)" + requests.map { "\n  \($0.time.rfc3339()) \($0)" }.joined()
    }
}
