import ClawControl
import ClawModels
import ClawResources

/// Finds runtimes' pods by whose they are: one that was made for a runtime has its name, one from a pool keeps its own.
struct RuntimePodIndex: Sendable {
    private let pods: ObjectCache<Pod>
    private let byRuntime: ObjectIndex<Pod, ObjectKey>

    init(_ caches: SharedCaches) {
        pods = caches.cache(Pod.self)
        byRuntime = pods.index { pod in Self.runtime(of: pod).map { [$0] } ?? [] }
    }

    /// Whose pod it is, its own or its sandbox's.
    static func runtime(of pod: Pod) -> ObjectKey? {
        Runtime.owner(of: pod).map { ObjectKey(namespace: pod.namespace ?? "", name: $0.name) }
    }

    /// Whom a change of a pod concerns: also a runtime whose name is taken by it.
    static func concerned(by pod: Pod) -> [ObjectKey] {
        if let runtime = runtime(of: pod) { return [runtime] }
        if let filled = pod.labels[VolumeCopy.fillLabel] { return [ObjectKey(namespace: pod.namespace ?? "", name: filled)] }
        return pod.metadata.controllerReference?.kind == RuntimePool.type.kind ? [] : [ObjectKey(pod)]
    }

    /// Those that a runtime controls, by its uid, the one that counts first; more than one only where two were claimed for it.
    func own(_ runtime: RuntimeCellID) -> [Pod] {
        byRuntime[runtime.key].filter { $0.metadata.controllerReference?.uid == runtime.uid }
            .sorted { Self.rank($0) < Self.rank($1) }
    }

    /// The one that is the runtime's, itself or by its sandbox.
    func serving(_ runtime: RuntimeCellID) -> Pod? {
        byRuntime[runtime.key].filter { Runtime.owner(of: $0)?.uid == runtime.uid }.min { Self.rank($0) < Self.rank($1) }
    }

    func controlled(by uid: String) -> [Pod] { pods.controlled(by: uid) }

    /// The runtime's own; else one of an earlier runtime of the name, or one that has its name.
    func find(_ runtime: RuntimeCellID) -> Pod? {
        own(runtime).first ?? byRuntime[runtime.key].first ?? pods[runtime.key]
    }

    /// Whoever looks comes to the same one.
    private static func rank(_ pod: Pod) -> (Int, String, String) {
        (pod.isBeingDeleted ? 1 : 0, pod.metadata.creationTimestamp ?? "", pod.name)
    }
}

extension RuntimeCellID {
    var key: ObjectKey { ObjectKey(namespace: project, name: name) }

    init(_ runtime: Runtime) {
        self.init(project: runtime.namespace ?? "", name: runtime.name, uid: runtime.uid ?? "")
    }
}

extension Node {
    /// The cluster has not heard of it for so long that it does not know what it does, or somebody says that it is off.
    fileprivate var isUnheardOf: Bool { status?.conditions.contains { $0.type == "Ready" && $0.status == "Unknown" } ?? false }
    var isLost: Bool {
        isUnheardOf || spec?.taints.contains { $0.key == "node.kubernetes.io/out-of-service" } ?? false
    }
}

extension Pod {
    /// What waited for a user in the program's place was ready too: the program is what runs after that.
    var isReady: Bool {
        guard status?.conditions.contains(where: { $0.type == "Ready" && $0.status == "True" }) ?? false else { return false }
        return waitedRuns.map { runs > $0 } ?? true
    }

    /// How often its program's container was started anew.
    var runs: Int { status?.containerStatuses.first { $0.name == RuntimeCell.container }?.restartCount ?? 0 }

    /// Which of these runs waited in the program's place when the pod became a runtime's; nil: none did.
    var waitedRuns: Int? { annotations[PoolMember.waitedAnnotation].flatMap { Int($0) } }

    /// The name of the runtime whose pod it is.
    var runtimeName: String { RuntimePodIndex.runtime(of: self)?.name ?? name }
}
