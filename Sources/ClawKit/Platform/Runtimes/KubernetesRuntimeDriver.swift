public import ClawBase
public import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes

/// Runs runtimes as pods of a cluster, embedded or real.
public struct KubernetesRuntimeDriver: RuntimeDriver {
    let api: any KubernetesAPI
    let desired: DesiredState
    let pods: RuntimePodIndex
    let volumes: RuntimeVolumes
    private let grants: ObjectCache<ModelGrantResource>
    let checkpoints: ObjectCache<Checkpoint>
    let runtimes: ObjectCache<Runtime>
    private let classes: ObjectCache<StorageClass>
    private let nodes: ObjectCache<Node>
    let transport: (any Transport)?
    let warm: WarmPods?
    let caches: SharedCaches

    /// - Parameter transport: reaches pods by absolute `http://host:port` URLs, to ask programs whether they are idle; nil:
    ///   nobody is asked, and whoever would have to be goes on running.
    public init(caches: SharedCaches, transport: (any Transport)? = nil) {
        self.init(caches: caches, transport: transport, warm: nil)
    }

    /// - Parameter warm: the pods of pools; nil: each runtime's pod is made for it.
    init(caches: SharedCaches, transport: (any Transport)?, warm: WarmPods?) {
        (self.transport, self.warm, self.caches) = (transport, warm, caches)
        // What it has written it sees when it looks next.
        api = caches.notingAPI
        desired = DesiredState(api, manager: "clawkit-runtimes")
        pods = RuntimePodIndex(caches)
        volumes = RuntimeVolumes(caches)
        grants = caches.cache(ModelGrantResource.self)
        checkpoints = caches.cache(Checkpoint.self)
        runtimes = caches.cache(Runtime.self)
        classes = caches.cache(StorageClass.self)
        nodes = caches.cache(Node.self)
    }

    public func observe(_ cell: RuntimeCellID) async throws -> RuntimeObservation {
        var observation = RuntimeObservation()
        let pod = pods.find(cell)
        observation.volume = volumes.find(cell, pod).map { claim in
            var volume = RuntimeObservation.Volume(
                user: claim.labels[RuntimeCell.userLabel], owner: Self.owner(ofVolume: claim, cell, pod))
            volume.name = claim.name
            volume.isBeingDeleted = claim.isBeingDeleted
            volume.isToBeFilled = claim.annotations[VolumeCopy.fillAnnotation] != nil
            volume.size = claim.spec?.resources?.requests["storage"]
            volume.canGrow =
                claim.status?.phase == "Bound"
                && claim.spec?.storageClassName.flatMap { classes.get($0) }?.allowVolumeExpansion ?? false
            return volume
        }
        if let grant = grants.get(cell.name, in: cell.project), !grant.isBeingDeleted,
            Self.owner(of: grant, cell) == .runtime
        {
            observation.grant = RuntimeObservation.Grant(user: grant.user, models: grant.models)
        }
        observation.pod = pod.map { pod in
            var seen = Self.observe(pod, cell)
            seen.lostNode = pod.spec?.nodeName.flatMap { nodes.get($0)?.isLost == true ? $0 : nil }
            return seen
        }
        observation.surplus = max(0, pods.own(cell).count { !$0.isBeingDeleted } - 1)
        observation.kept = kept(cell).map { KeptRuntime($0) }
        observation.beforeUpdate = pod?.uid.flatMap { beforeUpdate(cell, of: $0) }.map { KeptRuntime($0) }
        return observation
    }

    static func owner(of object: some Resource, _ cell: RuntimeCellID) -> RuntimeObservation.Owner {
        guard let controller = object.metadata.controllerReference else { return .nobody }
        if controller.uid == cell.uid { return .runtime }
        return controller.kind == Runtime.type.kind && controller.name == cell.name ? .predecessor : .other
    }

