import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import Synchronization

/// A node whose pods run nothing: it reports what it is told to report, and finishes deletions.
final class SimulatedNode: Sendable {
    enum Manner: Sendable, Hashable {
        case ready
        /// The program runs and does not become ready.
        case starting
        /// The program ended so many times.
        case crashing(Int)
        /// Reports nothing, and lets no pod go.
        case silent
    }

    static let name = "simulated"
    private let manner = Mutex(Manner.ready)
    private let api: any KubernetesAPI
    private let caches: SharedCaches
    private let own = Mutex<Controller?>(nil)

    init(_ api: any KubernetesAPI) {
        self.api = api
        caches = SharedCaches(api)
        let pods = caches.cache(Pod.self)
        let controller = Controller("node", caches: caches, logger: silent) { [weak self] key in
            guard let self, let pod = pods[key], pod.spec?.nodeName == Self.name else { return .settled }
            try await play(pod)
            return .settled
        }
        controller.reconciles(Pod.self)
        own.withLock { $0 = controller }
    }

    /// What its pods do from now on, those already there included.
    func behave(_ new: Manner) {
        manner.withLock { $0 = new }
        let controller = own.withLock { $0 }
        for pod in caches.cache(Pod.self).all { controller?.ask(for: ObjectKey(pod)) }
    }

    func run() async throws {
        var node = Node(metadata: ObjectMeta(name: Self.name))
        node.status = NodeStatus(conditions: [NodeCondition(type: "Ready", status: "True")])
        let made = try await api.create(node)
        node.metadata = made.metadata
        _ = try await api.replaceStatus(node)
        guard let controller = own.withLock({ $0 }) else { return }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.caches.run() }
            group.addTask { try await controller.run() }
        }
    }

    private func play(_ pod: Pod) async throws {
        let manner = manner.withLock { $0 }
        if manner == .silent { return }
        if pod.isBeingDeleted {
            try await api.deleteIfPresent(Pod.self, pod.name, in: pod.namespace, gracePeriodSeconds: 0, uid: pod.uid)
            return
        }
        let isReady = manner == .ready
        // What waited for a user ends when there is one, and the program begins.
        let runs = pod.waitedRuns.map { $0 + 1 } ?? 0
        var container = ContainerStatus(name: "runtime", image: "", imageID: "", ready: isReady, restartCount: runs)
        container.state = ContainerState(running: ContainerStateRunning())
        if case .crashing(let restarts) = manner {
            container.restartCount = restarts
            container.state = ContainerState(waiting: ContainerStateWaiting(message: "back-off", reason: "CrashLoopBackOff"))
        }
        var changed = pod
        var status = pod.status ?? PodStatus()
        status.conditions.removeAll { $0.type == "Ready" }
        status.conditions.append(PodCondition(type: "Ready", status: isReady ? "True" : "False"))
        status.containerStatuses = [container]
        (status.phase, status.podIP) = ("Running", "10.0.0.7")
        changed.status = status
        if changed == pod { return }
        do { _ = try await api.replaceStatus(changed) } catch let error as KubernetesError
            where error.isConflict || error.isNotFound
        {}
    }
}
