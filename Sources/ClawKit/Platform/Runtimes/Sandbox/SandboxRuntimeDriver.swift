import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// Runs runtimes as sandboxes where they are to be, and all others as `pods` does, which also looks after everything
/// that is not a pod: keys, volumes, secrets.
///
/// The Sandbox has the runtime's name and belongs to it. Suspended, stopped or about to get another pod, it is
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
        guard let sandbox = try await sandboxes.find(cell.name, in: cell.project) else { return observation }
        // What was started before the runtime became a sandbox goes first.
        if observation.pod?.owner == .runtime { return observation }
        let owner = KubernetesRuntimeDriver.owner(of: sandbox, cell)
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
        return observation
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
            if let own = try await own(cell) {
                try await pods.api.deleteIfPresent(Sandbox.self, own.name, in: cell.project, uid: own.uid)
            }
            try await pods.perform(action, cell, wanted)
        case (.stopPod, _):
            try await pods.perform(action, cell, wanted)
            try await suspend(cell)
        case (.deliver, let wanted?):
            try await pods.perform(action, cell, wanted)
            try await mark(wanted, cell)
        default: try await pods.perform(action, cell, wanted)
        }
    }

    public func claim(_ wanted: RuntimeCell) async throws -> Bool {
        // One of an earlier choice goes first.
        let id = RuntimeCellID(project: wanted.project, name: wanted.name, uid: wanted.owner.uid)
        guard try await own(id) == nil else { return false }
        return try await pods.claim(wanted)
    }

    private func own(_ cell: RuntimeCellID) async throws -> Sandbox? {
        guard let sandbox = try await sandboxes.find(cell.name, in: cell.project),
            KubernetesRuntimeDriver.owner(of: sandbox, cell) == .runtime, !sandbox.isBeingDeleted
        else { return nil }
        return sandbox
    }

    private func start(_ wanted: RuntimeCell, _ cell: RuntimeCellID) async throws {
        if let finding = sandboxes.unserved { throw finding }
        let pod = pods.pod(wanted, from: pods.kept(cell))
        guard var live = try await own(cell) else {
            do {
                _ = try await pods.api.create(wanted.sandbox(pod))
            } catch let error as KubernetesError where error.isAlreadyExists {
                // The cache has not seen it yet; the next look tells whose it is.
            }
            return
        }
        guard live.isAtRest else { return }
        live.run(pod)
        // By its version: what somebody else has changed meanwhile is looked at first. What others say of it stays.
        _ = try await pods.api.replace(live)
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

    /// What was delivered is marked in the template; its controller would undo it on the pod.
    private func mark(_ wanted: RuntimeCell, _ cell: RuntimeCellID) async throws {
        guard let own = try await own(cell), own.podAnnotations[RuntimeCell.hashAnnotation] == wanted.hash else {
            return
        }
        let changed = wanted.delivered.filter { own.podAnnotations[$0.key] != $0.value }
        guard !changed.isEmpty else { return }
        let annotations = JSONObject(changed.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
        _ = try await pods.api.mergePatch(
            Sandbox.self, own.name, in: cell.project,
            [
                "metadata": ["uid": .string(own.uid ?? "")],
                "spec": ["podTemplate": ["metadata": ["annotations": .object(annotations)]]],
            ])
    }
}
