import ClawModels

/// Names that StatefulSets use.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-identity>
enum StatefulSetNames {
    static let podName = "statefulset.kubernetes.io/pod-name"
    static let podIndex = "apps.kubernetes.io/pod-index"
    static let revision = "controller-revision-hash"
    static let hash = "controller.kubernetes.io/hash"
}

extension StatefulSet {
    var ordinals: Range<Int> {
        let start = spec?.ordinals?.start ?? 0
        return start..<start + (spec?.replicas ?? 1)
    }
    /// One pod at a time, in order.
    var isOrdered: Bool { spec?.podManagementPolicy != "Parallel" }
    var partition: Int { spec?.updateStrategy?.rollingUpdate?.partition ?? 0 }

    /// At least one, or nothing could move.
    var maxUnavailable: Int {
        let replicas = spec?.replicas ?? 1
        return max(1, spec?.updateStrategy?.rollingUpdate?.maxUnavailable?.scaled(to: replicas, roundingUp: true) ?? 1)
    }

    /// The place of a pod that carries this set's name.
    func ordinal(of pod: Pod) -> Int? {
        guard pod.name.hasPrefix("\(name)-") else { return nil }
        let ending = pod.name.dropFirst(name.count + 1)
        guard !ending.isEmpty, ending.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(ending)
    }

    func claimName(_ template: PersistentVolumeClaim, _ ordinal: Int) -> String { "\(template.name)-\(name)-\(ordinal)" }

    /// The pod of a place, with the template of a revision.
    func newPod(_ ordinal: Int, _ revision: ControllerRevision) -> Pod {
        let template = revision.template ?? spec?.template ?? PodTemplateSpec()
        var pod = Pod(metadata: ObjectMeta())
        pod.labels = template.metadata?.labels ?? [:]
        pod.metadata.annotations = template.metadata?.annotations ?? [:]
        pod.metadata.finalizers = template.metadata?.finalizers ?? []
        pod.metadata.name = "\(name)-\(ordinal)"
        pod.metadata.namespace = namespace
        pod.metadata.ownerReferences = [OwnerReference(controlling: self)]
        pod.labels[StatefulSetNames.revision] = revision.name
        pod.spec = template.spec
        pod.spec?.hostname = "\(name)-\(ordinal)"
        pod.spec?.subdomain = spec?.serviceName
        give(identity: ordinal, to: &pod)
        return pod
    }

    /// Labels and volumes by which a pod is the one of its place; where they are there already, nothing changes.
    func give(identity ordinal: Int, to pod: inout Pod) {
        if pod.labels[StatefulSetNames.podName] != pod.name { pod.labels[StatefulSetNames.podName] = pod.name }
        if pod.labels[StatefulSetNames.podIndex] != String(ordinal) {
            pod.labels[StatefulSetNames.podIndex] = String(ordinal)
        }
        let claims = spec?.volumeClaimTemplates ?? []
        guard !claims.isEmpty, !hasStorage(pod, ordinal) else { return }
        let names = Set(claims.map(\.name))
        let others = (pod.spec?.volumes ?? []).filter { !names.contains($0.name) }
        pod.spec?.volumes =
            claims.map { claim in
                Volume(
                    name: claim.name,
                    persistentVolumeClaim: PersistentVolumeClaimVolumeSource(claimName: claimName(claim, ordinal)))
            } + others
    }

    private func hasStorage(_ pod: Pod, _ ordinal: Int) -> Bool {
        (spec?.volumeClaimTemplates ?? []).allSatisfy { template in
            (pod.spec?.volumes ?? []).contains {
                $0.name == template.name && $0.persistentVolumeClaim?.claimName == claimName(template, ordinal)
            }
        }
    }

    func newClaim(_ template: PersistentVolumeClaim, _ ordinal: Int) -> PersistentVolumeClaim {
        var claim = template
        claim.metadata.name = claimName(template, ordinal)
        claim.metadata.namespace = namespace
        claim.labels.merge(spec?.selector.matchLabels ?? [:]) { $1 }
        claim.status = nil
        return claim
    }

    /// Whom a claim goes with, by the policies on deletion and on scaling down.
    /// <https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention>
    func owners(of claim: PersistentVolumeClaim, _ pod: Pod, isCondemned: Bool) -> [OwnerReference] {
        let references = claim.metadata.ownerReferences
        let others = references.filter { $0.uid != uid && $0.uid != pod.uid }
        // Somebody else's claim stays somebody else's.
        if others.contains(where: { $0.controller == true }) { return others }
        let policy = spec?.persistentVolumeClaimRetentionPolicy
        if isCondemned, policy?.whenScaled == "Delete" { return others + [OwnerReference(controlling: pod)] }
        if policy?.whenDeleted == "Delete" { return others + [OwnerReference(controlling: self)] }
        return others
    }
}
