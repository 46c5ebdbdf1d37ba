import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Binds claims to volumes that suit them, and says what becomes of volumes whose claim is gone.
///
/// Volumes are made by provisioners, such as a process node's for the class `local`; this only tells them of the claim.
/// A claim that waits for its first consumer is bound once a pod that uses it has a node.
/// <https://kubernetes.io/docs/concepts/storage/persistent-volumes/>
struct VolumeBinder: Sendable {
    let client: KubernetesClient
    let claims: ObjectCache<PersistentVolumeClaim>
    let volumes: ObjectCache<PersistentVolume>
    private let classes: ObjectCache<StorageClass>
    private let nodes: ObjectCache<Node>
    private let consumers: ObjectIndex<Pod, ObjectKey>
    private let keptFor: ObjectIndex<PersistentVolume, ObjectKey>
    private let pendingVolumes: PendingWrites<PersistentVolume>
    let events: ControllerEvents
    let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches, _ lookups: PodLookups) {
        self.client = client
        time = caches.time
        claims = caches.cache(PersistentVolumeClaim.self)
        volumes = caches.cache(PersistentVolume.self)
        classes = caches.cache(StorageClass.self)
        nodes = caches.cache(Node.self)
        consumers = lookups.byClaim
        keptFor = volumes.index { volume in
            volume.spec?.claimRef.map { [ObjectKey(namespace: $0.namespace ?? "", name: $0.name ?? "")] } ?? []
        }
        pendingVolumes = PendingWrites(volumes)
        events = ControllerEvents(client, "persistentvolume-controller", time: caches.time)
    }

    /// Claims one at a time: two must not take one volume.
    func controllers(_ caches: SharedCaches, _ logger: Logger) -> [Controller] {
        var options = Controller.Options()
        options.concurrency = 1
        let binder = Controller("volume-binder", caches: caches, options: options, logger: logger) { key in
            guard let claim = claims[key], !claim.isBeingDeleted else { return .settled }
            do {
                return try await reconcile(claim)
            } catch let error as KubernetesError where error.isConflict || error.isNotFound {
                return .again(after: .milliseconds(20))
            }
        }
        .reconciles(PersistentVolumeClaim.self)
        .watches(PersistentVolume.self) { volume in
            if let reference = volume.spec?.claimRef {
                return [ObjectKey(namespace: reference.namespace ?? "", name: reference.name ?? "")]
            }
            // Somebody may have waited for it.
            return waiting
        }
        .watches(StorageClass.self) { _ in waiting }
        .watches(Pod.self) { pod in
            guard !(pod.spec?.nodeName ?? "").isEmpty, !pod.hasEnded else { return [] }
            return pod.claimNames.map { ObjectKey(namespace: pod.namespace ?? "", name: $0) }.filter {
                claims[$0].map { ($0.spec?.volumeName ?? "").isEmpty } ?? false
            }
        }
        let phases = Controller("volume-phases", caches: caches, logger: logger) { key in
            guard let volume = volumes[key], !volume.isBeingDeleted else { return .settled }
            do {
                return try await settle(volume)
            } catch let error as KubernetesError where error.isConflict || error.isNotFound {
                return .again(after: .milliseconds(20))
            }
        }
        .reconciles(PersistentVolume.self)
        .watches(PersistentVolumeClaim.self) { claim in
            let own = claim.spec?.volumeName.flatMap { $0.isEmpty ? nil : [ObjectKey(name: $0)] } ?? []
            // Those that somebody else kept for it at the same time.
            return own + keptFor[ObjectKey(claim)].map { ObjectKey($0) }.filter { !own.contains($0) }
        }
        return [binder, phases]
    }

    private var waiting: [ObjectKey] {
        claims.all.filter { ($0.spec?.volumeName ?? "").isEmpty }.map { ObjectKey($0) }
    }

    private func reconcile(_ claim: PersistentVolumeClaim) async throws -> Reconciled {
        // One key stands for all claims: they draw on the same volumes.
        let everyone = ObjectKey(name: "volumes")
        if let wait = pendingVolumes.wait(everyone, now: time.now) { return .again(after: min(wait, .milliseconds(20))) }
        let name = claim.spec?.volumeName ?? ""
        if claim.annotations[VolumeNames.bindCompleted] != nil { return try await check(claim, name) }
        let found: PersistentVolume
        if name.isEmpty {
            let kind = classes.get(claim.storageClass)
            let waits = kind?.volumeBindingMode == "WaitForFirstConsumer"
            let node = waits ? consumerNode(of: claim) : nil
            if let volume = try await volume(for: claim, on: node), !waits || node != nil || volume.isKept(for: claim) {
                found = volume
            } else {
                try await wait(claim, kind, node, isDelayed: waits && node == nil)
                return .settled
            }
        } else {
            guard let volume = volumes.get(name) else {
                try await report(claim, "Pending")
                return .settled
            }
            guard volume.spec?.claimRef == nil || volume.isKept(for: claim) else {
                try await report(claim, "Pending")
                await events.warning(
                    "FailedBinding",
                    "volume \"\(name)\" already bound to a different claim.", on: claim)
                return .settled
            }
            guard volume.suits(claim) else {
                await events.warning(
                    "VolumeMismatch",
                    "Cannot bind to requested volume \"\(name)\": requested volume does not suit the claim", on: claim)
                try await report(claim, "Pending")
                return .settled
            }
            found = volume
        }
        let bound = try await take(found, for: claim)
        pendingVolumes.didChange(bound, of: everyone, now: time.now)
        try await bind(claim, to: bound)
        return .settled
    }

    private func volume(for claim: PersistentVolumeClaim, on node: Node?) async throws -> PersistentVolume? {
        let known = claim.bestVolume(among: volumes.all.sorted { $0.name < $1.name }, for: node)
        guard let known, node != nil, !known.isKept(for: claim) else { return known }
        // The scheduler keeps volumes for claims before their pod has its node: whoever knows of the node must know of
        // those, and the cache may lag behind.
        let present = try await client.list(PersistentVolume.self).items
        return claim.bestVolume(among: present.sorted { $0.name < $1.name }, for: node)
    }

    /// The node of a pod that uses the claim.
    private func consumerNode(of claim: PersistentVolumeClaim) -> Node? {
        if let name = claim.annotations[VolumeNames.selectedNode] { return nodes.get(name) }
        return consumers[ObjectKey(claim)].lazy
            .filter { !$0.hasEnded }
            .compactMap { nodes.get($0.spec?.nodeName ?? "") }.first
    }

    // MARK: nothing there yet

    private func wait(
        _ claim: PersistentVolumeClaim, _ kind: StorageClass?, _ node: Node?, isDelayed: Bool
    ) async throws {
        try await report(claim, "Pending")
        if isDelayed {
            return await events.normal(
                "WaitForFirstConsumer", "waiting for first consumer to be created before binding", on: claim)
        }
        guard !claim.storageClass.isEmpty else {
            return await events.normal(
                "FailedBinding", "no persistent volumes available for this claim and no storage class is set", on: claim)
        }
        guard let kind else {
            return await events.warning(
                "ProvisioningFailed", "storageclass.storage.k8s.io \"\(claim.storageClass)\" not found", on: claim)
        }
        guard kind.provisioner != "kubernetes.io/no-provisioner" else {
            return await events.normal(
                "FailedBinding", "no persistent volumes available for this claim and no storage class is set", on: claim)
        }
        if claim.annotations[VolumeNames.provisioner] == nil {
            _ = try await client.edit(PersistentVolumeClaim.self, claim.name, in: claim.namespace, time: time) { present in
                guard present.uid == claim.uid else { return }
                present.annotations[VolumeNames.provisioner] = kind.provisioner
                present.annotations[VolumeNames.betaProvisioner] = kind.provisioner
                if let node { present.annotations[VolumeNames.selectedNode] = node.name }
            }
        }
        await events.normal(
            "ExternalProvisioning",
            "Waiting for a volume to be created either by the external provisioner '\(kind.provisioner)' or manually by "
                + "the system administrator. If volume creation is delayed, please verify that the provisioner is running "
                + "and correctly registered.", on: claim)
    }

    private func report(_ claim: PersistentVolumeClaim, _ phase: String) async throws {
        guard claim.status?.phase != phase else { return }
        var changed = claim
        var status = claim.status ?? PersistentVolumeClaimStatus()
        status.phase = phase
        if phase != "Bound" { (status.accessModes, status.capacity) = ([], [:]) }
        changed.status = status
        _ = try await client.replaceStatus(changed)
    }

    // MARK: binding, first the volume, then the claim

    private func take(_ volume: PersistentVolume, for claim: PersistentVolumeClaim) async throws -> PersistentVolume {
        var taken = volume
        if taken.spec?.claimRef?.uid != claim.uid {
            taken.keep(for: claim)
            taken = try await client.replace(taken)
        }
        return try await setPhase(taken, "Bound")
    }

    private func bind(_ claim: PersistentVolumeClaim, to volume: PersistentVolume) async throws {
        let bound = try await client.edit(
            PersistentVolumeClaim.self, claim.name, in: claim.namespace, time: time
        ) { present in
            guard present.uid == claim.uid else { return }
            if (present.spec?.volumeName ?? "").isEmpty {
                present.spec?.volumeName = volume.name
                present.annotations[VolumeNames.boundByController] = "yes"
            }
            present.annotations[VolumeNames.bindCompleted] = "yes"
        }
        guard bound.uid == claim.uid else { return }
        try await fill(bound, from: volume)
    }

    private func fill(_ claim: PersistentVolumeClaim, from volume: PersistentVolume) async throws {
        var changed = claim
        var status = claim.status ?? PersistentVolumeClaimStatus()
        status.phase = "Bound"
        status.accessModes = volume.spec?.accessModes ?? []
        // Once bound, a claim's size is told by whoever resizes it.
        if claim.status?.phase != "Bound" { status.capacity = volume.spec?.capacity ?? [:] }
        guard status != claim.status else { return }
        changed.status = status
        _ = try await client.replaceStatus(changed)
    }

    /// A bound claim stays bound, or is lost.
    private func check(_ claim: PersistentVolumeClaim, _ name: String) async throws -> Reconciled {
        func lose(_ reason: String, _ message: String) async throws -> Reconciled {
            if claim.status?.phase != "Lost" { await events.warning(reason, message, on: claim) }
            try await report(claim, "Lost")
            return .settled
        }
        if name.isEmpty {
            return try await lose("ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!")
        }
        guard let volume = volumes.get(name) else {
            // The cache may lag behind a volume that was made just now.
            if try await client.find(PersistentVolume.self, name) != nil { return .again(after: .milliseconds(20)) }
            return try await lose("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!")
        }
        guard volume.spec?.claimRef == nil || volume.isKept(for: claim) else {
            return try await lose("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly")
        }
        let bound = try await take(volume, for: claim)
        if bound != volume { pendingVolumes.didChange(bound, of: ObjectKey(name: "volumes"), now: time.now) }
        try await fill(claim, from: bound)
        return .settled
    }
}
