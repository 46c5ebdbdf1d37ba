import ClawControl
import ClawModels

/// A pod that has a node, as far as it matters to where others may go.
struct PlacedPod: Sendable {
    let key: ObjectKey
    let node: String
    let request: ResourceAmounts
    let priority: Int
    /// When it began to count, as text: RFC 3339.
    let start: String
    let labels: [String: String]
    let isLeaving: Bool
    let ports: [HostPort]
    let affinities: PodAffinities

    var namespace: String { key.namespace }

    init(_ pod: Pod, on node: String) {
        key = ObjectKey(pod)
        self.node = node
        request = pod.requestedResources
        priority = pod.spec?.priority ?? 0
        start = pod.status?.startTime ?? pod.metadata.creationTimestamp ?? ""
        labels = pod.labels
        isLeaving = pod.isBeingDeleted
        ports = pod.hostPorts
        affinities = PodAffinities(pod)
    }

    /// Whether the pod still stands for the same to others.
    func isUpToDate(with pod: Pod) -> Bool { isLeaving == pod.isBeingDeleted && labels == pod.labels }
}
