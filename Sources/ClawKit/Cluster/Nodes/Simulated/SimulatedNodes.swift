public import ClawBase
public import ClawKubernetes
public import ClawModels
public import Logging

/// Nodes that only pretend, any number of them: pods bound to them live by rules given as values, without processes.
///
///     let nodes = SimulatedNodes(.init(count: 100) { pod in
///         pod.labels["app"] == "slow" ? PodBehavior(imagePull: .seconds(30)) : PodBehavior()
///     }, api: cluster.client, time: cluster.time)
///     group.addTask { try await nodes.run() }
///
/// One task moves all pods; a pod at rest costs nothing and writes nothing. Pods go through the same states as on a
/// kubelet: init containers, restarts with back-off, probes, grace periods, deletion. There are no logs and nothing to
/// exec into, and no Events are written.
public final class SimulatedNodes: Sendable {
    public struct Configuration: Sendable {
        public var count: Int
        /// Nodes are called `<prefix>-1` and so on.
        public var namePrefix = "simulated"
        /// What each node offers.
        public var capacity: [String: Quantity] = ["cpu": "32", "memory": "128Gi", "pods": "250"]
        /// Labels of the node with that place, from 0, besides its host name, system and architecture.
        public var labels: @Sendable (Int) -> [String: String] = { _ in [:] }
        public var behavior: @Sendable (Pod) -> PodBehavior

        /// - Parameter behavior: asked once for each pod. Without it pods that restart live for ever, and those that do
        ///   not (of Jobs) succeed at once.
        public init(count: Int = 1, behavior: @escaping @Sendable (Pod) -> PodBehavior = PodBehavior.natural) {
            (self.count, self.behavior) = (count, behavior)
        }
    }

    private let configuration: Configuration
    private let api: any KubernetesAPI
    private let time: any TimeSource
    private let logger: Logger
    private enum Message: Sendable {
        case pods(WatchEvent<Pod>)
        case lose(String)
        case recover(String)
    }
    private let inbox = Mailbox<Message>()

    public init(
        _ configuration: Configuration = Configuration(), api: some KubernetesAPI, time: some TimeSource = .system,
        logger: Logger = Logger(label: "clawkit.simulated-nodes")
    ) {
        (self.configuration, self.api, self.time, self.logger) = (configuration, api, time, logger)
    }

    /// Registers the nodes and moves their pods until cancelled.
    /// - Throws: ``KubernetesError`` where the cluster refuses the nodes; `CancellationError`.
    public func run() async throws {
        for (place, name) in names.enumerated() { try await register(name, place) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.watch() }
            group.addTask { try await self.simulate(self.names) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Cuts a node off from the cluster: its pods go on, and nobody hears of them. When it has been silent for long enough
    /// the cluster's node life cycle controller marks it, and evicts its pods after their patience.
    ///
    /// The node gets a Lease that is not renewed: only a node with a Lease is expected to be heard of.
    public func lose(_ name: String) async throws {
        inbox.post(.lose(name))
        let lease = Lease(
            metadata: ObjectMeta(name: name, namespace: NodeRegistration.leaseNamespace),
            spec: LeaseSpec(
                holderIdentity: name, leaseDurationSeconds: 40, renewTime: time.now.rfc3339(fractionDigits: 6)))
        do {
            _ = try await api.create(lease)
        } catch let error as KubernetesError where error.isAlreadyExists {
            // Lost before.
        }
    }

    /// Brings a lost node back: it catches up with what it has missed, and is ready again.
    public func recover(_ name: String) async throws {
        do {
            try await api.delete(Lease.self, name, in: NodeRegistration.leaseNamespace)
        } catch let error as KubernetesError where error.isNotFound {
            // Recovered before.
        }
        if let place = names.firstIndex(of: name) { try await register(name, place) }
        inbox.post(.recover(name))
    }

    private var names: [String] { (0..<configuration.count).map { "\(configuration.namePrefix)-\($0 + 1)" } }

    private func watch() async throws {
        let selection = Selection(fieldSelector: "spec.nodeName!=")
        for try await event in api.droppingManagedFields.watch(Pod.self, matching: selection, time: time) {
            inbox.post(.pods(event))
        }
    }

    private func simulate(_ names: [String]) async throws {
        var simulation = Simulation(nodes: names, policy: PodMachine.Policy(), behavior: configuration.behavior)
        let writer = SimulatedPodWriter(api: api, time: time, logger: logger)
        while true {
            let message = await inbox.next(until: simulation.nextDue, time)
            try Task.checkCancellation()
            let now = time.now
            var writes: [SimulatedPod.Write] = []
            var next = message
            while let event = next {
                switch event {
                case .pods(.snapshot(let pods)): writes += simulation.replace(with: pods, now: now)
                case .pods(.applied(let pod)): writes += simulation.see(pod, now: now)
                case .pods(.deleted(let pod)): writes += simulation.forget(pod, now: now)
                case .lose(let node): simulation.lose(node)
                case .recover(let node): writes += simulation.recover(node, now: now)
                }
                next = writes.count < 256 ? inbox.takeFirst() : nil
            }
            writes += simulation.advance(to: now)
            try await writer.perform(writes)
        }
    }

    private func register(_ name: String, _ place: Int) async throws {
        var labels = configuration.labels(place)
        labels["kubernetes.io/hostname"] = name
        labels["kubernetes.io/os"] = "linux"
        labels["kubernetes.io/arch"] = Machine.architecture
        labels[NodeRegistration.kindLabel] = "simulated"
        let found = try await api.find(Node.self, name)
        let new = Node(metadata: ObjectMeta(name: name, labels: labels))
        var node = if let found { found } else { try await api.create(new) }
        var status = node.status ?? NodeStatus()
        (status.capacity, status.allocatable) = (configuration.capacity, configuration.capacity)
        status.addresses = [NodeAddress(address: name, type: "Hostname")]
        if status.conditions.first(where: { $0.type == "Ready" })?.status != "True" {
            let now = time.now.rfc3339()
            status.conditions = [
                NodeCondition(
                    type: "Ready", status: "True", reason: "KubeletReady", message: "the node is simulated",
                    lastHeartbeatTime: now, lastTransitionTime: now)
            ]
        }
        guard status != node.status else { return }
        node.status = status
        _ = try await api.replaceStatus(node)
    }
}

extension PodBehavior {
    /// Lives for ever where it would be restarted, succeeds at once where it would not.
    @Sendable public static func natural(_ pod: Pod) -> PodBehavior {
        (pod.spec?.restartPolicy ?? "Always") == "Always" ? PodBehavior() : PodBehavior(life: .ends())
    }
}
