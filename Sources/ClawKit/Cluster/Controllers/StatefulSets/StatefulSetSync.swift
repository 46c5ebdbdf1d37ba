import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels

/// One look at a StatefulSet: makes the pods that are missing, ends those that are too many or of an old template, in
/// order where order is asked for, and reports.
struct StatefulSetSync {
    private let controller: StatefulSetController
    private let key: ObjectKey
    private let set: StatefulSet
    private let current: ControllerRevision
    private let update: ControllerRevision
    private let collisions: Int
    private let now: Timestamp
    /// By ordinal.
    private var replicas: [Int: Pod]
    /// Outside the ordinals, the highest first.
    private let condemned: [(ordinal: Int, pod: Pod)]
    private var made: [Pod] = []
    private var ended: Set<String> = []
    private var wait: Duration?

    init(
        _ controller: StatefulSetController, _ set: StatefulSet, _ pods: [Pod], current: ControllerRevision,
        update: ControllerRevision, collisions: Int, _ now: Timestamp
    ) {
        (self.controller, self.set, self.current, self.update) = (controller, set, current, update)
        (self.collisions, self.now) = (collisions, now)
        key = ObjectKey(set)
        let placed = pods.compactMap { pod in set.ordinal(of: pod).map { (ordinal: $0, pod: pod) } }
        replicas = Dictionary(placed.filter { set.ordinals.contains($0.ordinal) }.map { ($0.ordinal, $0.pod) }) { $1 }
        condemned = placed.filter { !set.ordinals.contains($0.ordinal) }.sorted { $0.ordinal > $1.ordinal }
    }

    /// - Returns: when a pod that is ready now becomes available.
    mutating func run() async throws -> Duration? {
        var failure: (any Error)?
        do {
            if try await fill(), try await shrink() { try await roll() }
        } catch {
            failure = error
        }
        try await report()
        if let failure { throw failure }
        return wait
    }

    // MARK: pods

    /// - Returns: whether every place has its pod as it should be, so that the next step may be taken.
    private mutating func fill() async throws -> Bool {
        for ordinal in set.ordinals {
            guard let pod = replicas[ordinal] else {
                try await make(ordinal)
                if set.isOrdered { return false }
                continue
            }
            if pod.hasEnded {
                if !pod.isBeingDeleted {
                    let name = "\(set.namespace ?? "")/\(set.name)"
                    if pod.phase == "Failed" {
                        await controller.events.warning(
                            "RecreatingFailedPod", "StatefulSet \(name) is recreating failed Pod \(pod.name)", on: set)
                    } else {
                        await controller.events.normal(
                            "RecreatingTerminatedPod", "StatefulSet \(name) is recreating terminated Pod \(pod.name)", on: set)
                    }
                    try await end(pod)
                }
                if set.isOrdered { return false }
                continue
            }
            if pod.phase == "Pending" || pod.phase.isEmpty { try await makeClaims(ordinal, pod) }
            if set.isOrdered, pod.isBeingDeleted || !isAvailable(pod) { return false }
            try await mend(pod, ordinal)
        }
        return true
    }

    private func isAvailable(_ pod: Pod) -> Bool { pod.phase == "Running" && timeToAvailable(pod) == .zero }

    private func timeToAvailable(_ pod: Pod) -> Duration? {
        pod.timeToAvailable(minReadySeconds: set.spec?.minReadySeconds ?? 0, now: now)
    }

    private mutating func make(_ ordinal: Int) async throws {
        let isOld = set.spec?.updateStrategy?.type != "OnDelete" && ordinal < set.ordinals.lowerBound + set.partition
        let new = set.newPod(ordinal, isOld ? current : update)
        try await makeClaims(ordinal, new)
        do {
            let pod = try await controller.client.create(new)
            controller.pendingPods.didMake(pod, for: key, now: now)
            made.append(pod)
            await controller.events.normal(
                "SuccessfulCreate", "create Pod \(pod.name) in StatefulSet \(set.name) successful", on: set)
        } catch let error as KubernetesError {
            await controller.events.warning(
                "FailedCreate", "create Pod \(new.name) in StatefulSet \(set.name) failed error: \(error.message)", on: set)
            throw error
        }
    }

    private mutating func end(_ pod: Pod) async throws {
        try await controller.client.deleteIfPresent(Pod.self, pod.name, in: pod.namespace, uid: pod.uid)
        controller.pendingPods.didDelete(pod, of: key, now: now)
        ended.insert(pod.uid ?? "")
        await controller.events.normal(
            "SuccessfulDelete", "delete Pod \(pod.name) in StatefulSet \(set.name) successful", on: set)
    }

    /// Gives the pod back what it is known by, and its claims the owners they should have.
    private func mend(_ pod: Pod, _ ordinal: Int) async throws {
        var mended = pod
        set.give(identity: ordinal, to: &mended)
        if mended != pod {
            controller.pendingPods.didChange(try await controller.client.replace(mended), of: key, now: now)
            await controller.events.normal(
                "SuccessfulUpdate", "update Pod \(pod.name) in StatefulSet \(set.name) successful", on: set)
        }
        try await keepOwners(of: pod, ordinal, isCondemned: false)
    }

