import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// Pods of pools become runtimes' by one patch.
extension KubernetesRuntimeDriver {
    /// Pods that others were quicker to take, before the runtime's is made for it.
    private static let attempts = 5

    public func claim(_ cell: RuntimeCell) async throws -> Bool {
        guard let warm, warm.hasPools(in: cell.project), let shape = try? cell.warmShape() else { return false }
        for _ in 0..<Self.attempts {
            guard let member = warm.take(shape, in: cell.project) else { return false }
            do {
                // It stands before the pod is anybody's: until then the pool's holds.
                try await RuntimeDelivery(api, desired, time: caches.time).putNetwork(cell)
                _ = try await api.patch(Pod.self, member.name, in: cell.project, claim(member, for: cell))
                return true
            } catch let error as KubernetesError where [404, 409, 422].contains(error.code) {
                // It is gone, or somebody's by now: this runtime's, where an earlier answer was lost.
                let pod = try await api.find(Pod.self, member.name, in: cell.project)
                guard let pod, pod.metadata.controllerReference?.uid == cell.owner.uid else { continue }
                caches.noteWritten(pod)
                return true
            } catch {
                warm.giveBack(member)
                throw error
            }
        }
        return false
    }

    /// Refused as a whole unless the pod is still its pool's.
    private func claim(_ member: WarmPods.Member, for cell: RuntimeCell) -> Patch {
        var cell = cell
        cell.volumeName = PoolMember.volumeName(of: member.name)
        var annotations = cell.pod.annotations
        if case .byWaiter = cell.reception {
            let pod = caches.cache(Pod.self).get(member.name, in: cell.project)
            annotations[PoolMember.waitedAnnotation] = String(pod?.runs ?? 0)
        }
        let owner: PatchPath = ["metadata", "ownerReferences", "0", "uid"]
        func add(_ texts: [String: String], to place: String) -> [JSONPatchOperation] {
            texts.sorted { $0.key < $1.key }.map { .add(["metadata", place, $0.key], .string($0.value)) }
        }
        return .json(
            [.test(owner, .string(member.poolUID))]
                + [.replace(["metadata", "ownerReferences"], .array([.object(cell.owner.document)]))]
                + add(cell.labels, to: "labels") + add(annotations, to: "annotations")
        ).onlyIf(uid: member.uid)
    }
}
