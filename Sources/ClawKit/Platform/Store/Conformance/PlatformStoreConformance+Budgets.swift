import ClawBase
import ClawLedger

extension PlatformStoreConformance {
    static func sampleBudget(
        _ scope: BudgetScope = .tenant("acme"), cost: Int64? = 100, tokens: Int64? = nil, window: BudgetWindow = .total
    ) throws -> Budget {
        try Budget(scope, limit: SpendingLimit(cost: cost, tokens: tokens), window: window, createdAt: noon)
    }

    private static func reserve(
        _ cost: Int64, tokens: Int64 = 0, from budgets: [Budget], id: String? = nil, at now: Timestamp = noon,
        _ store: any PlatformStore
    ) async throws -> Reservation {
        try await store.reserve(
            Spending(cost: cost, tokens: tokens), from: budgets.map(\.key), holder: "gateway", id: id,
            expiry: now + .seconds(60), at: now)
    }

    static let budgets: [PlatformStoreConformance] = [
        PlatformStoreConformance("what was reserved is spent or free again, and the ledger says what was spent") {
            store in
            let budget = try await store.create(try sampleBudget()).record
            let first = try await reserve(60, from: [budget], store)
            let finding = try await refused(.budget) { try await reserve(41, from: [budget], store) }
            try equal(finding.details["budget"], budget.key)
            try equal(finding.details["level"], "tenant")
            try equal(finding.details["limitCost"], "100")
            let second = try await reserve(40, from: [budget], store)
            try equal(
                try await store.reservations(of: "gateway").map(\.record.id).sorted(), [first.id, second.id].sorted())
            let charged = try await store.settle(first.id, [sampleUsage("a", cost: 25)], at: noon)
            try equal(charged, [sampleUsage("a", cost: 25, budgets: [budget.key])])
            try await store.release(second.id, at: noon)
            let found = try await store.require(Budget.self, budget.key).record
            try equal(found.spent, Spending(cost: 25, tokens: 13))
            try equal(found.reserved, .zero)
            try equal(found.left, SpendingLimit(cost: 75))
            try that(try await store.reconcile(budget.key).isExact, "the ledger's sum is not what was spent")
            try await refused(.notFound) { try await store.settle(first.id, [sampleUsage("b")], at: noon) }
            try equal(try await store.usage(UsageQuery()).count, 1)
        },
        PlatformStoreConformance("an amount is taken out of all budgets or of none") { store in
            let wide = try await store.create(try sampleBudget(.tenant("acme"), cost: 100)).record
            let narrow = try await store.create(try sampleBudget(.user("ada"), cost: nil, tokens: 10)).record
            let finding = try await refused(.budget) { try await reserve(1, tokens: 11, from: [wide, narrow], store) }
            try equal(finding.details["level"], "user")
            try equal(try await store.require(Budget.self, wide.key).record.reserved, .zero)
            _ = try await reserve(1, tokens: 10, from: [wide, narrow], store)
            try equal(try await store.require(Budget.self, wide.key).record.reserved, Spending(cost: 1, tokens: 10))
            try await refused(.notFound) {
                try await store.reserve(.zero, from: ["none#x"], holder: "g", expiry: noon, at: noon)
            }
            try await refused(.invalid) { try await reserve(-1, from: [wide], store) }
            let subject = UsageSubject(tenant: "acme", user: "ada")
            try equal(try await store.budgets(for: subject).map(\.record.scope.level), [.user, .tenant])
        },
        PlatformStoreConformance("a slice is spent piece by piece; more than was reserved only where that is allowed") {
            store in
            let budget = try await store.create(try sampleBudget(cost: 100, tokens: 1000)).record
            let slice = try await reserve(50, tokens: 500, from: [budget], store)
            func settle(_ id: String, _ cost: Int64, keeping rest: Spending, excess: Bool = false) async throws {
                try await store.settle(
                    slice.id, [sampleUsage(id, cost: cost)], keeping: rest, allowsExcess: excess, at: noon)
            }
            try await settle("a", 20, keeping: Spending(cost: 30, tokens: 400))
            try await refused(.overspent) { try await settle("b", 20, keeping: Spending(cost: 11, tokens: 0)) }
            try await refused(.overspent) { try await settle("b", -20, keeping: Spending(cost: 40, tokens: 0)) }
            try await refused(.invalid) { try await settle("b", 1, keeping: Spending(cost: -1, tokens: 0)) }
            try await refused(.alreadyExists) { try await settle("a", 1, keeping: Spending(cost: 1, tokens: 0)) }
            let held = try await store.require(Budget.self, budget.key).record
            try equal(held.reserved, Spending(cost: 30, tokens: 400))
            try that(try await store.reconcile(budget.key).isExact, "in the middle of a slice the sums differ")
            try await settle("c", 120, keeping: .zero, excess: true)
            let found = try await store.require(Budget.self, budget.key).record
            try equal(found.spent.cost, 140)
            try equal(found.reserved, .zero)
            try await refused(.budget) { try await reserve(1, from: [budget], store) }
            try that(try await store.reconcile(budget.key).isExact, "after an excess the sums differ")
        },
        PlatformStoreConformance(
            "a period that ends gives the budget free, keeps what is reserved, and has entries of its own"
        ) { store in
            let daily = try await store.create(try sampleBudget(cost: 100, window: try BudgetWindow(.day))).record
            let total = try await store.create(try sampleBudget(.user("ada"), cost: 1000)).record
            let (first, second) = (
                try await reserve(60, from: [daily, total], store), try await reserve(40, from: [daily, total], store)
            )
            try await store.settle(first.id, [sampleUsage("a", cost: 60)], at: noon)
            let tomorrow = noon + .seconds(86400)
            try await refused(.budget) { try await reserve(1, from: [daily], at: noon + .seconds(43199), store) }
            try await refused(.budget) { try await reserve(61, from: [daily], at: tomorrow, store) }
            let third = try await reserve(60, from: [daily, total], at: tomorrow, store)
            // Settled by a clock that is behind: it counts in the present period, and stands there.
            let late = try await store.settle(second.id, [sampleUsage("b", cost: 30)], at: noon)
            try equal(late.first?.at, noon + .seconds(43200))
            try await store.settle(third.id, [sampleUsage("c", at: 86400, cost: 10)], at: tomorrow)
            try equal(try await store.require(Budget.self, daily.key).record.spent.cost, 40)
            try equal(try await store.require(Budget.self, total.key).record.spent.cost, 100)
            for key in [daily.key, total.key] {
                try that(try await store.reconcile(key).isExact, "\(key): the sums differ after a period")
            }
        },
        PlatformStoreConformance(
            "whoever reserves, spends and gives up at once: no budget is overdrawn, and nothing is lost"
        ) { store in
            try await contend(for: [store])
        },
    ]

