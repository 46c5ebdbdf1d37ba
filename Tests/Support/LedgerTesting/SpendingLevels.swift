import ClawBase
public import ClawLedger

/// Small limits at four levels, and calls of random size that are paid of them.
public struct SpendingLevels: Sendable {
    public let runtimes: [UsageLimit]
    public let users: [UsageLimit]
    public let project: UsageLimit
    public let tenant: UsageLimit
    public var all: [UsageLimit] { runtimes + users + [project, tenant] }

    /// - Parameter scale: how much more may be spent than by a few hundred calls.
    public init(scale: Int64 = 1) {
        runtimes = (0..<6).map {
            UsageLimit(UsageLimitID(.runtime, "r\($0)"), [.cost: 100_000 * scale, .inFlight: 3])
        }
        users = (0..<3).map {
            UsageLimit(UsageLimitID(.user, "u\($0)"), [.cost: 150_000 * scale, .requests: 500 * scale])
        }
        project = UsageLimit(UsageLimitID(.project, "p"), cost: NanoDollars(nanos: 350_000 * scale))
        tenant = UsageLimit(UsageLimitID(.tenant, "t"), [.cost: 300_000 * scale, .tokens: 100_000 * scale])
    }

    /// Reserves, and settles, gives back or forgets it.
    /// - Parameter settled: what was settled exactly.
    public func call(_ id: String, _ book: UsageBook, settled: (NanoDollars) -> Void = { _ in }) async {
        let levels = [
            runtimes[Int.random(in: 0..<runtimes.count)], users[Int.random(in: 0..<users.count)], project, tenant,
        ]
        let bound = SpendingBound(
            fixed: Amounts(cost: NanoDollars(nanos: .random(in: 1...1000)), requests: 1, inFlight: 1),
            nanosPerMillion: .random(in: 0...5_000_000), wanted: .random(in: 1...500), least: 1)
        let call = UsageCall(id: id, subject: UsageSubject(), model: "m")
        guard let reservation = try? await book.reserve(bound, from: levels, for: call) else {
            await Task.yield()
            return
        }
        if Int.random(in: 0..<4) == 0 { await Task.yield() }
        switch Int.random(in: 0..<4) {
        case 0: reservation.giveBack()
        case 1: break  // never settled
        default:
            let tokens = Int64.random(in: 0...reservation.tokens)
            let cost = bound.amounts(forTokens: tokens).cost
            reservation.settle(UsageTokens(output: tokens), cost: cost)
            settled(cost)
        }
    }

    /// At any moment: `spent + given ≤ limit`.
    /// - Throws: ``ShareRace/Failure``.
    public func check(_ inspection: ShareRace.Inspection) async throws {
        let known = Dictionary(all.map { ($0.id, $0.limits) }) { first, _ in first }
        for (account, sums) in try await inspection.sums() {
            for (unit, limit) in known[account.budget] ?? [:] {
                let (spent, given) = (sums.spent[unit], sums.outstanding[unit])
                guard spent + given <= limit else {
                    throw ShareRace.Failure(description: "\(account.budget) \(unit): \(spent) + \(given) of \(limit)")
                }
            }
        }
    }
}
