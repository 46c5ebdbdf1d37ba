import ClawBase
import ClawModels

/// What a look at an autoscaler went by, where nothing came of it. As long as all of that is as it was, another look
/// would come to the same, and is not taken: at rest an autoscaler costs no more than asking what its pods use.
struct SteadyLook: Sendable {
    /// The autoscaler's version.
    let version: String?
    let collection: ObjectStore.Collection
    let target: ObjectStore.Key
    /// The target's version.
    let revision: UInt64
    /// How often pods of the namespace had changed.
    let podChanges: UInt64
    let pods: [Pod]
    let usages: [PodUsage]

    /// nil where the next look may come to something else although nothing has changed: where a pod is not running yet or
    /// has just started, where a figure is missing, and where figures are not the pods' resources.
    init?(
        _ autoscaler: HorizontalPodAutoscaler, _ collection: ObjectStore.Collection, _ scale: Scale, podChanges: UInt64,
        _ pods: [Pod], _ usages: [String: PodUsage], now: Timestamp
    ) {
        guard autoscaler.spec.metrics.allSatisfy({ ["Resource", "ContainerResource"].contains($0.type) }),
            let revision = scale.metadata.resourceVersion.flatMap({ UInt64($0) })
        else { return nil }
        var inOrder: [PodUsage] = []
        for pod in pods {
            guard let usage = usages[pod.name], !pod.isBeingDeleted, pod.phase == "Running",
                !MeasuredPods.isStarting(pod, usage, now)
            else { return nil }
            inOrder.append(usage)
        }
        (version, self.revision) = (autoscaler.metadata.resourceVersion, revision)
        self.collection = collection
        target = ObjectStore.Key(namespace: autoscaler.namespace ?? "", name: autoscaler.spec.scaleTargetRef.name)
        (self.podChanges, self.pods, self.usages) = (podChanges, pods, inOrder)
    }

    /// Whether the pods use what they used.
    func holds(by source: any UsageSource) async -> Bool {
        for (pod, old) in zip(pods, usages) {
            guard let usage = try? await source.usage(of: pod), usage.containers == old.containers,
                usage.window == old.window, usage.timestamp.map({ $0 >= old.timestamp ?? $0 }) ?? true
            else { return false }
        }
        return true
    }
}
