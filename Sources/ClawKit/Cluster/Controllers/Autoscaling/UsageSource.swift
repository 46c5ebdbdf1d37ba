public import ClawBase
public import ClawControl
import ClawDocuments
import ClawKubernetes
public import ClawModels

/// Where autoscalers' figures come from; injected, so that a test says what pods use.
///
///     struct Busy: UsageSource {
///         func usage(of pod: Pod) async throws -> PodUsage? {
///             PodUsage(containers: ["main": ["cpu": "800m"]])
///         }
///     }
///
/// Only ``usage(of:)`` has to be written; custom and external metrics are unknown by default. A source must be quick: it
/// is asked for every pod of every autoscaler each 15 seconds. What it throws is told in the autoscaler's conditions.
public protocol UsageSource: Sendable {
    /// What a pod's containers use now; nil where nothing is known of it.
    func usage(of pod: Pod) async throws -> PodUsage?
    /// A metric of a pod (`custom.metrics.k8s.io`); nil where it has none such.
    func value(of metric: MetricIdentifier, pod: Pod) async throws -> Quantity?
    /// A metric of another object; nil where it has none such.
    func value(of metric: MetricIdentifier, object: CrossVersionObjectReference, namespace: String) async throws -> Quantity?
    /// A metric of something outside the cluster (`external.metrics.k8s.io`), which may have several values.
    func values(ofExternal metric: MetricIdentifier, namespace: String) async throws -> [Quantity]
}

extension UsageSource {
    public func value(of metric: MetricIdentifier, pod: Pod) async throws -> Quantity? { nil }
    public func value(
        of metric: MetricIdentifier, object: CrossVersionObjectReference, namespace: String
    ) async throws -> Quantity? { nil }
    public func values(ofExternal metric: MetricIdentifier, namespace: String) async throws -> [Quantity] { [] }
}

/// What a pod uses.
public struct PodUsage: Sendable {
    /// By container's name and resource: `cpu` in cores, `memory` in bytes.
    public var containers: [String: [String: Quantity]]
    /// When the measuring ended; nil: just now.
    public var timestamp: Timestamp?
    /// How long was measured.
    public var window: Duration

    public init(
        containers: [String: [String: Quantity]], timestamp: Timestamp? = nil, window: Duration = .seconds(30)
    ) {
        (self.containers, self.timestamp, self.window) = (containers, timestamp, window)
    }
}

/// The cluster's own `metrics.k8s.io`, which asks the nodes.
struct ClusterMetrics: UsageSource {
    let client: KubernetesClient

    func usage(of pod: Pod) async throws -> PodUsage? {
        do {
            let metrics = try await client.get(PodMetrics.self, pod.name, in: pod.namespace)
            return PodUsage(
                containers: Dictionary(metrics.containers.map { ($0.name, $0.usage) }) { _, last in last },
                timestamp: Timestamp(rfc3339: metrics.timestamp), window: Duration(goText: metrics.window) ?? .seconds(30))
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        }
    }
}
