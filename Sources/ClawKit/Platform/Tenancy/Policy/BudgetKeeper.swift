import ClawBase
import ClawControl
import ClawKubernetes
import ClawLedger
import ClawResources
import Logging

/// Makes the budgets of policies limits that every gateway heeds, and takes them away with the policy.
struct BudgetKeeper: Sendable {
    private let store: any PlatformStore
    private let caches: SharedCaches
    private let logger: Logger

    init(_ store: any PlatformStore, _ caches: SharedCaches, _ logger: Logger) {
        (self.store, self.caches, self.logger) = (store, caches, logger)
    }

    /// Of the limits of a holder those that stand for a policy's budgets: of two layers with one holder both.
    static func names(of layer: PolicyLayer) -> String {
        if case .user(_, let project) = layer { return "policy-\(project)-" }
        return "policy-"
    }

    /// Runs until cancelled.
    func run() async throws {
        let policies = caches.cache(Policy.self)
        let controller = Controller("policy-budgets", caches: caches, logger: logger) { key in
            guard let layer = PolicyLayer(key.name) else { return .settled }
            var budgets: [String: [UsageUnit: Int64]] = [:]
            if let policy = policies[key], let rules = try? PolicyRules(policy.spec),
                case .budgets(let stated) = rules[.budgets]
            {
                budgets = stated
            }
            try await settle(layer, budgets)
            return .settled
        }
        .reconciles(Policy.self, when: .changed("spec"))
        // Of policies that went while nobody looked no watch will tell.
        controller.ask(for: try await layersWithLimits().map { ObjectKey(name: $0) })
        try await controller.run()
    }

    private func settle(_ layer: PolicyLayer, _ budgets: [String: [UsageUnit: Int64]]) async throws {
        let start = Self.names(of: layer)
        var wanted: [String: UsageLimit] = [:]
        for (window, amounts) in budgets {
            guard let parsed = UsageWindow(window) else { continue }
            let id = UsageLimitID(of: layer.holder, start + Self.word(window))
            wanted[id.key] = UsageLimit(id, amounts, per: parsed)
        }
        let present = try await store.limits(of: layer.holder).map(\.record).filter {
            $0.id.name.hasPrefix(start) && Self.layer(of: $0.id) == layer
        }
        for limit in present where wanted[limit.key] == nil {
            do {
                try await store.delete(UsageLimit.self, limit.key)
            } catch let finding as Finding where finding.code == .notFound {
                // Somebody else took it away.
            }
        }
        for limit in wanted.values where !present.contains(limit) { try await store.setLimit(limit) }
    }

    /// Limits' names have no `@` and no `/`.
    private static func word(_ window: String) -> String {
        String(window.map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }

    /// Whose budget a limit stands for; nil where it is none of a policy's.
    private static func layer(of limit: UsageLimitID) -> PolicyLayer? {
        guard limit.name.hasPrefix("policy-") else { return nil }
        switch limit.level {
        case .platform: return .platform
        case .tenant: return .tenant(limit.holder)
        case .project: return .project(limit.holder)
        case .user:
            // `policy-PROJECT-WINDOW`; a window has no '-'.
            let rest = limit.name.dropFirst("policy-".count)
            return rest.lastIndex(of: "-").map { .user(limit.holder, project: String(rest[..<$0])) }
        case .key, .runtime: return nil
        }
    }

    private func layersWithLimits() async throws -> Set<String> {
        var names: Set<String> = []
        var after: String?
        repeat {
            let page = try await store.list(UsageLimit.self, after: after)
            names.formUnion(page.compactMap { Self.layer(of: $0.record.id)?.description })
            after = page.count == 1000 ? page.last?.record.key : nil
        } while after != nil
        return names
    }
}
