public import ClawBase
public import ClawControl
public import Logging
public import ServiceLifecycle

/// The operator of rollouts: everything they need beside a cluster.
///
///     let transport = CurlTransport()
///     let program = RolloutOperator(client, registry: RegistryClient(transport), logger: logger)
///     try await ServiceGroup(services: [program], gracefulShutdownSignals: [.sigterm], logger: logger).run()
///
/// It makes the cluster serve the kind, then keeps every rollout as its spec says. What it writes carries the label
/// `app.kubernetes.io/managed-by` with the operator's name; in steady state it writes nothing.
public struct RolloutOperator: ServiceLifecycle.Service {
    public struct Options: Sendable {
        /// The name of its field manager, and the value of the label on all it makes.
        public var manager = "one-click-operator"
        /// Whether it writes the kind's definition; false where somebody else installs it.
        public var installsDefinition = true
        /// The names as field manager of an operator that this one is started in place of: its fields are taken over.
        /// One-Click's own is called `manager`, after its program.
        public var formerManagers: Set<String> = ["manager"]
        /// How many rollouts are worked on at once, and what else holds for them.
        ///
        /// What follows from a rollout's children is looked at once they have been quiet for 100 ms: a Deployment that
        /// comes up changes many times in a row.
        public var controller = Controller.Options()

        public init() { controller.debounce = .milliseconds(100) }
    }

    private let api: any KubernetesAPI
    private let options: Options
    /// Caches, controllers, events and health.
    public let manager: ControllerManager
    /// The controller of the rollouts themselves: to ask for one, or to explain what was done and why.
    public let rollouts: Controller

    /// - Parameters:
    ///   - registry: where newer images are looked for; nil: nowhere, and what was chosen before stays.
    ///   - election: who of several replicas works; nil: this is the only one.
    public init(
        _ api: some KubernetesAPI, registry: RegistryClient? = nil, election: LeaderElection? = nil,
        time: some TimeSource = .system, options: Options = Options(), logger: Logger
    ) {
        (self.api, self.options) = (api, options)
        let manager = ControllerManager(api, election: election, time: time, logger: logger)
        self.manager = manager
        rollouts = Controller(
            managing: RolloutKind(), manager: options.manager, caches: manager.caches, options: options.controller,
            events: manager.events(as: "\(Rollout.type.group)/\(Rollout.type.plural)"), logger: logger)
        let accounts = AccountKeeper(caches: manager.caches, manager: options.manager)
        manager.add(rollouts, accounts.controller(logger))
        if let registry {
            let updater = ImageUpdater(registry, time: time, logger: logger)
            manager.add(
                Controller(
                    for: Rollout.self, name: "rollout-images", when: .generationChanged || .annotationsChanged,
                    caches: manager.caches, logger: logger
                ) { rollout, context in
                    try await updater.update(rollout, context.api).map { .again(after: $0) } ?? .settled
                })
        }
    }

    public var caches: SharedCaches { manager.caches }

    /// Works until cancelled or shut down gracefully.
    /// - Throws: what installing the definition throws, what the watches cannot mend, `CancellationError`.
    public func run() async throws {
        if options.installsDefinition { try await Rollout.install(in: api, time: caches.time) }
        try await Takeover(api: api, manager: options.manager, former: options.formerManagers).run()
        try await manager.run()
    }
}
