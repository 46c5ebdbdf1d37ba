public import ClawBase
public import ClawControl
public import Logging

/// The operator of rollouts: everything they need beside a cluster.
///
///     let transport = CurlTransport()
///     try await RolloutOperator(client, registry: RegistryClient(transport), logger: logger).run()
///
/// It makes the cluster serve the kind, then keeps every rollout as its spec says. What it writes carries the label
/// `app.kubernetes.io/managed-by` with the operator's name; in steady state it writes nothing.
public struct RolloutOperator: Sendable {
    public struct Options: Sendable {
        /// The name of its field manager, and the value of the label on all it makes.
        public var manager = "one-click-operator"
        /// Whether it writes the kind's definition; false where somebody else installs it.
        public var installsDefinition = true
        /// The names as field manager of an operator that this one is started in place of: its fields are taken over.
        /// One-Click's own is called `manager`, after its program.
        public var formerManagers: Set<String> = ["manager"]
        /// How many rollouts are worked on at once, and what else holds for them.
        public var controller = Controller.Options()
        public init() {}
    }

    private let api: any KubernetesAPI
    private let registry: RegistryClient?
    private let options: Options
    private let logger: Logger
    public let caches: SharedCaches
    /// That of the rollouts themselves: to ask for one, or to explain what was done and why.
    public let rollouts: Controller
    private let accounts: Controller
    private let images: Controller?

    /// - Parameter registry: where newer images are looked for; nil: nowhere, and what was chosen before stays.
    public init(
        _ api: some KubernetesAPI, registry: RegistryClient? = nil, time: some TimeSource = .system,
        options: Options = Options(), logger: Logger
    ) {
        (self.api, self.registry, self.options, self.logger) = (api, registry, options, logger)
        let caches = SharedCaches(api, time: time, logger: logger)
        self.caches = caches
        rollouts = Controller(
            managing: RolloutKind(), manager: options.manager, caches: caches, options: options.controller,
            logger: logger)
        accounts = AccountKeeper(api, caches: caches, manager: options.manager).controller(logger)
        images = registry.map { registry in
            let updater = ImageUpdater(api, registry, time: time, logger: logger)
            return Controller(
                for: Rollout.self, name: "rollout-images", when: .generationChanged || .annotationsChanged,
                caches: caches, logger: logger
            ) { rollout, _ in
                try await updater.update(rollout).map { .again(after: $0) } ?? .settled
            }
        }
    }

    /// Works until cancelled.
    /// - Throws: what installing the definition throws, what the watches cannot mend, `CancellationError`.
    public func run() async throws {
        if options.installsDefinition { try await install() }
        try await Takeover(api: api, manager: options.manager, former: options.formerManagers).run()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await caches.run() }
            for controller in [rollouts, accounts, images].compactMap(\.self) {
                group.addTask { try await controller.run() }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func install() async throws {
        do { try await Rollout.install(in: api) } catch let error as KubernetesError where error.isAlreadyExists {
            // Another one of us was quicker.
        }
    }
}
