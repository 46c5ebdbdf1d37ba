import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Notices nodes that are no longer heard of, and keeps away from nodes in trouble what does not tolerate that.
///
/// Only a node with a Lease is expected to be heard of: one that somebody made by hand, or that is simulated, stays as
/// it says it is. Pods leave a lost node when their tolerations run out, counted from its turn (see ``ZoneHealth``).
/// <https://kubernetes.io/docs/concepts/architecture/nodes/#node-status>
struct NodeLifecycleController: Sendable {
    private static let leases = "kube-node-lease"
    /// Without a renewal for so long the state of a node is unknown.
    static let patience = Duration.seconds(50)

    private let client: KubernetesClient
    private let nodes: ObjectCache<Node>
    private let leases: ObjectCache<Lease>
    private let pods: ObjectIndex<Pod, String>
    private let renewals = LeaseRenewals()
    private let zones = ZoneHealth()
    private let events: ControllerEvents
    private let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches, _ lookups: PodLookups) {
        self.client = client
        time = caches.time
        nodes = caches.cache(Node.self)
        leases = caches.cache(Lease.self)
        pods = lookups.byNode
        events = ControllerEvents(client, "node-controller", time: caches.time)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        let controller = Controller("node-lifecycle", caches: caches, logger: logger) { key in
            guard let node = nodes[key], !node.isBeingDeleted else {
                renewals.forget(key.name)
                return .settled
            }
            do {
                return try await reconcile(node)
            } catch let error as KubernetesError where error.isConflict || error.isNotFound {
                return .again(after: .milliseconds(20))
            }
        }
        .reconciles(Node.self)
        .watches(Pod.self) { _ in [] }
        .watches(Lease.self) { _ in [] }
        nodes.onChange { [weak controller] change in
            guard zones.didChange(from: change.old, to: change.new) else { return }
            let unwell = nodes.all.filter { $0.readiness != nil && $0.readiness != "True" }
            controller?.ask(for: unwell.map { ObjectKey($0) })
        }
        leases.onChange { [weak controller] change in
            // A renewal of a node that is well asks for nothing: its look is due anyway.
            guard let lease = change.object, lease.namespace == Self.leases else { return }
            if let renewal = change.new?.spec?.renewTime { _ = renewals.age(of: renewal, lease.name, now: time.now) }
            let isKnown = change.old != nil && change.new != nil && nodes.get(lease.name)?.readiness == "True"
            if !isKnown { controller?.ask(for: ObjectKey(name: lease.name)) }
        }
        return controller
    }

    private func reconcile(_ node: Node) async throws -> Reconciled {
        let now = time.now
        let silence = silence(of: node, now)
        if let silence, silence >= Self.patience, node.readiness != "Unknown" {
            try await forget(node, now)
            // The change asks again.
            return .settled
        }
        let turn = node.isUnwell && !node.isDrivenFrom ? zones.turn(of: node, now: now) : .now
        if try await taint(node, turn == .now && !zones.isEverythingLost, now) { return .settled }
        if node.isUnwell { try await markPods(of: node, now) }
        if case .after(let wait) = turn { return .again(after: wait) }
        return silence.map { .again(after: max(.seconds(1), Self.patience - $0)) } ?? .settled
    }

    /// How long nothing was heard; nil where nothing is expected.
    private func silence(of node: Node, _ now: Timestamp) -> Duration? {
        guard let lease = leases.get(node.name, in: Self.leases) else { return nil }
        return renewals.age(of: lease.spec?.renewTime ?? "", node.name, now: now)
    }

    private func forget(_ node: Node, _ now: Timestamp) async throws {
        var changed = node
        var status = node.status ?? NodeStatus()
        for type in ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] {
            let old = status.conditions.first { $0.type == type }
            status.conditions.removeAll { $0.type == type }
            status.conditions.append(
                NodeCondition(
                    type: type, status: "Unknown", reason: old == nil ? "NodeStatusNeverUpdated" : "NodeStatusUnknown",
                    message: old == nil ? "Kubelet never posted node status." : "Kubelet stopped posting node status.",
                    lastHeartbeatTime: old?.lastHeartbeatTime ?? node.metadata.creationTimestamp,
                    lastTransitionTime: now.rfc3339()))
        }
        changed.status = status
        _ = try await client.replaceStatus(changed)
        await events.normal("NodeNotReady", "Node \(node.name) status is now: NodeNotReady", on: node)
    }

    // MARK: taints

    /// - Parameter drivesAway: whether pods that do not tolerate its state are to leave the node.
    /// - Returns: whether the node was changed.
    private func taint(_ node: Node, _ drivesAway: Bool, _ now: Timestamp) async throws -> Bool {
        let old = node.spec?.taints ?? []
        var taints = old
        func want(_ key: String, _ effect: String, _ isWanted: Bool) {
            let name = "node.kubernetes.io/\(key)"
            let isThere = taints.contains { $0.key == name && $0.effect == effect }
            if isWanted, !isThere {
                taints.append(
                    Taint(key: name, effect: effect, timeAdded: effect == "NoExecute" ? now.rfc3339() : nil))
            }
            if !isWanted, isThere { taints.removeAll { $0.key == name && $0.effect == effect } }
        }
        // A node that has said nothing yet is tainted by the server.
        if let readiness = node.readiness {
            for (effect, holds) in [("NoSchedule", true), ("NoExecute", drivesAway)] {
                want("not-ready", effect, holds && readiness == "False")
                want("unreachable", effect, holds && readiness == "Unknown")
            }
        }
        for (type, key) in [
            ("MemoryPressure", "memory-pressure"), ("DiskPressure", "disk-pressure"), ("PIDPressure", "pid-pressure"),
            ("NetworkUnavailable", "network-unavailable"),
        ] {
            want(key, "NoSchedule", node.status?.conditions.contains { $0.type == type && $0.status == "True" } ?? false)
        }
        want("unschedulable", "NoSchedule", node.spec?.unschedulable == true)
        guard taints != old else { return false }
        var changed = node
        var spec = node.spec ?? NodeSpec()
        spec.taints = taints
        changed.spec = spec
        _ = try await client.replace(changed)
        return true
    }

    /// Pods on a node that is not well are not ready, whatever they last said.
    private func markPods(of node: Node, _ now: Timestamp) async throws {
        for pod in pods[node.name] where pod.isReady {
            var changed = pod
            var status = pod.status ?? PodStatus()
            guard let place = status.conditions.firstIndex(where: { $0.type == "Ready" }) else { continue }
            status.conditions[place].status = "False"
            status.conditions[place].lastTransitionTime = now.rfc3339()
            changed.status = status
            _ = try await client.replaceStatus(changed)
            await events.warning("NodeNotReady", "Node is not ready", on: pod)
        }
    }
}

extension Node {
    fileprivate var isUnwell: Bool { readiness.map { $0 != "True" } ?? false }

    /// Whether its turn has come before.
    fileprivate var isDrivenFrom: Bool {
        (spec?.taints ?? []).contains {
            $0.effect == "NoExecute"
                && ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].contains($0.key)
        }
    }
}