    // MARK: claims

    private func makeClaims(_ ordinal: Int, _ pod: Pod) async throws {
        for template in set.spec?.volumeClaimTemplates ?? [] {
            let name = set.claimName(template, ordinal)
            guard controller.volumeClaims.get(name, in: set.namespace ?? "") == nil else { continue }
            var claim = set.newClaim(template, ordinal)
            claim.metadata.ownerReferences = set.owners(of: claim, pod, isCondemned: false)
            do {
                _ = try await controller.client.create(claim)
                await controller.events.normal(
                    "SuccessfulCreate", "create Claim \(name) Pod \(pod.name) in StatefulSet \(set.name) success", on: set)
            } catch let error as KubernetesError where error.isAlreadyExists {
            } catch let error as KubernetesError {
                await controller.events.warning(
                    "FailedCreate",
                    "create Claim \(name) for Pod \(pod.name) in StatefulSet \(set.name) failed error: \(error.message)",
                    on: set)
                throw error
            }
        }
    }

    private func keepOwners(of pod: Pod, _ ordinal: Int, isCondemned: Bool) async throws {
        for template in set.spec?.volumeClaimTemplates ?? [] {
            let name = set.claimName(template, ordinal)
            guard let claim = controller.volumeClaims.get(name, in: set.namespace ?? "") else { continue }
            let owners = set.owners(of: claim, pod, isCondemned: isCondemned)
            guard owners != claim.metadata.ownerReferences else { continue }
            var changed = claim
            changed.metadata.ownerReferences = owners
            _ = try await controller.client.replace(changed)
        }
    }

    // MARK: too many, and old ones

    private mutating func shrink() async throws -> Bool {
        // The first that is not well may go although others are not well either: it is what holds them up.
        let unhealthy = condemned.last { !isHealthy($0.pod) }?.pod.uid
        for (ordinal, pod) in condemned {
            try await keepOwners(of: pod, ordinal, isCondemned: true)
            if pod.isBeingDeleted {
                if set.isOrdered { return false }
                continue
            }
            if set.isOrdered, !isAvailable(pod), pod.uid != unhealthy { return false }
            try await end(pod)
            if set.isOrdered { return false }
        }
        return true
    }

    private func isHealthy(_ pod: Pod) -> Bool { pod.phase == "Running" && pod.isReady && !pod.isBeingDeleted }

    /// Ends pods of an old template, the highest ordinal first, as many as may be missing at a time.
    private mutating func roll() async throws {
        guard set.spec?.updateStrategy?.type != "OnDelete" else { return }
        let lowest = set.ordinals.lowerBound + set.partition
        func isMissing(_ ordinal: Int) -> Bool {
            replicas[ordinal].map { $0.isBeingDeleted || !isAvailable($0) } ?? true
        }
        var missing = set.ordinals.count(where: isMissing)
        var blocked = 0
        for ordinal in set.ordinals.reversed() where ordinal >= lowest {
            guard let pod = replicas[ordinal] else {
                blocked += 1
                continue
            }
            if blocked >= set.maxUnavailable { return }
            let isOld = pod.labels[StatefulSetNames.revision] != update.name
            if isOld, !pod.isBeingDeleted {
                // One that is missed already is missed by nobody.
                if !isMissing(ordinal) {
                    guard missing < set.maxUnavailable else { return }
                    missing += 1
                }
                try await end(pod)
                blocked += 1
            } else if isMissing(ordinal) {
                blocked += 1
            }
        }
    }

    // MARK: status

    private mutating func report() async throws {
        let pods = replicas.values + condemned.map(\.pod)
        let times = pods.filter { $0.phase == "Running" }.compactMap(timeToAvailable)
        wait = times.filter { $0 > .zero }.min()
        let living = (pods + made).filter { !$0.isBeingDeleted && !ended.contains($0.uid ?? "") }
        func count(_ revision: ControllerRevision) -> Int {
            living.count { $0.labels[StatefulSetNames.revision] == revision.name }
        }
        func positive(_ count: Int) -> Int? { count > 0 ? count : nil }
        var status = StatefulSetStatus(
            replicas: pods.count + made.count, availableReplicas: times.count { $0 == .zero },
            collisionCount: collisions, conditions: set.status?.conditions ?? [],
            currentReplicas: positive(count(current)), currentRevision: current.name,
            observedGeneration: set.metadata.generation, readyReplicas: positive(times.count),
            updateRevision: update.name, updatedReplicas: positive(count(update)))
        let wanted = set.spec?.replicas ?? 1
        if set.spec?.updateStrategy?.type != "OnDelete", (status.updatedReplicas ?? 0) == wanted,
            (status.readyReplicas ?? 0) == wanted, status.replicas == wanted
        {
            (status.currentReplicas, status.currentRevision) = (status.updatedReplicas, update.name)
        }
        guard status != set.status else { return }
        var changed = set
        changed.status = status
        controller.pendingSets.didChange(try await controller.client.replaceStatus(changed), of: key, now: now)
    }
}
