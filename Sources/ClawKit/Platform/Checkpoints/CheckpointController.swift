import ClawBase
public import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
public import Logging

/// Makes the checkpoints that are asked for, and removes their archives with them. At rest it writes nothing.
public struct CheckpointController: Sendable {
    public static let finalizer = "clawkit.dev/checkpoint"

    private let caches: SharedCaches
    private let driver: any CheckpointDriver
    let surroundings: RuntimeSurroundings
    let volumes: RuntimeVolumes
    private let logger: Logger

    /// - Parameter context: the platform's settings, where volumes are copied by an image of theirs; nil: none is copied.
    public init(
        caches: SharedCaches, driver: some CheckpointDriver,
        context: @escaping @Sendable () -> RuntimeContext? = { nil }, logger: Logger
    ) {
        (self.caches, self.driver, self.logger) = (caches, driver, logger)
        surroundings = RuntimeSurroundings(caches, settings: context)
        volumes = RuntimeVolumes(caches)
    }

    public func controller() -> Controller {
        var options = Controller.Options()
        // As long as a checkpoint may take, and what the node takes to say so.
        options.deadline = .seconds(3600 + 120)
        options.concurrency = 4
        let (pods, nodes, runtimes) = (caches.cache(Pod.self), caches.cache(Node.self), caches.cache(Runtime.self))
        let checkpoints = caches.cache(Checkpoint.self)
        let byRuntime = RuntimePodIndex(caches)
        return Controller(for: Checkpoint.self, caches: caches, options: options, logger: logger) {
            checkpoint, context in
            let project = checkpoint.namespace ?? ""
            // A runtime's pod may have come from a pool, with a name of its own.
            let runtime = checkpoint.spec.runtime.flatMap { runtimes.get($0, in: project) }
            let pod =
                runtime.flatMap { byRuntime.serving(RuntimeCellID($0)) }
                ?? pods.get(checkpoint.spec.podName, in: project)
            return try await reconcile(checkpoint, pod, runtime, context)
        }
        .watches(Pod.self) { pod in
            let sources = Set(PodRestore.outcomes(of: pod).values.map(\.checkpoint))
            guard !sources.isEmpty else { return [] }
            return checkpoints.all.filter { $0.namespace == pod.namespace && $0.status.location.map(sources.contains) == true }
                .map { ObjectKey($0) }
        }
        .finalizes(Checkpoint.self, Self.finalizer) { checkpoint, _ in
            // A snapshot or a copy is the checkpoint's own, and goes with it; an archive goes with its node.
            guard checkpoint.status.method != .volume, let node = checkpoint.status.node, nodes.get(node) != nil else { return .done }
            try await remove(checkpoint, on: node)
            return .done
        }
        .needs(Permission(["create", "get", "delete"], Node.type, part: "proxy"))
        .needs(Permission(["get"], Pod.type, part: "log"))
        .needs(Permission(["list"], VolumeSnapshotClass.type))
        .needs(Permission(["update"], Checkpoint.type, part: "status"))
    }

    private func remove(_ checkpoint: Checkpoint, on node: String) async throws {
        var location = checkpoint.status.location
        if location == nil { location = try await driver.find(order: checkpoint.uid ?? "", on: node) }
        if let location { try await driver.remove(location, on: node) }
    }

    private func reconcile(
        _ checkpoint: Checkpoint, _ pod: Pod?, _ runtime: Runtime?, _ context: ReconcileContext
    ) async throws -> Reconciled {
        let now = context.time.now
        switch CheckpointStep.next(checkpoint, pod: pod, runtime: runtime, now: now) {
        case .rest(let moment):
            try await note(restoresOf: checkpoint, context)
            return moment.map { .again(after: max(.zero, $0 - now)) } ?? .settled
        case .wait(let end):
            try await report(checkpoint, context) { $0.phase = .requested }
            return .again(after: min(.seconds(1), max(.zero, end - now)))
        case .keepVolume:
            return try await begin(checkpoint, pod, runtime, context)
        case .followVolume(let end): return try await follow(checkpoint, pod, runtime, until: end, context)
        case .fail(let finding): try await report(checkpoint, context) { $0.fail(finding, at: now) }
        case .expire:
            if checkpoint.status.method == .volume {
                try await VolumeCheckpoint(context.api).remove(checkpoint)
            } else if let node = checkpoint.status.node {
                try await remove(checkpoint, on: node)
            }
            try await report(checkpoint, context) { status in
                status.phase = .expired
                status.location = nil
            }
        case .begin(let order, let uid):
            let begun = try await report(checkpoint, context) { status in
                (status.phase, status.startedAt) = (.running, now.rfc3339())
                (status.node, status.pod, status.podUID) = (order.node, order.pod, uid)
                status.container = order.container
            }
            return try await carryOut(order, begun, pod, runtime, context)
        case .order(let order): return try await carryOut(order, checkpoint, pod, runtime, context)
        }
        return .settled
    }