    /// - Parameter pod: which has it, perhaps.
    private static func owner(
        ofVolume claim: PersistentVolumeClaim, _ cell: RuntimeCellID, _ pod: Pod?
    ) -> RuntimeObservation.Owner {
        let isOfPool = claim.metadata.controllerReference?.kind == RuntimePool.type.kind
        // One that came with a sandbox stays its sandbox's, and has been handed over once it says whose it is.
        if claim.isOfSandbox, claim.labels[RuntimeCell.runtimeLabel] == cell.name { return .nobody }
        // Of a pod that was claimed, and the volume not yet: that comes next.
        if isOfPool || claim.isOfSandbox, pod.flatMap({ Runtime.owner(of: $0)?.uid }) == cell.uid { return .pool }
        return owner(of: claim, cell)
    }

    static func observe(_ pod: Pod, _ cell: RuntimeCellID) -> RuntimeObservation.Pod {
        var seen = RuntimeObservation.Pod(cellHash: pod.annotations[RuntimeCell.hashAnnotation] ?? "")
        let conditions = pod.status?.conditions ?? []
        let containers = pod.status?.containerStatuses ?? []
        seen.environment = pod.annotations[RuntimeCell.environmentAnnotation]
        seen.reloaded = ReloadOutcome(pod)
        seen.network = pod.annotations[RuntimeCell.networkAnnotation]
        seen.owner = owner(of: pod, cell)
        seen.uid = pod.uid
        seen.restartedAt = pod.annotations[Runtime.restartAnnotation]
        seen.pool = pod.labels[PoolMember.poolLabel]
        seen.restored = PodRestore.outcomes(of: pod)[RuntimeCell.container]
        seen.isScheduled = !(pod.spec?.nodeName ?? "").isEmpty
        seen.hasContainers = !containers.isEmpty
        seen.isReady = pod.isReady
        seen.hasEnded = ["Failed", "Succeeded"].contains(pod.status?.phase ?? "")
        seen.isBeingDeleted = pod.isBeingDeleted
        seen.startedAt = pod.status?.startTime.flatMap { Timestamp(rfc3339: $0) }
        // The end of what waited for the user is the program's beginning.
        let waited = pod.waitedRuns.map { $0 + 1 } ?? 0
        seen.restarts = max(0, containers.map(\.restartCount).reduce(0, +) - waited)
        seen.endings = max(0, containers.map { $0.restartCount + ($0.hasEnded ? 1 : 0) }.reduce(0, +) - waited)
        let initial = pod.status?.initContainerStatuses ?? []
        if let waiting = initial.compactMap({ $0.state?.waiting }).first(where: { $0.reason == "CrashLoopBackOff" }) {
            // The program's own crash loop is told by how often it has ended.
            (seen.waiting, seen.message) = ("PreparationFailed", waiting.message)
        } else if let waiting = containers.compactMap({ $0.state?.waiting }).first {
            // A container that waits for nothing in particular is about to be created.
            (seen.waiting, seen.message) = (waiting.reason ?? "ContainerCreating", waiting.message)
        } else if let scheduled = conditions.first(where: { $0.type == "PodScheduled" }), scheduled.status == "False" {
            (seen.waiting, seen.message) = (scheduled.reason, scheduled.message)
        }
        return seen
    }

