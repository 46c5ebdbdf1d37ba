import ClawControl
import ClawKubernetes
import ClawModels

/// The ways by which the cluster's controllers find pods; each is one index for all of them, made when first asked for.
final class PodLookups {
    private let pods: ObjectCache<Pod>

    init(_ caches: SharedCaches) { pods = caches.cache(Pod.self) }

    lazy var byLabels = LabelIndex(pods)

    lazy var byNode = pods.index { pod in
        pod.spec?.nodeName.flatMap { $0.isEmpty ? nil : [$0] } ?? []
    }

    /// By the key of a claim they mount.
    lazy var byClaim = pods.index { pod in
        pod.claimNames.map { ObjectKey(namespace: pod.namespace ?? "", name: $0) }
    }

    /// Those that nobody controls, by namespace: whoever looks for pods to adopt looks at these only.
    lazy var orphans = pods.index { pod in
        pod.metadata.controllerReference == nil ? [pod.namespace ?? ""] : []
    }
}
