import Synchronization

/// Asks a server what it serves, and remembers the answer.
///
/// Two requests where the server speaks aggregated discovery (1.26 and later); one per version of a group elsewhere.
/// A group whose own server does not answer is told in ``DiscoveredResources/findings`` and never fails the others.
/// <https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api>
public final class Discovery: Sendable {
    private let api: any KubernetesAPI
    private let cache = Mutex<DiscoveredResources?>(nil)

    public init(_ api: some KubernetesAPI) { self.api = api }

    /// As remembered, or else as asked. Callers that come at the same time may each ask.
    /// - Throws: as ``refresh()``.
    public func resources() async throws -> DiscoveredResources {
        if let known = cache.withLock({ $0 }) { return known }
        return try await refresh()
    }

    /// Asks again.
    /// - Throws: what ``KubernetesAPI/document(for:)`` throws where nothing at all can be discovered; what was
    ///   remembered stays.
    @discardableResult
    public func refresh() async throws -> DiscoveredResources {
        let found = try await DiscoveryRequests(api: api).all()
        cache.withLock { $0 = found }
        return found
    }

    /// Forgets: the next call asks.
    public func invalidate() { cache.withLock { $0 = nil } }
}
