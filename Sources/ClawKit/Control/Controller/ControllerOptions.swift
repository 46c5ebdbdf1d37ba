public import ClawBase

extension Controller {
    public struct Options: Sendable {
        /// How many keys are worked on at once.
        public var concurrency = 8
        /// How many of them may be one tenant's; nil: all.
        public var concurrencyPerTenant: Int?
        /// Whose turn a key takes: tenants are served in turn, however much one of them asks for.
        public var tenant: @Sendable (ObjectKey) -> String = { $0.namespace }
        /// A reconcile that takes longer is cancelled, and fails.
        public var deadline: Duration = .seconds(60)
        /// After failures of one key.
        public var backoff = Backoff(initial: .milliseconds(50), cap: .seconds(60))
        /// How many reconciles may begin in a second.
        public var rateLimit: RateLimit?
        /// How long things must be quiet before what follows from changes is looked at; what somebody waits for
        /// (``Lane/user``) is looked at at once. Never longer than four times that.
        public var debounce: Duration = .zero
        /// How often every object is looked at although nothing changed; nil: never.
        public var resync: Duration?
        /// A reconcile is not asked for by what it wrote itself: it has seen the answers.
        public var ignoresOwnWrites = true
        /// Of how many keys the last reconciles are remembered, for ``Controller/explain(_:)``.
        public var rememberedKeys = 1_000

        public init() {}

        var limits: WorkQueueState<ObjectKey>.Limits {
            var limits = WorkQueueState<ObjectKey>.Limits()
            limits.concurrency = max(1, concurrency)
            limits.concurrencyPerTenant = concurrencyPerTenant.map { max(1, $0) } ?? .max
            limits.rate = rateLimit
            return limits
        }
    }
}
