import ClawControl
import ClawModels

/// All that decides where a pod may go, read once for all nodes.
struct PodDemand: Sendable {
    let uid: String
    let key: ObjectKey
    let labels: [String: String]
    let priority: Int
    let mayPreempt: Bool
    let nominatedNode: String
    let needs: PodNeeds
    let affinities: PodAffinities
    let spread: [SpreadRule]
    let volumes: PodVolumes?
    /// As it will count wherever it goes.
    private let pod: Pod

    init(_ pod: Pod, volumes: PodVolumes?) {
        self.pod = pod
        (uid, key, labels) = (pod.uid ?? "", ObjectKey(pod), pod.labels)
        priority = pod.spec?.priority ?? 0
        mayPreempt = pod.spec?.preemptionPolicy != "Never"
        nominatedNode = pod.status?.nominatedNodeName ?? ""
        needs = PodNeeds(pod)
        affinities = PodAffinities(pod)
        let (labels, namespace) = (labels, key.namespace)
        spread = (pod.spec?.topologySpreadConstraints ?? []).map { SpreadRule($0, of: labels, in: namespace) }
        self.volumes = volumes
    }

    func placed(on node: String) -> PlacedPod { PlacedPod(pod, on: node) }
}

extension Pod {
    /// Whether where it may go depends on where other pods are.
    var looksAtOthers: Bool {
        let affinity = spec?.affinity
        return affinity?.podAffinity != nil || affinity?.podAntiAffinity != nil
            || !(spec?.topologySpreadConstraints ?? []).isEmpty
    }
}
