import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// Runs runtimes as sandboxes where they are to be, and all others as `pods` does, which also looks after everything
/// that is not a pod: keys, volumes, secrets.
///
/// The Sandbox has the runtime's name and belongs to it; or it is one of a warm pool, and belongs to the runtime's claim,
/// which has that name. Suspended, stopped or about to get another pod, it is
/// suspended: name, service and object stay. agent-sandbox leaves a pod as it is when the template changes, so another
/// template comes with the next start, once its controller has said that no pod is left.
public struct SandboxRuntimeDriver: RuntimeDriver {
    private let pods: KubernetesRuntimeDriver
    private let sandboxes: ServedSandboxes

    public init(_ pods: KubernetesRuntimeDriver, _ sandboxes: ServedSandboxes) {
        (self.pods, self.sandboxes) = (pods, sandboxes)
    }

    // MARK: looking

    public func observe(_ cell: RuntimeCellID) async throws -> RuntimeObservation {
        var observation = try await pods.observe(cell)
        if observation.pod?.uid != nil, observation.pod?.owner == .runtime { return observation }
        if let claim = try await sandboxes.claim(cell.name, in: cell.project) {
            let owner = KubernetesRuntimeDriver.owner(of: claim, cell)
            if owner == .runtime {
                let sandbox = sandboxes.controlled(by: claim.uid).first
                return observe(Claimed(claim: claim, sandbox: sandbox), cell, observation)
            }
            if owner == .predecessor {
                observation.pod = RuntimeObservation.Pod(cellHash: "")
                observation.pod?.owner = .predecessor
                return observation
            }
        }
        guard let sandbox = try await sandboxes.find(cell.name, in: cell.project) else { return observation }
        let owner = Self.owner(of: sandbox, cell)
        let own = pods.pods.controlled(by: sandbox.uid ?? "").first
        guard owner == .runtime else {
            observation.pod = Self.placeholder(sandbox)
            observation.pod?.owner = owner
            return observation
        }
        if let pod = observation.pod, pod.uid != own?.uid {
            // Its name is taken: the sandbox cannot make its pod.
            return observation
        }
        observation.pod = Self.observe(sandbox, own, cell)
        observation.pod?.cold = sandbox.annotations[Self.coldAnnotation]
        return observation
    }

    /// A sandbox that came from a warm pool, as its claim wants it.
    private func observe(
        _ claimed: Claimed, _ cell: RuntimeCellID, _ observation: RuntimeObservation
    ) -> RuntimeObservation {
        var observation = observation
        let wanted = claimed.claim.podAnnotations
        // It is the sandbox's as long as there is one, and no name of the runtime's makes it another pod.
        observation.volume?.name = nil
        if let sandbox = claimed.sandbox {
            let own = pods.pods.controlled(by: sandbox.uid ?? "").first
            observation.pod = Self.observe(sandbox, own, cell)
            // Until the pod says whose it is nobody finds the way to it.
            let isKnown = own.flatMap { Runtime.owner(of: $0)?.uid } == cell.uid
            if !isKnown { observation.pod?.isReady = false }
        } else {
            observation.pod = RuntimeObservation.Pod(cellHash: "")
            observation.pod?.waiting = claimed.claim.trouble?.reason
            observation.pod?.message = claimed.claim.trouble?.message
        }
        guard observation.pod != nil else { return observation }
        // Its controller brings these to the pod by and by.
        observation.pod?.cellHash = wanted[RuntimeCell.hashAnnotation] ?? ""
        observation.pod?.environment = wanted[RuntimeCell.environmentAnnotation]
        observation.pod?.network = wanted[RuntimeCell.networkAnnotation]
        observation.pod?.pool = claimed.claim.document["spec"]?["warmPoolRef"]?["name"]?.string
        if claimed.claim.isBeingDeleted { observation.pod?.isBeingDeleted = true }
        return observation
    }

    /// One that was made for a claim of this name is about to be collected, where there is no such claim any more.
    private static func owner(of sandbox: Sandbox, _ cell: RuntimeCellID) -> RuntimeObservation.Owner {
        let owner = KubernetesRuntimeDriver.owner(of: sandbox, cell)
        guard owner == .other, let controller = sandbox.metadata.controllerReference,
            controller.kind == SandboxClaim.type.kind, controller.name == cell.name
        else { return owner }
        return .predecessor
    }

    /// nil where it is at rest.
    private static func observe(_ sandbox: Sandbox, _ pod: Pod?, _ cell: RuntimeCellID) -> RuntimeObservation.Pod? {
        let isGoing = sandbox.isBeingDeleted || sandbox.operatingMode == .suspended
        guard let pod else {
            if sandbox.isAtRest, !sandbox.isBeingDeleted { return nil }
            var seen = placeholder(sandbox)
            seen.isBeingDeleted = isGoing
            if let trouble = sandbox.trouble { (seen.waiting, seen.message) = trouble }
            return seen
        }
        var seen = KubernetesRuntimeDriver.observe(pod, cell)
        let wanted = sandbox.podAnnotations
        seen.owner = .runtime
        // Its controller brings annotations that change from the template to the pod.
        seen.environment = wanted[RuntimeCell.environmentAnnotation]
        seen.network = wanted[RuntimeCell.networkAnnotation]
        seen.isBeingDeleted = isGoing || pod.isBeingDeleted
        seen.isReady = seen.isReady && sandbox.isReady
        if seen.waiting == nil, let trouble = sandbox.trouble { (seen.waiting, seen.message) = trouble }
        return seen
    }

