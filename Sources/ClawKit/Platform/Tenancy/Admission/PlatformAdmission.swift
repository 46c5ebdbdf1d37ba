public import ClawBase
public import ClawControl
import ClawKubernetes
public import ClawResources

/// Refuses what the platform would not take before it is stored, whoever writes it: for admission webhooks.
///
///     let admission = PlatformAdmission(caches: caches, store: store) { RoutingContext(publicURL: url, domain: domain) }
///     AdmissionWebhook(for: Project.self) { request in
///         if let project = request.object {
///             try await admission.check(project, replacing: request.oldObject, isDryRun: request.isDryRun)
///         }
///         return []
///     }
///
/// The control plane's own writes pass through it as well, with what they have reserved.
public struct PlatformAdmission: Sendable {
    private let routes: RouteAdmission
    private let policies: PolicyReview
    private let ledger: QuotaLedger
    private let caches: SharedCaches

    /// - Parameter context: which addresses are the platform's own.
    public init(
        caches: SharedCaches, store: some PlatformStore, time: some TimeSource = .system,
        context: @escaping @Sendable () -> RoutingContext
    ) {
        self.caches = caches
        routes = RouteAdmission(caches: caches, time: time, context: context)
        policies = PolicyReview(caches)
        ledger = QuotaLedger(store, time: time, projects: caches.cache(Project.self))
    }

    /// Until the layers and addresses are known that others are compared with: before that, nobody is to be asked.
    public func waitUntilSynced() async throws {
        try await caches.cache(Policy.self).waitUntilSynced()
        try await caches.cache(Project.self).waitUntilSynced()
        try await caches.cache(Route.self).waitUntilSynced()
    }

    /// - Throws: ``Finding`` (`E_HOST_CONFLICT`) for an address that is another's.
    public func check(_ route: Route, replacing old: Route? = nil, isDryRun: Bool = false) throws(Finding) {
        try routes.check(route, replacing: old, isDryRun: isDryRun)
    }

    /// - Throws: ``Finding``: `E_POLICY_WIDENS` for what a layer above does not allow, with the rule; `E_POLICY_UNKNOWN`,
    ///   `E_POLICY_INVALID`.
    public func check(_ policy: Policy, replacing old: Policy? = nil) throws(Finding) {
        // What was stored while nobody could be asked may still be labelled and deleted.
        if let old, old.spec.document == policy.spec.document { return }
        if let finding = policies.finding(policy) { throw finding }
    }

    /// Reserves a project's quota in its tenant's; what becomes of it the ledger learns from the object.
    /// - Throws: ``Finding``: `E_QUOTA_TENANT` with resource, cap, used and asked in `details`; `E_ACTION_CONFLICT` while
    ///   another change of the same quota is under way.
    public func check(_ project: Project, replacing old: Project? = nil, isDryRun: Bool = false) async throws {
        if let old, old.tenant == project.tenant, old.spec.quota == project.spec.quota { return }
        try await ledger.check(isComplete: project.spec.quota, of: project.tenant)
        try await ledger.admit(
            project.spec.quota, for: QuotaKeeper.subject(project.name), of: project.tenant, isDryRun: isDryRun)
    }

    /// - Throws: ``Finding`` (`E_QUOTA_TENANT`) for a cap below what the tenant's projects have.
    public func check(_ tenant: Tenant, replacing old: Tenant? = nil) async throws {
        if let old, old.spec.quota == tenant.spec.quota { return }
        try await ledger.check(cap: tenant.spec.quota, of: tenant.name)
    }
}
