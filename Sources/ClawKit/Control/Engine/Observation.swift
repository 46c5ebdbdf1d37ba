public import ClawKubernetes

/// How an object stands.
public struct Observation<Object: Resource>: Sendable {
    /// The object with its present status. Only the status is written, and only where it differs.
    public var object: Object
    /// Look again at the latest then, even if nothing changes: a deadline that may pass, a thing nobody tells of.
    public var lookAgainAfter: Duration?

    public init(_ object: Object, lookAgainAfter: Duration? = nil) {
        (self.object, self.lookAgainAfter) = (object, lookAgainAfter)
    }
}
