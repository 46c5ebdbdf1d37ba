public import ClawBase
public import FoundationEssentials

extension KubernetesClient {
    /// A client of the cluster kubectl would talk to; see ``ClusterAccess/load(explicit:context:environment:serviceAccount:)``
    /// for which that is. Nothing is sent yet.
    /// - Throws: ``Finding`` with ``FindingCode/badConfig`` naming the file and the place in it.
    public static func connect(
        kubeconfig path: String? = nil, context: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment, userAgent: String = UserAgent.current
    ) throws -> KubernetesClient {
        try KubernetesClient(
            try ClusterAccess.load(explicit: path, context: context, environment: environment), userAgent: userAgent)
    }

    /// A client over the network: credentials renewed as they end, requests that change nothing tried again, no rate
    /// limit.
    ///
    /// For other layers, compose the transport: `KubernetesClient(try ClusterTransport(access).logged(logger))`.
    public init(
        _ access: ClusterAccess, userAgent: String = UserAgent.current, retries: RetryPolicy = .kubernetes,
        time: some TimeSource = .system
    ) throws {
        let transport = try ClusterTransport(access, userAgent: userAgent, time: time)
        self.init(transport.retrying(retries, time: time), userAgent: userAgent)
    }
}

/// Runs `body` with a client of the cluster, and closes its connections afterwards, whatever happens.
public func withKubernetesClient<Result>(
    _ access: ClusterAccess, userAgent: String = UserAgent.current, retries: RetryPolicy = .kubernetes,
    time: some TimeSource = .system, _ body: (KubernetesClient) async throws -> Result
) async throws -> Result {
    let transport = try ClusterTransport(access, userAgent: userAgent, time: time)
    let client = KubernetesClient(transport.retrying(retries, time: time), userAgent: userAgent)
    do {
        let result = try await body(client)
        await transport.shutdown()
        return result
    } catch {
        await transport.shutdown()
        throw error
    }
}
