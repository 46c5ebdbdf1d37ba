import ClawModels

extension DaemonSet {
    static let revisionLabel = "controller-revision-hash"
    private static let generationAnnotation = "deprecated.daemonset.template.generation"
    private static let generationLabel = "pod-template-generation"

    /// The pod for a node: the scheduler has no choice where to put it.
    /// <https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#how-daemon-pods-are-scheduled>
    func newPod(on node: String, hash: String?) -> Pod {
        var pod = Pod(metadata: ObjectMeta())
        if let template = spec?.template.metadata {
            pod.labels = template.labels
            pod.metadata.annotations = template.annotations
            pod.metadata.finalizers = template.finalizers
        }
        pod.metadata.generateName = "\(name)-"
        pod.metadata.namespace = namespace
        pod.metadata.ownerReferences = [OwnerReference(controlling: self)]
        if let hash { pod.labels[Self.revisionLabel] = hash }
        if let generation = annotations[Self.generationAnnotation] { pod.labels[Self.generationLabel] = generation }
        pod.spec = spec?.template.spec
        var affinity = pod.spec?.affinity ?? Affinity()
        var nodes = affinity.nodeAffinity ?? NodeAffinity()
        let here = NodeSelectorRequirement(key: "metadata.name", operator: "In", values: [node])
        nodes.requiredDuringSchedulingIgnoredDuringExecution = NodeSelector(
            nodeSelectorTerms: [NodeSelectorTerm(matchFields: [here])])
        affinity.nodeAffinity = nodes
        pod.spec?.affinity = affinity
        pod.spec?.tolerations = tolerations
        return pod
    }

    /// The template's, and those by which such a pod stays where others have to go.
    private var tolerations: [Toleration] {
        var tolerations = spec?.template.spec?.tolerations ?? []
        func add(_ key: String, _ effect: String) {
            let added = Toleration(key: "node.kubernetes.io/\(key)", operator: "Exists", effect: effect)
            if let place = tolerations.firstIndex(where: {
                $0.key == added.key && $0.effect == effect && $0.operator == "Exists"
            }) {
                tolerations[place] = added
            } else {
                tolerations.append(added)
            }
        }
        add("not-ready", "NoExecute")
        add("unreachable", "NoExecute")
        add("disk-pressure", "NoSchedule")
        add("memory-pressure", "NoSchedule")
        add("pid-pressure", "NoSchedule")
        add("unschedulable", "NoSchedule")
        if spec?.template.spec?.hostNetwork == true { add("network-unavailable", "NoSchedule") }
        return tolerations
    }

    /// Of pods the set finds, those of this template.
    func isUpdated(_ pod: Pod, hash: String) -> Bool {
        if pod.labels[Self.revisionLabel] == hash { return true }
        guard let generation = annotations[Self.generationAnnotation] else { return false }
        return pod.labels[Self.generationLabel] == generation && pod.labels[Self.revisionLabel] == nil
    }

    /// How many may be missing, and how many may be doubled, of so many; one of the two is at least one.
    func rollingLimits(of count: Int) -> (unavailable: Int, surge: Int) {
        let update = spec?.updateStrategy?.rollingUpdate
        let surge = update?.maxSurge?.scaled(to: count, roundingUp: true) ?? 0
        let unavailable = update?.maxUnavailable?.scaled(to: count, roundingUp: true) ?? 1
        return (surge == 0 && unavailable == 0 ? 1 : unavailable, surge)
    }
}

extension Pod {
    /// The node it is on, or is meant for.
    var targetNode: String? {
        if let name = spec?.nodeName, !name.isEmpty { return name }
        let terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
        for term in terms {
            for field in term.matchFields where field.key == "metadata.name" && field.operator == "In" {
                if field.values.count == 1 { return field.values.first }
            }
        }
        return nil
    }
}
