public import ClawBase
public import ClawKubernetes
public import Logging

/// What a reconcile is told, and by what it acts.
public struct ReconcileContext: Sendable {
    public let key: ObjectKey
    /// Why it was asked for.
    public let causes: Causes
    public let lane: Lane
    /// 1, and one more for every failure in a row.
    public let attempt: Int
    /// The API to write with: what is written is remembered for ``Controller/explain(_:)``, can be read from the caches
    /// at once, and does not ask for the reconcile again.
    public let api: any KubernetesAPI
    public let caches: SharedCaches
    let baseLogger: Logger

    public var time: any TimeSource { caches.time }

    public var logger: Logger {
        var logger = baseLogger
        logger[metadataKey: "key"] = "\(key)"
        return logger
    }
}