    /// What is known of a pod that its controller is about to make.
    private static func placeholder(_ sandbox: Sandbox) -> RuntimeObservation.Pod {
        let wanted = sandbox.podAnnotations
        var seen = RuntimeObservation.Pod(cellHash: wanted[RuntimeCell.hashAnnotation] ?? "")
        seen.environment = wanted[RuntimeCell.environmentAnnotation]
        seen.network = wanted[RuntimeCell.networkAnnotation]
        return seen
    }

    public func agentActivity(_ cell: RuntimeCellID, _ report: ActivityReport) async throws -> AgentActivity {
        try await pods.agentActivity(cell, report)
    }

    // MARK: acting

    public func perform(_ action: RuntimeAction, _ cell: RuntimeCellID, _ wanted: RuntimeCell?) async throws {
        switch (action, wanted) {
        case (.startPod, let wanted?) where wanted.driver == .sandbox: try await start(wanted, cell)
        case (.startPod, _):
            // One of an earlier choice would make a pod of the same name.
            try await release(cell)
            if let own = try await own(cell) {
                try await pods.api.deleteIfPresent(Sandbox.self, own.name, in: cell.project, uid: own.uid)
            }
            try await pods.perform(action, cell, wanted)
        case (.stopPod, _):
            try await pods.perform(action, cell, wanted)
            try await suspend(cell)
        case (.ensureIdentity, var wanted?), (.deliver, var wanted?):
            wanted.isClaimed = try await claimed(cell) != nil
            try await pods.perform(action, cell, wanted)
            if action == .deliver { try await mark(wanted, cell) }
        case (.ensureVolume, var wanted?), (.snapshotVolume, var wanted?):
            if try await claimed(cell) != nil {
                // Its sandbox makes it.
                guard let volume = pods.volumes.find(cell, pods.pods.serving(cell)) else { return }
                wanted.volumeName = volume.name
            }
            try await pods.perform(action, cell, wanted)
        default: try await pods.perform(action, cell, wanted)
        }
    }

    public func claim(_ wanted: RuntimeCell) async throws -> Bool {
        let id = RuntimeCellID(project: wanted.project, name: wanted.name, uid: wanted.owner.uid)
        // One of an earlier choice goes first.
        guard try await own(id) == nil, try await sandboxes.claim(id.name, in: id.project) == nil else { return false }
        guard wanted.driver == .sandbox else { return try await pods.claim(wanted) }
        guard case .success(let pool) = pool(for: wanted) else { return false }
        do {
            _ = try await pods.api.create(try wanted.sandboxClaim(of: pool.name))
        } catch let error as KubernetesError where error.isAlreadyExists {
            // The cache has not seen it yet; the next look tells whose it is.
        }
        return true
    }

    /// The pool that has a sandbox for it now.
    /// - Returns: where there is none, what the runtime is told; a pool that is not kept is nothing to be told of.
    private func pool(for wanted: RuntimeCell) -> Result<SandboxWarmPool, Finding> {
        Result { () throws(Finding) in
            let pools = sandboxes.pools(in: wanted.project)
            let shape = try wanted.warmShape()
            let hash = shape.hash
            _ = try wanted.sandboxClaim(of: "")
            // Its pool hears that one is wanted, there or not.
            _ = pods.warm?.take(shape, in: wanted.project)
            let alike = pools.filter { $0.annotations[PoolMember.shapeAnnotation] == hash && !$0.isBeingDeleted }
            guard let first = alike.first else {
                throw Finding(.notPooled, "No pool keeps sandboxes like its own, so that it is made when it is wanted.")
            }
            guard let ready = alike.first(where: { sandboxes.controlled(by: $0.uid).contains(where: \.isWarm) }) else {
                throw Finding(
                    .notPooled, "No sandbox of the pool '\(first.name)' was warm, so that it is made when it is wanted.")
            }
            return ready
        }
    }

    private struct Claimed {
        let claim: SandboxClaim
        /// nil: not yet.
        let sandbox: Sandbox?
    }

    /// The runtime's claim, with what it got.
    private func claimed(_ cell: RuntimeCellID) async throws -> Claimed? {
        guard let claim = try await sandboxes.claim(cell.name, in: cell.project),
            KubernetesRuntimeDriver.owner(of: claim, cell) == .runtime
        else { return nil }
        return Claimed(claim: claim, sandbox: sandboxes.controlled(by: claim.uid).first)
    }

    private func own(_ cell: RuntimeCellID) async throws -> Sandbox? {
        if let claimed = try await claimed(cell) { return claimed.sandbox.flatMap { $0.isBeingDeleted ? nil : $0 } }
        guard let sandbox = try await sandboxes.find(cell.name, in: cell.project),
            Self.owner(of: sandbox, cell) == .runtime, !sandbox.isBeingDeleted
        else { return nil }
        return sandbox
    }

