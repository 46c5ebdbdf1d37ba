import ClawBase
public import ClawLedger
import Synchronization

/// Calls of random size at once, through several books on one store that fails now and then, against small limits at
/// four levels: what every ``ShareStore`` must come through.
public struct ShareRace: Sendable {
    public struct Failure: Error, CustomStringConvertible { public let description: String }

    /// What a store shows of itself, between calls.
    public struct Inspection: Sendable {
        public var sums: @Sendable () async throws -> [(account: UsageAccountID, sums: ShareSums)]
        public var rows: @Sendable () async throws -> [UsageRow]

        public init(
            sums: @escaping @Sendable () async throws -> [(account: UsageAccountID, sums: ShareSums)],
            rows: @escaping @Sendable () async throws -> [UsageRow]
        ) { (self.sums, self.rows) = (sums, rows) }
    }

    public var workers = 30
    public var callsEach = 100
    /// Of a hundred asks of the store.
    public var failures = 0
    /// Whether processes are taken for lost now and then, though they live.
    public var losesHolders = false
    private let levels = SpendingLevels()

    public init() {}

    /// - Parameter stores: one for each book; of several processes, if that is how they share what they keep.
    /// - Throws: ``Failure`` where a promise is broken; what a store throws.
    public func run(_ stores: [any ShareStore], _ inspection: Inspection) async throws {
        let time = VirtualTime()
        let flaky = stores.map { FlakyShareStore($0, failures: failures) }
        let books = flaky.enumerated().map { UsageBook(store: $0.element, holder: "gateway-\($0.offset)", time: time) }
        let sum = Sum()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    for index in 0..<callsEach {
                        let book = books[worker % books.count]
                        await levels.call("\(worker)-\(index)", book) { sum.add($0) }
                        if index % 10 == 0 { try? await book.flush() }
                        if losesHolders, Int.random(in: 0..<40) == 0 {
                            let number = Int.random(in: 0..<stores.count)
                            try await stores[number].takeOver("gateway-\((number + 1) % stores.count)/other")
                        }
                        if index % 5 == 0 { try await levels.check(inspection) }
                    }
                }
            }
            try await group.waitForAll()
        }
        for store in flaky { store.mend() }
        // The first word of one who was taken for lost is refused; what is told then goes in pieces.
        for book in books { for _ in 0..<200 { if (try? await book.flush(all: true)) != nil, book.isSettled { break } } }
        try await levels.check(inspection)
        let rows = try await inspection.rows()
        for (account, sums) in try await inspection.sums() {
            try that(sums.outstanding.isZero, "given out for nothing: \(account) \(sums)")
            try that(sums.lost.isEmpty, "still taken for lost: \(account) \(sums)")
            var charged = Amounts.zero
            for charge in rows.flatMap(\.charges) where charge.account == account { charged += charge.amounts }
            try that(charged == sums.spent, "the rows are not the sum: \(account): \(charged) and \(sums.spent)")
        }
        try that(Set(rows.map(\.id)).count == rows.count, "a row is there twice")
        let exact = rows.filter { $0.settlement == .exact }.reduce(NanoDollars.zero) { $0 + $1.cost }
        try that(exact == sum.value, "settled \(sum.value), written \(exact)")
        // The limits were small enough to be used up.
        try that(rows.count > 50, "only \(rows.count) calls were made")
    }

    private final class Sum: Sendable {
        private let state = Mutex(NanoDollars.zero)
        func add(_ cost: NanoDollars) { state.withLock { $0 += cost } }
        var value: NanoDollars { state.withLock { $0 } }
    }

    private func that(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        if !condition { throw Failure(description: message()) }
    }
}

/// Fails now and then, before it has done anything or after.
private final class FlakyShareStore: ShareStore {
    private let base: any ShareStore
    private let odds: Mutex<Int>

    init(_ base: any ShareStore, failures percent: Int) {
        self.base = base
        odds = Mutex(percent)
    }

    func mend() { odds.withLock { $0 = 0 } }

    func share(_ wishes: [ShareWish], to holder: String) async throws -> [ShareGrant] {
        try fail()
        let answer = try await base.share(wishes, to: holder)
        try fail()
        return answer
    }

    func settle(_ settlement: Settlement, from holder: String) async throws -> [ShareGrant] {
        try fail()
        let answer = try await base.settle(settlement, from: holder)
        try fail()
        return answer
    }

    func shares(of holder: String) async throws -> [(account: UsageAccountID, amounts: Amounts)] {
        try fail()
        return try await base.shares(of: holder)
    }

    func takeOver(_ holder: String) async throws {
        try fail()
        try await base.takeOver(holder)
    }

    private func fail() throws {
        if Int.random(in: 0..<100) < odds.withLock({ $0 }) { throw Finding(.storage, "The store cannot be reached.") }
    }
}
