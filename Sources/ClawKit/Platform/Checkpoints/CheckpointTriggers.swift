import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import Logging

/// Checkpoints that events ask for: somebody by an annotation, and nodes that are being emptied.
struct CheckpointTriggers: Sendable {
    let caches: SharedCaches
    let logger: Logger

    func controller() -> Controller {
        let (runtimes, pods, nodes) = (caches.cache(Runtime.self), caches.cache(Pod.self), caches.cache(Node.self))
        return Controller("checkpoint-triggers", caches: caches, logger: logger) { key in
            guard let runtime = runtimes[key], !runtime.isBeingDeleted else { return .settled }
            let own = pods.controlled(by: runtime.uid ?? "")
            if let wish = Self.wish(runtime, own.first { !$0.isBeingDeleted }, node: { nodes.get($0) }) {
                try await make(wish, runtime)
            }
            return .settled
        }
        .reconciles(Runtime.self)
        .owns(Pod.self, by: Runtime.type.kind)
        .watches(Node.self, when: .changed("spec")) { node in
            pods.all.filter { $0.spec?.nodeName == node.name }.compactMap { pod in
                pod.metadata.controllerReference.flatMap { owner in
                    owner.kind == Runtime.type.kind ? ObjectKey(namespace: pod.namespace ?? "", name: owner.name) : nil
                }
            }
        }
    }

    struct Wish: Sendable, Hashable {
        var name: String
        /// The annotation's value that it is the answer to; nil: nobody asked by one.
        var moment: String?
    }

    /// What is to be kept now. Pure.
    static func wish(_ runtime: Runtime, _ pod: Pod?, node: (String) -> Node?) -> Wish? {
        if let moment = runtime.annotations[Runtime.checkpointAnnotation] {
            return Wish(name: "\(runtime.name)-at-\(Token.hash(moment).prefix(8))", moment: moment)
        }
        guard runtime.checkpoint?.keepsOnDrain == true, runtime.status.phase == .ready, let pod,
            let uid = pod.uid, let name = pod.spec?.nodeName, node(name)?.spec?.unschedulable == true
        else { return nil }
        return Wish(name: "\(runtime.name)-drain-\(uid.prefix(8))", moment: nil)
    }

    private func make(_ wish: Wish, _ runtime: Runtime) async throws {
        var spec = CheckpointSpec(runtime: runtime.name)
        (spec.container, spec.secretName) = (RuntimeCell.container, runtime.checkpoint?.secretName)
        do {
            _ = try await caches.api.create(
                Checkpoint(
                    metadata: ObjectMeta(
                        name: wish.name, namespace: runtime.namespace, labels: [Checkpoint.runtimeLabel: runtime.name],
                        ownerReferences: [OwnerReference(controlling: runtime)]),
                    spec: spec))
        } catch let error as KubernetesError where error.isAlreadyExists {
            // By an earlier try, or an earlier look.
        }
        guard wish.moment != nil else { return }
        let annotations: JSON = [Runtime.checkpointAnnotation: .null]
        _ = try await caches.api.mergePatch(
            Runtime.self, runtime.name, in: runtime.namespace,
            ["metadata": ["uid": .string(runtime.uid ?? ""), "resourceVersion": .string(runtime.resourceVersion ?? ""), "annotations": annotations]])
    }
}
