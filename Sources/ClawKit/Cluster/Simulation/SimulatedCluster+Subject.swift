public import ClawBase
public import ClawKubernetes
import ClawModels
import Synchronization

/// What is under test, as it sees its cluster.
public struct TestSubject: Sendable {
    public let name: String
    /// Shows the token of a service account of its own, tries again as clients do, and meets the simulation's faults.
    public let client: KubernetesClient
    /// The subject's clock, which may be off.
    public let time: any TimeSource
}

/// A clock that is off by some time.
private struct SkewedTime: TimeSource {
    let base: any TimeSource
    let skew: Duration
    var now: Timestamp { base.now + skew }
    func sleep(until moment: Timestamp) async throws { try await base.sleep(until: moment + (.zero - skew)) }
}

extension SimulatedCluster {
    /// Runs a subject beside `body`, until `body` ends.
    /// - Parameters:
    ///   - name: of its service account in `kube-system`, and its user agent.
    ///   - rules: what it may do; nil: everything.
    ///   - program: runs until it is cancelled.
    public func withSubject<R: Sendable>(
        _ name: String, rules: [PolicyRule]? = nil, _ program: @escaping @Sendable (TestSubject) async throws -> Void,
        while body: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        try await prepareAccount(name, rules)
        return try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask {
                try await self.run(name, program, life: 0, lastRequest: nil)
                return nil
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let outcome = try await group.next() { if let outcome { return outcome } }
            throw CancellationError()
        }
    }

    /// One life of a subject. Returns how many requests it made, once it has ended or was killed.
    /// - Parameters:
    ///   - life: gives each life its own luck.
    ///   - lastRequest: it is killed when this many of its requests have been carried out.
    @discardableResult
    func run(
        _ name: String, _ program: @escaping @Sendable (TestSubject) async throws -> Void, life: Int, lastRequest: Int?
    ) async throws -> Int {
        let luck = seed &* 0x2545_F491_4F6C_DD1D &+ UInt64(life)
        var chance = SplitMix64(seed: luck)
        let range = faults.clockSkew
        let skew = range.lowerBound + (range.upperBound - range.lowerBound) * chance.unit()
        let time: any TimeSource = skew == .zero ? clock : SkewedTime(base: clock, skew: skew)
        let (deaths, death) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let transport = SubjectTransport(
            embedded.handler, credentials(of: name), faults, seed: luck, time: clock, lastRequest: lastRequest
        ) { death.finish() }
        let subject = TestSubject(
            name: name, client: KubernetesClient(transport.retrying(time: clock), userAgent: name), time: time)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await program(subject) }
            group.addTask { for await _ in deaths {} }
            defer {
                transport.kill()
                group.cancelAll()
            }
            do {
                try await group.next()
            } catch where lastRequest != nil {
                // It died of what it saw last.
            }
        }
        return transport.count
    }

    private func credentials(of name: String) -> some Credentials {
        let client = client
        return RenewedCredentials(time: clock) { _ in
            let issued = try await client.requestToken(forServiceAccount: name, in: "kube-system", lifetime: .seconds(3600))
            return .bearer(issued.token, expires: issued.expires)
        }
    }

    /// The subject's service account and what it may do.
    func prepareAccount(_ name: String, _ rules: [PolicyRule]?) async throws {
        guard try await client.find(ServiceAccount.self, name, in: "kube-system") == nil else { return }
        _ = try await client.create(ServiceAccount(metadata: ObjectMeta(name: name, namespace: "kube-system")))
        var role = "cluster-admin"
        if let rules {
            role = "subject-\(name)"
            _ = try await client.create(ClusterRole(metadata: ObjectMeta(name: role), rules: rules))
        }
        _ = try await client.create(
            ClusterRoleBinding(
                metadata: ObjectMeta(name: "subject-\(name)"),
                roleRef: RoleRef(kind: "ClusterRole", name: role, apiGroup: "rbac.authorization.k8s.io"),
                subjects: [Subject(kind: "ServiceAccount", name: name, namespace: "kube-system")]))
    }
}
