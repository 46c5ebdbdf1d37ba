import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// Puts in place what a runtime's pod has of its user's: secrets, files, and whom it may talk to. Writes only what
/// differs.
struct RuntimeDelivery {
    private let api: any KubernetesAPI
    private let desired: DesiredState
    private let time: any TimeSource

    init(_ api: any KubernetesAPI, _ desired: DesiredState, time: any TimeSource) {
        (self.api, self.desired, self.time) = (api, desired, time)
    }

    /// - Throws: ``Finding`` where the secrets are not to be had, or the runtime's Secret is somebody else's.
    func perform(_ cell: RuntimeCell, _ pod: Pod?) async throws {
        let secrets = try cell.delivery.get()
        let isClaimed = pod.map { $0.labels[PoolMember.poolLabel] != nil } ?? cell.isClaimed
        if !cell.sourced.isEmpty || isClaimed { try await putSecrets(secrets.values, cell, withBundle: isClaimed) }
        if let files = cell.files {
            try await desired.apply(files, live: try await api.find(ConfigMap.self, files.name, in: cell.project))
        }
        try await putNetwork(cell)
        try await mark(pod, cell)
    }

    /// Whom its pod may talk to.
    func putNetwork(_ cell: RuntimeCell) async throws {
        guard let network = cell.network else { return }
        try await desired.apply(
            network, live: try await api.find(NetworkPolicy.self, network.name, in: cell.project))
    }

    /// The values go nowhere else: not into the pod, its hash, logs or events.
    private func putSecrets(
        _ values: [String: Secret<String>], _ cell: RuntimeCell, withBundle: Bool
    ) async throws {
        let live = try await api.find(KubernetesSecret.self, cell.secretName, in: cell.project)
        guard let live, live.metadata.controllerReference?.uid == cell.owner.uid else {
            throw Finding(
                .nameTaken, "There is no secret '\(cell.secretName)' of this runtime's; it is made anew.",
                field: "\(cell.project)/\(cell.secretName)")
        }
        let identity: Set = [RuntimeCell.modelKey, RuntimeCell.gatewayToken]
        var values = values
        if cell.reload != nil { values[RuntimeCell.revisionFile] = (try? cell.delivery.get())?.digest.map { Secret($0) } }
        if withBundle { values[RuntimeBundle.key] = RuntimeBundle.text(of: cell, values, identity: live.data) }
        var changes = JSONObject()
        for (name, value) in values {
            let encoded = Base64.encode(Array(value.reveal().utf8))
            if live.data[name] != encoded { changes[FieldKey(name)] = .string(encoded) }
        }
        for name in live.data.keys where values[name] == nil && !identity.contains(name) {
            changes[FieldKey(name)] = .null
        }
        guard !changes.isEmpty else { return }
        // As it was seen: a write that arrives late must not go over a later one.
        let seen: JSON = ["uid": .string(live.uid ?? ""), "resourceVersion": .string(live.resourceVersion ?? "")]
        _ = try await api.mergePatch(
            KubernetesSecret.self, live.name, in: cell.project, ["metadata": seen, "data": .object(changes)])
    }

    /// A node that hears of a change of the pod looks after its files at once.
    private func mark(_ pod: Pod?, _ cell: RuntimeCell) async throws {
        guard let pod, pod.metadata.controllerReference?.uid == cell.owner.uid, !pod.isBeingDeleted,
            pod.annotations[RuntimeCell.hashAnnotation] == cell.hash
        else { return }
        var changed = cell.delivered.filter { pod.annotations[$0.key] != $0.value }
        guard !changed.isEmpty else { return }
        if cell.reload != nil { changed[RuntimeCell.deliveredAnnotation] = time.now.rfc3339() }
        let annotations = JSONObject(changed.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
        _ = try await api.mergePatch(
            Pod.self, pod.name, in: cell.project,
            ["metadata": ["uid": .string(pod.uid ?? ""), "annotations": .object(annotations)]])
    }
}
