import ClawBase
import ClawLedger

extension PlatformStoreConformance {
    private static let tenant = UsageLimit(UsageLimitID(.tenant, "acme", "total"), [.cost: 100, .tokens: 1000])
    private static let user = UsageLimit(UsageLimitID(.user, "ada", "day"), [.tokens: 10], per: .day(zone: "UTC"))

    private static func account(_ limit: UsageLimit) throws -> UsageAccountID {
        UsageAccountID(limit.id, try limit.window.period(at: noon))
    }

    private static func wish(_ limit: UsageLimit, cost: Int64 = 0, tokens: Int64 = 0) throws -> ShareWish {
        ShareWish(
            try account(limit), limits: limit.limits, wanted: Amounts(cost: NanoDollars(nanos: cost), tokens: tokens),
            spare: .zero)
    }

    private static func sums(_ limit: UsageLimit, _ store: any PlatformStore) async throws -> ShareSums {
        try await store.sums(of: limit.id).last?.sums ?? ShareSums()
    }

    static let limits: [PlatformStoreConformance] = [
        PlatformStoreConformance("limits are declared, found by whose they are, changed and taken away") { store in
            let declared = try await store.setLimit(tenant)
            try await store.setLimit(user)
            try equal(try await store.limits(of: .tenant("acme")).map(\.record), [tenant])
            try equal(try await store.limits(of: .user("ada")).map(\.record), [user])
            try equal(try await store.limits(of: .platform).count, 0)
            var less = tenant
            less.limits = [.requests: 7, .inFlight: 2]
            (less.window, less.softPercent) = (.every(seconds: 3600), 80)
            let changed = try await store.setLimit(less)
            try that(changed.version > declared.version, "the version did not grow")
            try equal(try await store.list(UsageLimit.self).map(\.record), [less, user])
            try await store.delete(UsageLimit.self, user.key)
            try equal(try await store.limits(of: .user("ada")).count, 0)
            for wrong in [
                UsageLimit(UsageLimitID(.user, ""), [.cost: 1]), UsageLimit(UsageLimitID(.user, "a", "x#y"), [.cost: 1]),
                UsageLimit(UsageLimitID(.user, "a"), [:]), UsageLimit(UsageLimitID(.user, "a"), [.cost: -1]),
                UsageLimit(UsageLimitID(.user, "a"), [.cost: 1], per: .day(zone: "Europe/Atlantis")),
            ] { try await refused(.invalid) { try await store.setLimit(wrong) } }
        },
        PlatformStoreConformance("shares are given up to the limit, settled with rows, and given back") { store in
            let shares = PlatformShares(store, time: VirtualTime())
            let first = try await shares.share([try wish(tenant, cost: 60), try wish(user, tokens: 8)], to: "g/1")
            try equal(first.map(\.given.cost.nanos), [60, 0])
            try equal(first.map(\.given.tokens), [0, 8])
            let second = try await shares.share([try wish(tenant, cost: 60), try wish(user, tokens: 8)], to: "h/1")
            try equal(second.map(\.given.cost.nanos), [40, 0])
            try equal(second.map(\.given.tokens), [0, 2])
            try equal(try await shares.share([try wish(tenant, cost: 1)], to: "g/1")[0].given, .zero)
            let row = sampleUsage(
                "call", cost: 25, charges: [UsageCharge(try account(tenant), Amounts(cost: NanoDollars(nanos: 25)))])
            let settlement = Settlement(
                rows: [row], returned: [try account(tenant): Amounts(cost: NanoDollars(nanos: 10))])
            _ = try await shares.settle(settlement, from: "g/1")
            // The answer was lost, and it is told again: a row counts once.
            _ = try await shares.settle(Settlement(rows: [row, row]), from: "g/1")
            let sums = try await sums(tenant, store)
            try equal(sums.spent.cost.nanos, 25)
            try equal(sums.shares["g/1"]?.cost.nanos, 25)
            try equal(try await store.usage(UsageQuery()), [row])
            try equal(try await shares.shares(of: "h/1").count, 2)
            try that(try await store.reconcile(try account(tenant)).isExact, "the rows are not the sum")
        },
        PlatformStoreConformance("a declared limit holds, whatever a process believes") { store in
            let shares = PlatformShares(store, time: VirtualTime())
            var declared = tenant
            declared.limits = [.cost: 30]
            try await store.setLimit(declared)
            try equal(try await shares.share([try wish(tenant, cost: 60)], to: "g/1")[0].given.cost.nanos, 30)
            declared.limits = [.cost: 50]
            try await store.setLimit(declared)
            try equal(try await shares.share([try wish(tenant, cost: 60)], to: "g/1")[0].given.cost.nanos, 20)
            declared.limits = [.cost: 10]
            try await store.setLimit(declared)
            try equal(try await shares.share([try wish(tenant, cost: 60)], to: "g/1")[0].given.cost.nanos, 0)
        },
        PlatformStoreConformance("what a lost process held counts as spent, until it is back") { store in
            let (time, account) = (VirtualTime(), try account(tenant))
            let (lost, next) = (PlatformShares(store, time: time), PlatformShares(store, time: time))
            _ = try await lost.share([try wish(tenant, cost: 60)], to: "g/1")
            _ = try await lost.share([try wish(tenant, cost: 5)], to: "h/1")
            try await next.takeOver("g/2")
            var found = try await sums(tenant, store)
            try equal(found.spent.cost.nanos, 60)
            try equal(found.outstanding.cost.nanos, 5)
            try that(try await store.reconcile(account).isExact, "no row says that it is spent")
            try equal(try await store.total(UsageQuery(meter: .model)).rows, 0)
            try equal(try await next.share([try wish(tenant, cost: 60)], to: "g/2")[0].given.cost.nanos, 35)
            // It was not dead after all, and tells what its call has used: that is no more than what it held.
            let row = sampleUsage(
                "call", cost: 20, charges: [UsageCharge(account, Amounts(cost: NanoDollars(nanos: 20)))])
            let settlement = Settlement(rows: [row], returned: [account: Amounts(cost: NanoDollars(nanos: 40))])
            try await refused(.sharesLost) { try await lost.settle(settlement, from: "g/1") }
            try equal(try await lost.shares(of: "g/1").first?.amounts.cost.nanos, 60)
            _ = try await lost.settle(settlement, from: "g/1")
            found = try await sums(tenant, store)
            try equal(found.spent.cost.nanos, 20)
            try equal(found.shares.keys.sorted(), ["g/2", "h/1"])
            try that(try await store.reconcile(account).isExact, "the rows are not the sum")
        },
    ]
}
