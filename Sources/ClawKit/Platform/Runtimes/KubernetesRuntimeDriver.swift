import ClawBase
public import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// Runs runtimes as pods of a cluster, embedded or real.
public struct KubernetesRuntimeDriver: RuntimeDriver {
    private let api: any KubernetesAPI
    private let desired: DesiredState
    private let pods: ObjectCache<Pod>
    private let claims: ObjectCache<PersistentVolumeClaim>
    private let grants: ObjectCache<ModelGrantResource>

    public init(caches: SharedCaches) {
        api = caches.api
        desired = DesiredState(caches.api, manager: "clawkit-runtimes")
        pods = caches.cache(Pod.self)
        claims = caches.cache(PersistentVolumeClaim.self)
        grants = caches.cache(ModelGrantResource.self)
    }

    public func observe(_ cell: RuntimeCellID) async throws -> RuntimeObservation {
        var observation = RuntimeObservation()
        observation.hasVolume = claims.get("\(cell.name)-state", in: cell.project) != nil
        observation.hasIdentity = grants.get(cell.name, in: cell.project) != nil
        observation.pod = pods.get(cell.name, in: cell.project).map(Self.observe)
        return observation
    }

    private static func observe(_ pod: Pod) -> RuntimeObservation.Pod {
        var seen = RuntimeObservation.Pod(cellHash: pod.annotations[RuntimeCell.hashAnnotation] ?? "")
        let conditions = pod.status?.conditions ?? []
        let containers = pod.status?.containerStatuses ?? []
        seen.isScheduled = !(pod.spec?.nodeName ?? "").isEmpty
        seen.isReady = conditions.first { $0.type == "Ready" }?.status == "True"
        seen.hasEnded = ["Failed", "Succeeded"].contains(pod.status?.phase ?? "")
        seen.isBeingDeleted = pod.isBeingDeleted
        seen.restarts = containers.map(\.restartCount).reduce(0, +)
        if let waiting = containers.compactMap({ $0.state?.waiting }).first {
            (seen.waiting, seen.message) = (waiting.reason, waiting.message)
        } else if let scheduled = conditions.first(where: { $0.type == "PodScheduled" }), scheduled.status == "False" {
            (seen.waiting, seen.message) = (scheduled.reason, scheduled.message)
        }
        return seen
    }

    public func perform(_ action: RuntimeAction, _ cell: RuntimeCellID, _ wanted: RuntimeCell?) async throws {
        switch (action, wanted) {
        case (.stopPod, _): try await api.deleteIfPresent(Pod.self, cell.name, in: cell.project)
        case (.ensureIdentity, let wanted?): try await ensureIdentity(wanted)
        case (.ensureVolume, let wanted?):
            try await desired.apply(wanted.claim, live: claims.get(wanted.volumeName, in: wanted.project))
        case (.startPod, let wanted?):
            do {
                _ = try await api.create(wanted.pod)
            } catch let error as KubernetesError where error.isAlreadyExists {
                // The cache has not seen it yet; the next look compares it.
            }
        default: break
        }
    }

    /// Makes the keys once; they stay for the runtime's life. The grant knows the model key by its hash only.
    private func ensureIdentity(_ cell: RuntimeCell) async throws {
        var secret = try await api.find(KubernetesSecret.self, cell.secretName, in: cell.project)
        if secret == nil {
            let new = cell.secret(modelKey: Token.random(prefix: "sk-claw"), gatewayToken: Token.random(prefix: "gw"))
            do {
                secret = try await api.create(new)
            } catch let error as KubernetesError where error.isAlreadyExists {
                secret = try await api.get(KubernetesSecret.self, cell.secretName, in: cell.project)
            }
        }
        guard let text = secret?.data[RuntimeCell.modelKey], let key = Base64.decode(text) else {
            throw Finding(
                .containerStart, "The secret \(cell.secretName) holds no \(RuntimeCell.modelKey); delete the secret to have it made anew.",
                field: "\(cell.project)/\(cell.secretName)")
        }
        let hash = Token.hash(String(decoding: key, as: UTF8.self))
        try await desired.apply(cell.grant(keyHash: hash), live: grants.get(cell.name, in: cell.project))
    }
}
