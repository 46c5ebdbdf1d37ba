import ClawBase
import ClawKubernetes
import ClawModels
import Logging

/// The node's own object and its lease.
struct NodeRegistration: Sendable {
    let configuration: ProcessNodeConfiguration
    let api: any KubernetesAPI
    let time: any TimeSource
    let logger: Logger

    /// Marks nodes whose pods are processes.
    static let kindLabel = "clawkit.dev/node-kind"

    /// Creates the Node, or brings it up to date; tries until it succeeds or the task is cancelled.
    func register() async throws {
        var failures = 0
        while true {
            do {
                return try await registerOnce()
            } catch let error as KubernetesError where error.isForbidden || error.isUnauthorized || error.isInvalid {
                throw error
            } catch let error where !(error is CancellationError) {
                failures += 1
                if failures == 1 { logger.warning("the node is not registered yet", metadata: ["error": "\(error)"]) }
                try await time.sleep(for: Backoff.nodeRetry.delay(afterFailures: failures))
            }
        }
    }

    private func registerOnce() async throws {
        var node: Node
        if let found = try await api.find(Node.self, configuration.name) {
            node = found
        } else {
            node = try await api.create(Node(metadata: ObjectMeta(name: configuration.name, labels: labels)))
        }
        let missing = labels.filter { node.labels[$0.key] != $0.value }
        if !missing.isEmpty {
            node = try await api.edit(Node.self, configuration.name) { $0.labels.merge(labels) { $1 } }
        }
        try await writeStatus(&node, isReady: true)
    }

    /// Says that the node has stopped, where the API can still be told.
    func markStopped() async {
        _ = try? await time.withDeadline(.seconds(2), "the node's last status") {
            var node = try await self.api.get(Node.self, self.configuration.name)
            try await self.writeStatus(&node, isReady: false)
        }
    }

    private var labels: [String: String] {
        [
            "kubernetes.io/hostname": configuration.name, "kubernetes.io/os": Machine.operatingSystem,
            "kubernetes.io/arch": Machine.architecture, Self.kindLabel: "process",
        ].merging(configuration.labels) { $1 }
    }

    private func writeStatus(_ node: inout Node, isReady: Bool) async throws {
        var status = node.status ?? NodeStatus()
        let resources: [String: Quantity] = [
            "cpu": Quantity("\(HostFacts.processors)") ?? .zero,
            "memory": Quantity("\(HostFacts.memory / 1024)Ki") ?? .zero,
            "pods": Quantity("\(configuration.podCapacity)") ?? .zero,
        ]
        status.capacity = resources
        status.allocatable = resources
        status.addresses = [
            NodeAddress(address: PodMachine.address, type: "InternalIP"),
            NodeAddress(address: configuration.name, type: "Hostname"),
        ]
        status.nodeInfo = HostFacts.nodeInfo
        status.daemonEndpoints = configuration.endpointPort.map {
            NodeDaemonEndpoints(kubeletEndpoint: DaemonEndpoint(Port: $0))
        }
        status.conditions = [
            condition(
                "MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available", node),
            condition("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure", node),
            condition("PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available", node),
            condition(
                "Ready", isReady, isReady ? "KubeletReady" : "KubeletStopped",
                isReady ? "kubelet is posting ready status" : "the process node was stopped", node),
        ]
        guard status != node.status else { return }
        node.status = status
        node = try await api.replaceStatus(node)
    }

    private func condition(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String, _ node: Node)
        -> NodeCondition
    {
        let status = isTrue ? "True" : "False"
        let old = node.status?.conditions.first { $0.type == type }
        let hasChanged = old?.status != status
        let now = time.now.rfc3339()
        return NodeCondition(
            type: type, status: status, reason: reason, message: message,
            lastHeartbeatTime: hasChanged ? now : old?.lastHeartbeatTime ?? now,
            lastTransitionTime: hasChanged ? now : old?.lastTransitionTime ?? now)
    }

    // MARK: lease

    static let leaseNamespace = "kube-node-lease"

    /// Renews the node's lease until cancelled. A node at rest writes nothing else: conditions get no heartbeat.
    ///
    /// After a silence the cluster may hold the node for lost: then it says anew how it is, and some renewals later again,
    /// for who decides that may not have seen yet that the node is back.
    /// - Parameter onReturn: the pods' states are to be told anew, too.
    func keepLease(onReturn: @Sendable () -> Void) async throws {
        guard configuration.renewsLease else { return }
        var (last, owed) = (time.now, 0)
        while true {
            do {
                try await time.withDeadline(configuration.leaseRenewal, "renewing the node's lease") {
                    try await self.renew()
                }
                if time.now - last > configuration.leaseRenewal * 3 { owed = 3 }
                last = time.now
                if owed > 0 {
                    try await registerOnce()
                    owed -= 1
                    onReturn()
                }
            } catch let error where !(error is CancellationError) {
                logger.warning("the node's lease was not renewed", metadata: ["error": "\(error)"])
            }
            try await time.sleep(for: configuration.leaseRenewal)
        }
    }

    private func renew() async throws {
        let now = time.now.rfc3339(fractionDigits: 6)
        do {
            _ = try await api.mergePatch(
                Lease.self, configuration.name, in: Self.leaseNamespace,
                [
                    "spec": [
                        "renewTime": .string(now), "holderIdentity": .string(configuration.name),
                        "leaseDurationSeconds": 40,
                    ]
                ])
        } catch let error as KubernetesError where error.isNotFound {
            _ = try await api.create(
                Lease(
                    metadata: ObjectMeta(name: configuration.name, namespace: Self.leaseNamespace),
                    spec: LeaseSpec(holderIdentity: configuration.name, leaseDurationSeconds: 40, renewTime: now)))
        }
    }
}