    /// Why what is made for the runtime was not taken from a pool.
    private static let coldAnnotation = "clawkit.dev/started-cold"

    private func start(_ wanted: RuntimeCell, _ cell: RuntimeCellID) async throws {
        if let finding = sandboxes.unserved { throw finding }
        if let claimed = try await claimed(cell) { return try await resume(claimed, wanted, cell) }
        let pod = pods.pod(wanted, from: pods.kept(cell))
        guard var live = try await own(cell) else { return try await make(wanted, cell) }
        guard live.isAtRest else { return }
        live.run(pod)
        // By its version: what somebody else has changed meanwhile is looked at first. What others say of it stays.
        _ = try await pods.api.replace(live)
    }

    private func make(_ wanted: RuntimeCell, _ cell: RuntimeCellID) async throws {
        var sandbox = wanted.sandbox(pods.pod(wanted, from: pods.kept(cell)))
        sandbox.annotations[Self.coldAnnotation] = coldReason(wanted, cell)
        do {
            _ = try await pods.api.create(sandbox)
        } catch let error as KubernetesError where error.isAlreadyExists {
            // The cache has not seen it yet; the next look tells whose it is.
        }
    }

    private func coldReason(_ wanted: RuntimeCell, _ cell: RuntimeCellID) -> String? {
        guard sandboxes.hasWarmPools, !sandboxes.pools(in: cell.project).isEmpty else { return nil }
        if pods.volumes.find(cell, nil)?.labels[PoolMember.poolLabel] != nil || pods.kept(cell) != nil {
            return "It has a volume, or a state, that no sandbox of a pool has."
        }
        if case .failure(let finding) = pool(for: wanted) { return finding.message }
        return nil
    }

    /// A sandbox of a pool is what the pool has made it, as long as that is what is wanted; else it is given up, and what
    /// is wanted is made. Its volume stays: it has another owner besides.
    private func resume(_ claimed: Claimed, _ wanted: RuntimeCell, _ cell: RuntimeCellID) async throws {
        guard let sandbox = claimed.sandbox, sandbox.isAtRest, !claimed.claim.isBeingDeleted else { return }
        let isSame = claimed.claim.podAnnotations[RuntimeCell.hashAnnotation] == wanted.hash
        guard isSame, pods.kept(cell) == nil else {
            try await release(cell)
            // What the orchestrator wants of it then has the name of the volume that stays.
            var other = wanted
            if let volume = pods.volumes.find(cell, nil) { other.volumeName = volume.name }
            return try await make(other, cell)
        }
        _ = try await pods.api.mergePatch(
            Sandbox.self, sandbox.name, in: cell.project,
            [
                "metadata": ["uid": .string(sandbox.uid ?? "")],
                "spec": ["operatingMode": .string(Sandbox.OperatingMode.running.rawValue)],
            ])
    }

    private func release(_ cell: RuntimeCellID) async throws {
        guard let claim = try await claimed(cell)?.claim, !claim.isBeingDeleted else { return }
        try await pods.api.deleteIfPresent(
            SandboxClaim.self, claim.name, in: cell.project, propagation: .background, uid: claim.uid)
    }

    private func suspend(_ cell: RuntimeCellID) async throws {
        guard let own = try await own(cell), own.operatingMode != .suspended else { return }
        _ = try await pods.api.mergePatch(
            Sandbox.self, own.name, in: cell.project,
            [
                "metadata": ["uid": .string(own.uid ?? "")],
                "spec": ["operatingMode": .string(Sandbox.OperatingMode.suspended.rawValue)],
            ])
    }

    /// What was delivered is marked in the template, or in the claim; its controller would undo it on the pod.
    private func mark(_ wanted: RuntimeCell, _ cell: RuntimeCellID) async throws {
        let (claim, own) = (try await claimed(cell)?.claim, try await own(cell))
        guard let object = claim?.metadata ?? own?.metadata, let stated = claim?.podAnnotations ?? own?.podAnnotations,
            stated[RuntimeCell.hashAnnotation] == wanted.hash
        else { return }
        let changed = wanted.delivered.filter { stated[$0.key] != $0.value }
        guard !changed.isEmpty else { return }
        let metadata: JSON = ["annotations": SandboxClaim.object(changed)]
        let uid: JSON = ["uid": .string(object.uid ?? "")]
        if claim != nil {
            _ = try await pods.api.mergePatch(
                SandboxClaim.self, object.name ?? "", in: cell.project,
                ["metadata": uid, "spec": ["additionalPodMetadata": metadata]])
        } else {
            _ = try await pods.api.mergePatch(
                Sandbox.self, object.name ?? "", in: cell.project,
                ["metadata": uid, "spec": ["podTemplate": ["metadata": metadata]]])
        }
    }
}

extension Sandbox {
    /// Whether it can be taken at once.
    fileprivate var isWarm: Bool { isReady && operatingMode == .running && !isBeingDeleted }
}
