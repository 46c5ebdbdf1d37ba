import ClawBase
import ClawControl
import ClawKubernetes
import ClawResources
import Logging

/// Keeps the quota ledger in step with what the cluster's objects say, however they came to say it.
struct QuotaKeeper: Sendable {
    private let ledger: QuotaLedger
    private let caches: SharedCaches
    private let time: any TimeSource
    private let logger: Logger

    init(_ store: any PlatformStore, _ caches: SharedCaches, _ time: any TimeSource, _ logger: Logger) {
        (ledger, self.caches, self.time, self.logger) = (QuotaLedger(store, time: time), caches, time, logger)
    }

    static func subject(_ project: String) -> String { "project/\(project)" }
    static func project(of subject: String) -> String { String(subject.dropFirst("project/".count)) }

    /// Runs until cancelled; shut down gracefully, until what is under way has ended.
    func run() async throws {
        let (ledger, time) = (ledger, time)
        let (projects, tenants) = (caches.cache(Project.self), caches.cache(Tenant.self))
        let claims = Controller("project-quotas", caches: caches, logger: logger) { key in
            let subject = Self.subject(key.name)
            let later: Timestamp?
            if let project = projects[key] {
                later = try await ledger.follow(project.spec.quota, for: subject, of: project.tenant)
            } else {
                later = try await ledger.drop(subject)
            }
            return later.map { .again(after: max(.seconds(1), $0 - time.now)) } ?? .settled
        }
        .reconciles(Project.self, when: .changed("spec"))
        let caps = Controller("tenant-quotas", caches: caches, logger: logger) { key in
            // Below what is used as well: whoever stored it was not asked, and nothing is added until it fits.
            try await ledger.setCap(tenants[key]?.spec.quota ?? [:], of: key.name, evenBelowUse: true)
            return .settled
        }
        .reconciles(Tenant.self, when: .changed("spec"))
        // Of projects that went while nobody looked no watch will tell.
        claims.ask(for: try await ledger.subjects().map { ObjectKey(name: Self.project(of: $0)) })
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await claims.run() }
            group.addTask { try await caps.run() }
        }
    }
}
