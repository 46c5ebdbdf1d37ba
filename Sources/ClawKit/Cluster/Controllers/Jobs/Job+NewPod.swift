import ClawModels

extension Job {
    /// - Parameters:
    ///   - index: of an indexed Job: the pod's place.
    ///   - predecessor: the pod of the same place that failed, where failures are counted for each.
    func newPod(index: Int?, after predecessor: Pod? = nil) -> Pod {
        var pod = Pod(metadata: ObjectMeta())
        if let template = spec?.template.metadata {
            pod.labels = template.labels
            pod.metadata.annotations = template.annotations
            pod.metadata.finalizers = template.finalizers
        }
        if !pod.isTrackedForJob { pod.metadata.finalizers.append(JobNames.trackingFinalizer) }
        pod.metadata.generateName = "\(name)-"
        pod.metadata.namespace = namespace
        pod.metadata.ownerReferences = [OwnerReference(controlling: self)]
        var inner = spec?.template.spec
        if isIndexed, let template = inner {
            inner?.containers = template.containers.map(\.withCompletionIndex)
            inner?.initContainers = template.initContainers.map(\.withCompletionIndex)
        }
        if let index {
            pod.labels[JobNames.completionIndex] = String(index)
            pod.metadata.annotations[JobNames.completionIndex] = String(index)
            inner?.hostname = "\(name)-\(index)"
            let ending = "-\(index)-"
            // Names are given five more letters, and end at 63.
            pod.metadata.generateName = String(name.prefix(58 - ending.count)) + ending
            if spec?.backoffLimitPerIndex != nil { count(predecessor, in: &pod) }
        }
        pod.spec = inner
        return pod
    }

    private func count(_ predecessor: Pod?, in pod: inout Pod) {
        var (failures, ignored) = (predecessor?.indexFailures ?? 0, predecessor?.ignoredIndexFailures ?? 0)
        if let predecessor {
            if spec?.podFailurePolicy?.verdict(on: predecessor) == .isIgnored { ignored += 1 } else { failures += 1 }
        }
        pod.metadata.annotations[JobNames.failureCount] = String(failures)
        if ignored > 0 { pod.metadata.annotations[JobNames.ignoredFailureCount] = String(ignored) }
    }
}

extension Container {
    fileprivate var withCompletionIndex: Container {
        let variable = "JOB_COMPLETION_INDEX"
        guard !env.contains(where: { $0.name == variable }) else { return self }
        var container = self
        let field = ObjectFieldSelector(fieldPath: "metadata.labels['\(JobNames.completionIndex)']")
        container.env.append(EnvVar(name: variable, valueFrom: EnvVarSource(fieldRef: field)))
        return container
    }
}
