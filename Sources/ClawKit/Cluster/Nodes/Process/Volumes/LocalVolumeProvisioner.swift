public import ClawBase
public import ClawKubernetes
import ClawModels
import FoundationEssentials
public import Logging
import Synchronization

/// Gives claims of the storage class `local`, and claims without a class, a directory of this machine.
///
/// A claim with another as its `dataSource` begins with that one's files, as they are while they are read.
public struct LocalVolumeProvisioner: Sendable {
    public static let storageClass = "local"
    public static let provisioner = "clawkit.dev/local-directory"

    private let api: any KubernetesAPI
    private let node: String
    private let volumesDirectory: String
    private let time: any TimeSource
    private let logger: Logger
    private let underWay = ClaimsUnderWay()

    /// - Parameter volumesDirectory: absolute; each volume is `NAMESPACE/CLAIM-UID` below it, mode 0700.
    public init(
        api: any KubernetesAPI, node: String, volumesDirectory: String, time: any TimeSource = SystemTime(),
        logger: Logger = Logger(label: "clawkit.volumes")
    ) {
        (self.api, self.node, self.volumesDirectory) = (api, node, volumesDirectory)
        (self.time, self.logger) = (time, logger)
    }

    /// Until cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await untilItHolds("the storage class") { try await ensureStorageClass() } }
            group.addTask { await watchClaims() }
            group.addTask { await watchVolumes() }
        }
    }

    // MARK: claims

    private func watchClaims() async {
        // Each claim in a task of its own: one that cannot be served yet must not hold up the others.
        await withDiscardingTaskGroup { group in
            await untilItHolds("the claims") {
                for try await event in api.watch(PersistentVolumeClaim.self, time: time) {
                    switch event {
                    case .snapshot(let claims): for claim in claims { serve(claim, &group) }
                    case .applied(let claim): serve(claim, &group)
                    case .deleted(let claim): release(claim, &group)
                    }
                }
            }
        }
    }

    private func serve(_ claim: PersistentVolumeClaim, _ group: inout DiscardingTaskGroup) {
        guard isOurs(claim), let uid = claim.uid, underWay.begin(uid) else { return }
        group.addTask {
            repeat { await untilItHolds("claim \(claim.name)") { try await provision(claim) } } while underWay.end(uid)
        }
    }

    private func release(_ claim: PersistentVolumeClaim, _ group: inout DiscardingTaskGroup) {
        guard let name = claim.spec?.volumeName, !name.isEmpty else { return }
        group.addTask {
            await untilItHolds("volume \(name)") {
                if let volume = try await api.find(PersistentVolume.self, name) { try await reclaim(volume) }
            }
        }
    }

    /// Whether a claim is ours to serve: of our class or of none, and not yet bound.
    func isOurs(_ claim: PersistentVolumeClaim) -> Bool {
        guard !claim.isBeingDeleted, claim.status?.phase != "Bound", claim.uid != nil else { return false }
        let volume = claim.spec?.volumeName ?? ""
        guard volume.isEmpty || volume == Self.volumeName(claim) else { return false }
        // An empty class asks for a volume made by hand; only an absent one means the default.
        return (claim.spec?.storageClassName ?? Self.storageClass) == Self.storageClass
    }

    static func volumeName(_ claim: PersistentVolumeClaim) -> String { "pvc-\(claim.uid ?? "")" }

    func directory(_ claim: PersistentVolumeClaim) -> String {
        "\(volumesDirectory)/\(claim.namespace ?? "default")/\(claim.name)-\((claim.uid ?? "").prefix(8))"
    }

    /// Directory, volume, binding: each step may have been done before, by a life of the node that ended in between.
    private func provision(_ seen: PersistentVolumeClaim) async throws {
        guard isOurs(seen), let claim = try await api.find(PersistentVolumeClaim.self, seen.name, in: seen.namespace),
            claim.uid == seen.uid, isOurs(claim)
        else { return }
        let name = Self.volumeName(claim)
        if let source = claim.spec?.dataSource {
            guard try await clone(source, for: claim) else { return }
        } else {
            try FileTree.makeDirectory(directory(claim))
        }
        var volume: PersistentVolume
        if let found = try await api.find(PersistentVolume.self, name) {
            volume = found
        } else {
            do {
                volume = try await api.create(makeVolume(claim))
            } catch let error as KubernetesError where error.isAlreadyExists {
                volume = try await api.get(PersistentVolume.self, name)
            }
        }
        // Another node was first.
        guard isHere(volume) else { return }
        if volume.status?.phase != "Bound" {
            volume.status = PersistentVolumeStatus(lastPhaseTransitionTime: time.now.rfc3339(), phase: "Bound")
            volume = try await api.replaceStatus(volume)
        }
        let bound = try await api.mergePatch(
            PersistentVolumeClaim.self, claim.name, in: claim.namespace,
            [
                "metadata": [
                    "annotations": [
                        "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes",
                        "volume.kubernetes.io/storage-provisioner": .string(Self.provisioner),
                    ]
                ],
                "spec": ["volumeName": .string(name), "storageClassName": .string(Self.storageClass)],
            ])
        guard bound.status?.phase != "Bound" else { return }
        var final = bound
        var status = final.status ?? PersistentVolumeClaimStatus()
        status.phase = "Bound"
        status.accessModes = claim.spec?.accessModes ?? []
        status.capacity = volume.spec?.capacity ?? [:]
        final.status = status
        _ = try await api.replaceStatus(final)
    }

    /// - Returns: whether the source's files are on this node; else its own makes the volume.
    /// - Throws: ``Finding`` for a source that process nodes know nothing of.
    private func clone(_ source: TypedLocalObjectReference, for claim: PersistentVolumeClaim) async throws -> Bool {
        guard source.kind == "PersistentVolumeClaim", (source.apiGroup ?? "").isEmpty else {
            throw Finding(
                .storage, "Process nodes make no volume from a \(source.kind); name another claim.", field: "spec.dataSource")
        }
        guard let origin = try await api.find(PersistentVolumeClaim.self, source.name, in: claim.namespace),
            origin.status?.phase == "Bound", let name = origin.spec?.volumeName,
            let volume = try await api.find(PersistentVolume.self, name)
        else { throw NotYet() }
        guard isHere(volume), let path = volume.spec?.local?.path else { return false }
        let target = directory(claim)
        if FileManager.default.fileExists(atPath: target) { return true }
        // Whole or not at all: what an earlier life of the node has begun goes first.
        let unfinished = target + ".unfinished"
        try NodeDirectories.removeTree(unfinished)
        try FileTree.makeDirectory(unfinished)
        var copy = TreeCopy(limit: .max)
        try copy.copy(path, to: unfinished)
        try FileTree.rename(unfinished, to: target)
        return true
    }

    private func makeVolume(_ claim: PersistentVolumeClaim) -> PersistentVolume {
        let size = claim.spec?.resources?.requests["storage"] ?? "1Gi"
        let here = NodeSelectorRequirement(key: "kubernetes.io/hostname", operator: "In", values: [node])
        return PersistentVolume(
            metadata: ObjectMeta(
                name: Self.volumeName(claim), annotations: ["pv.kubernetes.io/provisioned-by": Self.provisioner]),
            spec: PersistentVolumeSpec(
                accessModes: claim.spec?.accessModes ?? ["ReadWriteOnce"], capacity: ["storage": size],
                claimRef: ObjectReference(
                    apiVersion: "v1", kind: "PersistentVolumeClaim", name: claim.name, namespace: claim.namespace,
                    uid: claim.uid),
                local: LocalVolumeSource(path: directory(claim)),
                nodeAffinity: VolumeNodeAffinity(
                    required: NodeSelector(nodeSelectorTerms: [NodeSelectorTerm(matchExpressions: [here])])),
                persistentVolumeReclaimPolicy: "Delete", storageClassName: Self.storageClass,
                volumeMode: claim.spec?.volumeMode ?? "Filesystem"))
    }

    // MARK: volumes

    private func watchVolumes() async {
        await withDiscardingTaskGroup { group in
            await untilItHolds("the volumes") {
                for try await event in api.watch(PersistentVolume.self, time: time) {
                    switch event {
                    case .snapshot(let volumes): for volume in volumes { check(volume, &group) }
                    case .applied(let volume): check(volume, &group)
                    case .deleted: break
                    }
                }
            }
        }
    }

    private func check(_ volume: PersistentVolume, _ group: inout DiscardingTaskGroup) {
        guard isHere(volume) else { return }
        group.addTask { await untilItHolds("volume \(volume.name)") { try await reclaim(volume) } }
    }

    private func isHere(_ volume: PersistentVolume) -> Bool {
        let terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []
        return terms.contains {
            $0.matchExpressions.contains { $0.key == "kubernetes.io/hostname" && $0.values == [node] }
        }
    }

    /// What the reclaim policy says, once the claim is gone.
    private func reclaim(_ volume: PersistentVolume) async throws {
        guard volume.annotations["pv.kubernetes.io/provisioned-by"] == Self.provisioner, isHere(volume),
            let reference = volume.spec?.claimRef, let uid = reference.uid
        else { return }
        if let claim = try await api.find(PersistentVolumeClaim.self, reference.name ?? "", in: reference.namespace),
            claim.uid == uid
        {
            return
        }
        guard volume.spec?.persistentVolumeReclaimPolicy == "Delete" else {
            guard volume.status?.phase != "Released" else { return }
            var released = volume
            released.status = PersistentVolumeStatus(lastPhaseTransitionTime: time.now.rfc3339(), phase: "Released")
            _ = try await api.replaceStatus(released)
            return
        }
        guard try await !isInUse(reference) else { throw NotYet() }
        try removeDirectory(volume.spec?.local?.path ?? "")
        try await api.deleteIfPresent(PersistentVolume.self, volume.name, uid: volume.uid)
    }

    /// A volume is still in use, or what it is made from is not there.
    private struct NotYet: Error {}

    /// A claim may be deleted under a pod that still runs on it; its files stay until that pod has ended.
    private func isInUse(_ claim: ObjectReference) async throws -> Bool {
        try await api.list(Pod.self, in: claim.namespace).items.contains { pod in
            !["Succeeded", "Failed"].contains(pod.status?.phase)
                && (pod.spec?.volumes ?? []).contains { $0.persistentVolumeClaim?.claimName == claim.name }
        }
    }

    /// Removes only what is really below the volumes directory, whatever the object says and wherever links lead.
    func removeDirectory(_ path: String) throws {
        guard let root = FileTree.resolved(volumesDirectory), let real = FileTree.resolved(path) else { return }
        guard real.hasPrefix(root + "/"), !real.dropFirst(root.count + 1).isEmpty else {
            throw Finding(
                .storage,
                "The volume's directory \(path) is not below \(volumesDirectory); it stays. Remove it by hand.",
                field: "spec.local.path")
        }
        try NodeDirectories.removeTree(real)
        let parent = String(real[..<(real.lastIndex(of: "/") ?? real.startIndex)])
        // The namespace's folder goes with its last volume.
        if parent != root, (try? FileTree.names(in: parent).isEmpty) == true { try NodeDirectories.removeTree(parent) }
    }

    private func ensureStorageClass() async throws {
        guard try await api.find(StorageClass.self, Self.storageClass) == nil else { return }
        do {
            _ = try await api.create(
                StorageClass(
                    metadata: ObjectMeta(
                        name: Self.storageClass, annotations: ["storageclass.kubernetes.io/is-default-class": "true"]),
                    provisioner: Self.provisioner, reclaimPolicy: "Delete", volumeBindingMode: "Immediate"))
        } catch let error as KubernetesError where error.isAlreadyExists {}
    }

    /// Tries again, with growing pauses, until it succeeds or the task is cancelled. What cannot be mended by trying
    /// (a refusal, a path outside) is logged and left.
    private func untilItHolds(_ what: String, _ body: () async throws -> Void) async {
        var (failures, looks) = (0, 0)
        while !Task.isCancelled {
            do {
                return try await body()
            } catch is CancellationError {
                return
            } catch is NotYet {
                looks += 1
                try? await time.sleep(for: Backoff.nodeRetry.ceiling(afterFailures: looks))
            } catch let finding as Finding {
                logger.error("a volume stays", metadata: ["volume": "\(what)", "error": "\(finding.message)"])
                return
            } catch {
                failures += 1
                if failures == 1 { logger.warning("trying again", metadata: ["what": "\(what)", "error": "\(error)"]) }
                if failures > 8, !(error is TransportError) { return }
                try? await time.sleep(for: Backoff.nodeRetry.delay(afterFailures: failures))
            }
        }
    }
}

/// Of each claim one attempt at a time: two would write into each other's files.
private final class ClaimsUnderWay: Sendable {
    /// By uid, whether it has changed since the attempt began.
    private let claims = Mutex<[String: Bool]>([:])

    /// - Returns: false where an attempt is under way already, which is followed by another one.
    func begin(_ uid: String) -> Bool {
        claims.withLock { claims in
            if claims[uid] != nil {
                claims[uid] = true
                return false
            }
            claims[uid] = false
            return true
        }
    }

    /// - Returns: whether there is to be another attempt.
    func end(_ uid: String) -> Bool {
        claims.withLock { claims in
            if claims[uid] == true {
                claims[uid] = false
                return true
            }
            claims[uid] = nil
            return false
        }
    }
}