    private func carryOut(
        _ order: CheckpointOrder, _ checkpoint: Checkpoint, _ pod: Pod?, _ runtime: Runtime?, _ context: ReconcileContext
    ) async throws -> Reconciled {
        do {
            let stored = try await driver.make(order)
            let now = context.time.now
            let told = try await report(checkpoint, context) { $0.store(stored, at: now) }
            return told.expiry.map { .again(after: max(.zero, $0 - now)) } ?? .settled
        } catch let finding as Finding {
            // A node that can keep nothing of the program leaves the volume.
            if checkpoint.mayBeVolume {
                do {
                    if let ordered = try await orderVolume(checkpoint, pod, runtime, insteadOf: finding, context) { return ordered }
                } catch is Finding {
                    // Nor can the volume be kept; why the program cannot be tells more.
                }
            }
            let now = context.time.now
            try await report(checkpoint, context) { $0.fail(finding, at: now) }
            return .settled
        }
    }

    /// Which pods came from it, as far as they have told.
    private func note(restoresOf checkpoint: Checkpoint, _ context: ReconcileContext) async throws {
        guard let location = checkpoint.status.location, checkpoint.labels[KeptRuntime.podLabel] == nil else { return }
        let known = Set(checkpoint.status.restores.map(\.podUID))
        let now = context.time.now.rfc3339()
        let fresh = context.caches.cache(Pod.self).all.filter { $0.namespace == checkpoint.namespace }
            .compactMap { pod -> CheckpointRestore? in
                guard let uid = pod.uid, !known.contains(uid),
                    let outcome = PodRestore.outcomes(of: pod).values.first(where: { $0.checkpoint == location })
                else { return nil }
                var restore = CheckpointRestore(
                    pod: pod.name, podUID: uid, request: pod.annotations[Runtime.restartAnnotation],
                    method: .init(outcome.method), at: now)
                (restore.code, restore.message) = (outcome.code, outcome.message.map { ForeignText.cleaned($0) })
                return restore
            }
        guard !fresh.isEmpty else { return }
        try await report(checkpoint, context) { status in
            status.restores = Array((status.restores + fresh.sorted { $0.podUID < $1.podUID }).suffix(10))
        }
    }

    @discardableResult
    func report(
        _ checkpoint: Checkpoint, _ context: ReconcileContext, _ change: (inout CheckpointStatus) -> Void
    ) async throws -> Checkpoint {
        var changed = checkpoint
        change(&changed.status)
        changed.status.tellCondition(generation: checkpoint.metadata.generation, at: context.time.now)
        guard changed.status != checkpoint.status else { return checkpoint }
        // The finalizer's entry has made the object newer than the cache had it.
        if let newest = context.caches.cache(Checkpoint.self).get(checkpoint.name, in: checkpoint.namespace ?? ""),
            newest.uid == checkpoint.uid
        {
            changed.metadata = newest.metadata
        }
        return try await context.api.replaceStatus(changed)
    }
}

extension CheckpointStatus {
    mutating func store(_ stored: StoredCheckpoint, at now: Timestamp) {
        (phase, method, location) = (.stored, stored.method, stored.location)
        (digest, sizeBytes, isEncrypted) = (stored.digest, stored.size, stored.isEncrypted)
        (constraints, frozenMilliseconds) = (stored.constraints, stored.frozenMilliseconds)
        completedAt = now.rfc3339()
        fallback = stored.fallback.map { ($0.code.rawValue, $0.message) }
    }

    mutating func tellCondition(generation: Int?, at now: Timestamp) {
        let isStored = phase == .stored
        var condition = Condition(
            type: "Stored", status: isStored ? "True" : "False",
            reason: isStored ? method?.rawValue ?? "Stored" : phase?.rawValue ?? "Requested",
            message: (error ?? fallback).map { "\($0.code): \($0.message)" } ?? "",
            lastTransitionTime: now.rfc3339(), observedGeneration: generation)
        if let before = conditions.first(where: { $0.type == "Stored" }), before.status == condition.status {
            condition.lastTransitionTime = before.lastTransitionTime
        }
        conditions = [condition]
    }

    mutating func fail(_ finding: Finding, at now: Timestamp) {
        phase = .failed
        error = (finding.code.rawValue, finding.message)
        completedAt = now.rfc3339()
    }
}