    /// Many reserve, spend, and are cancelled in the middle of it, on stores that share their data (as several
    /// processes have them): no budget is ever overdrawn, and in the end what was spent is the sum of the ledger, and
    /// what is reserved the sum of the reservations.
    /// - Throws: ``Failure``, or what a store throws.
    public static func contend(for stores: [any PlatformStore], tasks: Int = 12, rounds: Int = 12) async throws {
        guard let store = stores.first else { return }
        let limits: [(BudgetScope, Int64)] = [(.user("ada"), 400), (.project("demo"), 700), (.tenant("acme"), 900)]
        var keys: [String] = []
        for (scope, limit) in limits {
            keys.append(try await store.create(try sampleBudget(scope, cost: limit)).record.key)
        }
        let budgets = keys
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<tasks {
                let mine = stores[number % stores.count]
                group.addTask {
                    for round in 0..<rounds {
                        // One in five is given up somewhere on the way.
                        let isLost = Int.random(in: 0..<5) == 0
                        try await attempt(budgets, "\(number)-\(round)", mine, isLost: isLost)
                    }
                }
            }
            group.addTask {
                for _ in 0..<tasks {
                    for key in budgets {
                        let budget = try await stores[Int.random(in: 0..<stores.count)].require(Budget.self, key).record
                        let used = try budget.spent.plus(budget.reserved)
                        try that(budget.limit.allows(used), "\(key): \(used) of \(budget.limit)")
                    }
                }
            }
            try await group.waitForAll()
        }
        for key in budgets {
            let found = try await store.reconcile(key)
            try that(found.isExact, "\(key): \(found)")
            try that(
                found.budget.limit.allows(try found.budget.spent.plus(found.budget.reserved)), "\(key) is overdrawn")
        }
        for reservation in try await store.reservations(of: "gateway", limit: 10_000) {
            try await store.release(reservation.record.id, at: noon)
        }
        for key in budgets {
            let found = try await store.reconcile(key)
            try that(found.isExact && found.budget.reserved == .zero, "\(key): something leaked: \(found)")
        }
    }

    private static func attempt(
        _ budgets: [String], _ id: String, _ store: any PlatformStore, isLost: Bool
    ) async throws {
        let chosen = budgets.shuffled().prefix(Int.random(in: 1...budgets.count))
        let amount = Int64.random(in: 1...40)
        let work: @Sendable () async throws -> Void = {
            let reservation = try await store.reserve(
                Spending(cost: amount, tokens: 50), from: Array(chosen), holder: "gateway", id: id, expiry: noon,
                at: noon)
            let spent = Int64.random(in: 0...amount)
            let usage = sampleUsage(id, cost: spent)
            if Bool.random() {
                let rest = Spending(cost: amount - spent, tokens: 10)
                try await store.settle(reservation.id, [usage], keeping: rest, at: noon)
                try await store.release(reservation.id, at: noon)
            } else {
                try await store.settle(reservation.id, [usage], at: noon)
            }
        }
        do {
            guard isLost else { return try await work() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await work() }
                for _ in 0..<Int.random(in: 0..<4) { await Task.yield() }
                group.cancelAll()
                try await group.waitForAll()
            }
        } catch let finding as Finding where finding.code == .budget {
            // As it should be.
        } catch  where isLost {}
    }
}