    public func perform(_ action: RuntimeAction, _ cell: RuntimeCellID, _ wanted: RuntimeCell?) async throws {
        switch (action, wanted) {
        case (.stopPod, _): try await stop(pods.own(cell).first, cell)
        case (.stopSurplus, _):
            for pod in pods.own(cell).dropFirst() where !pod.isBeingDeleted { try await stop(pod, cell) }
        case (.wipeVolume, _): try await wipeVolume(cell)
        case (.ensureIdentity, let wanted?):
            let isClaimed = pods.serving(cell).map { $0.labels[PoolMember.poolLabel] != nil } ?? wanted.isClaimed
            try await ensureIdentity(wanted, isClaimed: isClaimed)
        case (.ensureVolume, let wanted?): try await ensureVolume(wanted)
        case (.fillVolume, let wanted?): try await fillVolume(wanted)
        case (.snapshotVolume, let wanted?): try await RuntimeSnapshots(api).take(wanted)
        case (.deliver, let wanted?):
            try await RuntimeDelivery(api, desired, time: caches.time).perform(wanted, pods.find(cell))
        case (.startPod, let wanted?):
            let pod = pod(wanted, from: kept(cell))
            if pod.labels[PoolMember.poolLabel] != nil {
                var claimed = wanted
                claimed.isClaimed = true
                try await RuntimeDelivery(api, desired, time: caches.time).perform(claimed, nil)
            }
            do {
                _ = try await api.create(pod)
            } catch let error as KubernetesError where error.isAlreadyExists {
                // The cache has not seen it yet; the next look compares it.
                try await stopOther(than: wanted, cell)
            }
        case (.keepPod, _): try await keepPod(cell)
        case (.reload, let wanted?): try await reload(wanted)
        case (.keepForUpdate, let wanted?): try await keepForUpdate(wanted)
        case (.trimUpdates, _): try await trimUpdates(cell)
        case (.releaseKept, _):
            guard let kept = kept(cell) else { return }
            try await api.deleteIfPresent(Checkpoint.self, kept.name, in: cell.project, uid: kept.uid)
        default: break
        }
    }

    public func agentActivity(_ cell: RuntimeCellID, _ report: ActivityReport) async throws -> AgentActivity {
        guard let transport, let pod = pods.serving(cell),
            let port = pod.spec?.containers.first?.ports.first,
            let endpoint = pod.endpoint(port: port.name.map { .string($0) } ?? .int(port.containerPort))
        else {
            throw Finding(
                .agentActivity, "This orchestrator cannot reach the program; give it a transport to pods.",
                field: "\(cell.project)/\(cell.name)")
        }
        var headers: HTTPFields = [.accept: "application/json"]
        headers[.openClawToken] = try await GatewayTokens(api: api).token(of: pod).token?.reveal()
        let response = try await transport.send(
            Request(
                .get, "http://\(endpoint.authority)\(report.path)", headers: headers,
                headTimeout: AgentActivity.patience, idleTimeout: AgentActivity.patience))
        guard response.status == .ok else {
            throw Finding(
                .agentActivity, "The program answers \(report.path) with status \(response.status.code).",
                field: "\(cell.project)/\(cell.name)")
        }
        return try AgentActivity(JSONParser.parse(await response.body.collect(limit: AgentActivity.limit)), as: report)
    }

    /// The pod that was looked at and no other: by its uid.
    private func stop(_ pod: Pod?, _ cell: RuntimeCellID) async throws {
        guard let pod else { return }
        // Where another pod has the name by now, this is refused; the next try sees that one.
        try await api.deleteIfPresent(Pod.self, pod.name, in: cell.project, uid: pod.uid)
    }

    /// Somebody else was quicker to make it, with other secrets: it may have begun with those or with the ones that were
    /// delivered here since, and says only the former.
    private func stopOther(than wanted: RuntimeCell, _ cell: RuntimeCellID) async throws {
        guard let digest = (try? wanted.delivery.get())?.digest,
            let pod = try await api.find(Pod.self, wanted.name, in: cell.project),
            Self.owner(of: pod, cell) == .runtime, pod.annotations[RuntimeCell.environmentAnnotation] != digest
        else { return }
        try await stop(pod, cell)
    }

    /// Looked for anew: the cache may not have seen yet that there is one.
    private func wipeVolume(_ cell: RuntimeCellID) async throws {
        let name = volumes.find(cell, pods.find(cell))?.name ?? RuntimeCell.volumeName(of: cell.name)
        guard let claim = try await api.find(PersistentVolumeClaim.self, name, in: cell.project), !claim.isBeingDeleted,
            Self.owner(ofVolume: claim, cell, pods.find(cell)) != .other,
            let user = runtimes.get(cell.name, in: cell.project)?.spec.user,
            claim.labels[RuntimeCell.userLabel] == user
        else { return }
        try await api.deleteIfPresent(PersistentVolumeClaim.self, name, in: cell.project, uid: claim.uid)
    }

