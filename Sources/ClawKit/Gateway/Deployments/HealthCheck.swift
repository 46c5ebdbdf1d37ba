/// An active look at a deployment's health, at intervals. As long as it fails the deployment is not asked.
public struct HealthCheck: Sendable {
    public var every: Duration
    public var within: Duration
    /// Throws where the deployment is not well; what it throws is told to people.
    public var check: @Sendable () async throws -> Void

    public init(every: Duration, within: Duration = .seconds(10), _ check: @escaping @Sendable () async throws -> Void) {
        (self.every, self.within, self.check) = (every, within, check)
    }
}
