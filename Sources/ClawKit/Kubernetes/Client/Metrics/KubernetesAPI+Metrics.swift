/// What nodes and pods use, as metrics-server measures it.
/// <https://kubernetes.io/docs/tasks/debug/debug-cluster/resource-metrics-pipeline/>
extension KubernetesAPI {
    /// - Throws: ``Finding`` with ``FindingCode/noMetrics`` where the cluster has no metrics API.
    public func nodeMetrics(matching selection: Selection = .all) async throws -> [NodeMetrics] {
        try await metrics { try await list(NodeMetrics.self, matching: selection).items }
    }

    /// Of one namespace or (nil) of all.
    /// - Throws: as ``nodeMetrics(matching:)``.
    public func podMetrics(in namespace: String? = nil, matching selection: Selection = .all) async throws
        -> [PodMetrics]
    {
        try await metrics { try await list(PodMetrics.self, in: namespace, matching: selection).items }
    }

    /// The nodes with what they use of what they have, as `kubectl top nodes` shows them, by name.
    /// - Throws: as ``nodeMetrics(matching:)``.
    public func topNodes(matching selection: Selection = .all) async throws -> [NodeUsage] {
        let metrics = try await nodeMetrics(matching: selection)
        let nodes = try await list(Node.self, matching: selection).items
        let capacity = Dictionary(nodes.map { ($0.name, $0.status?.allocatable ?? [:]) }) { first, _ in first }
        return metrics.map { NodeUsage(node: $0.name, used: $0.usage, allocatable: capacity[$0.name] ?? [:]) }
            .sorted { $0.node < $1.node }
    }

    /// The pods with what their containers use together, as `kubectl top pods` shows them, by namespace and name.
    /// - Parameter resource: puts those that use most of it first instead: `cpu`, `memory`.
    /// - Throws: as ``nodeMetrics(matching:)``.
    public func topPods(
        in namespace: String? = nil, matching selection: Selection = .all, by resource: String? = nil
    ) async throws -> [PodMetrics] {
        let metrics = try await podMetrics(in: namespace, matching: selection)
            .sorted { ($0.namespace ?? "", $0.name) < ($1.namespace ?? "", $1.name) }
        guard let resource else { return metrics }
        let amounts = metrics.map { (metrics: $0, amount: $0.total(resource)?.nanoUnits ?? 0) }
        return amounts.enumerated()
            .sorted { ($1.element.amount, $0.offset) < ($0.element.amount, $1.offset) }.map(\.element.metrics)
    }

    /// The server has no such path where nobody measures, and answers 503 where metrics-server does not.
    private func metrics<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as KubernetesError where error.isNotFound || error.code == 503 {
            throw Finding(
                .noMetrics,
                "The cluster does not serve metrics.k8s.io/v1beta1; install metrics-server or look after it.",
                details: ["answer": "\(error)"])
        }
    }
}

/// What a node uses of what pods may have.
public struct NodeUsage: Sendable, Hashable {
    public let node: String
    /// By resource: `cpu` in cores, `memory` in bytes.
    public let used: [String: Quantity]
    public let allocatable: [String: Quantity]

    public init(node: String, used: [String: Quantity], allocatable: [String: Quantity]) {
        (self.node, self.used, self.allocatable) = (node, used, allocatable)
    }

    /// From 0 to 1, or a little more; nil where one of the two is not known.
    public func share(of resource: String) -> Double? {
        guard let used = used[resource]?.nanoUnits, let all = allocatable[resource]?.nanoUnits, all > 0 else {
            return nil
        }
        return Double(used) / Double(all)
    }
}

extension FindingCode {
    /// The cluster measures nothing.
    public static let noMetrics = FindingCode(rawValue: "E_NO_METRICS")
}