    /// Of a volume that is there only the size may become another, where its storage lets it grow.
    private func ensureVolume(_ cell: RuntimeCell) async throws {
        let live = volumes.named(cell.volumeName, in: cell.project)
        var claim = cell.claim
        let labels = claim.labels
        if live == nil { try await originate(&claim, cell) }
        if let live {
            claim.annotations[VolumeCopy.fillAnnotation] = live.annotations[VolumeCopy.fillAnnotation]
            claim.spec?.storageClassName = live.spec?.storageClassName
            claim.spec?.dataSource = live.spec?.dataSource
            let size = live.spec?.resources?.requests["storage"]
            let canGrow = live.spec?.storageClassName.flatMap { classes.get($0) }?.allowVolumeExpansion ?? false
            if live.metadata.controllerReference?.kind == RuntimePool.type.kind {
                return try await volumes.handOver(live, to: cell, owners: [], api)
            }
            if live.isOfSandbox, live.labels[RuntimeCell.runtimeLabel] != cell.name {
                return try await volumes.handOver(live, to: cell, owners: volumes.survivors(of: live, api), api)
            }
            let grows = canGrow && live.status?.phase == "Bound" && (size.map { cell.volumeSize.exceeds($0) } ?? false)
            // What the cluster has filled in, such as the class, is nothing that has to be said once more.
            let isOwned = live.metadata.controllerReference != nil && !live.isOfSandbox
            if !grows, !isOwned, labels.allSatisfy({ live.labels[$0.key] == $0.value }) { return }
            if !grows { claim.spec?.resources = live.spec?.resources }
        }
        try await desired.apply(claim, live: live)
    }

    /// Makes the keys once; they stay for the runtime's life. The grant knows the model key by its hash only.
    /// - Parameter isClaimed: whether its program waits for what is its user's: then that stands there at once.
    private func ensureIdentity(_ cell: RuntimeCell, isClaimed: Bool) async throws {
        // The program of a claimed pod waits for it, and hardly ever is it there already.
        var secret = isClaimed ? nil : try await api.find(KubernetesSecret.self, cell.secretName, in: cell.project)
        if secret == nil {
            var new = cell.secret(modelKey: Token.random(prefix: "sk-claw"), gatewayToken: Token.random(prefix: "gw"))
            if isClaimed, let delivery = try? cell.delivery.get() {
                for (name, value) in delivery.values { new.data[name] = Base64.encode(Array(value.reveal().utf8)) }
                let bundle = RuntimeBundle.text(of: cell, delivery.values, identity: new.data)
                new.data[RuntimeBundle.key] = Base64.encode(Array(bundle.reveal().utf8))
            }
            do {
                secret = try await api.create(new)
            } catch let error as KubernetesError where error.isAlreadyExists {
                secret = try await api.get(KubernetesSecret.self, cell.secretName, in: cell.project)
            }
        }
        guard secret?.metadata.controllerReference?.uid == cell.owner.uid else {
            // An earlier runtime's secret is about to be collected; anybody else's is not ours to give out.
            throw Finding(
                .nameTaken, "A secret '\(cell.secretName)' is there already and is not this runtime's; remove it.",
                field: "\(cell.project)/\(cell.secretName)")
        }
        guard let text = secret?.data[RuntimeCell.modelKey], let key = Base64.decode(text) else {
            throw Finding(
                .containerStart, "The secret '\(cell.secretName)' holds no \(RuntimeCell.modelKey); delete it to have it made anew.",
                field: "\(cell.project)/\(cell.secretName)")
        }
        let hash = Token.hash(String(decoding: key, as: UTF8.self))
        try await desired.apply(cell.grant(keyHash: hash), live: grants.get(cell.name, in: cell.project))
    }
}

extension ContainerStatus {
    /// Whether its last run is over, and the next has not begun.
    fileprivate var hasEnded: Bool {
        state?.terminated != nil || state?.running == nil && lastState?.terminated != nil
    }
}
