public import ClawBase
public import ClawDocuments
public import ClawLedger

/// What was spent of a limit in one period, and who holds shares of the rest.
public struct AccountSums: StoredRecord {
    public static let kind = RecordKind("usage-sums")

    public let account: UsageAccountID
    public var sums: ShareSums

    public init(_ account: UsageAccountID, _ sums: ShareSums = ShareSums()) {
        (self.account, self.sums) = (account, sums)
    }

    public var key: String { account.key }
    static let shareIndex = "share"
    static let lostIndex = "lost"
    public var indexes: [RecordIndex] {
        sums.shares.keys.sorted().map { RecordIndex(Self.shareIndex, $0) }
            + sums.lost.keys.sorted().map { RecordIndex(Self.lostIndex, $0) }
    }

    /// `{account, periodEnd?, spent: {…}, shares: [{holder, …}], lost: [{holder, …}]}`
    public var json: JSON {
        var object = JSONObject()
        object.set("account", account.key)
        object.set("periodEnd", account.period.end)
        object["spent"] = .object(sums.spent.object)
        if !sums.shares.isEmpty { object["shares"] = Self.json(sums.shares) }
        if !sums.lost.isEmpty { object["lost"] = Self.json(sums.lost) }
        return .object(object)
    }

    public init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        let end = try document.optionalTime("periodEnd")
        guard let account = UsageAccountID(key: try document.string("account"), end: end) else {
            throw document.damaged("account")
        }
        self.init(
            account,
            ShareSums(
                spent: Amounts(json: json["spent"]), shares: Self.amounts(json["shares"]),
                lost: Self.amounts(json["lost"])))
    }

    private static func json(_ amounts: [String: Amounts]) -> JSON {
        .array(
            amounts.sorted { $0.key < $1.key }.map { holder, amounts in
                var object = amounts.object
                object.set("holder", holder)
                return .object(object)
            })
    }

    private static func amounts(_ json: JSON?) -> [String: Amounts] {
        var all: [String: Amounts] = [:]
        for element in json?.array ?? [] { if let holder = element["holder"]?.string { all[holder] = Amounts(json: element) } }
        return all
    }
}

extension PlatformStore {
    /// What is known of a limit's periods, the latest last; those long over are forgotten, the ledger's rows stay.
    public func sums(of limit: UsageLimitID) async throws -> [AccountSums] {
        let start = "\(limit.key)@"
        var found: [AccountSums] = []
        var after = start
        while true {
            let page = try await list(AccountSums.self, after: after, limit: 100).map(\.record)
            found += page.prefix { $0.key.hasPrefix(start) }
            guard page.count == 100, let last = page.last?.key, last.hasPrefix(start) else { return found }
            after = last
        }
    }

    /// Holds an account against the ledger.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`; `E_STALE` where it changes too quickly to be looked at).
    public func reconcile(_ account: UsageAccountID) async throws -> Reconciliation {
        for _ in 0..<20 {
            let found = try await require(AccountSums.self, account.key)
            var (charged, after) = (Amounts.zero, UsageQuery.Cursor?.none)
            repeat {
                let page = try await usage(UsageQuery(account: account, after: after, limit: UsageQuery.maximumLimit))
                for charge in page.flatMap(\.charges) where charge.account == account { charged += charge.amounts }
                after = page.count == UsageQuery.maximumLimit ? page.last.map { UsageQuery.Cursor($0) } : nil
            } while after != nil
            guard try await require(AccountSums.self, account.key).version == found.version else { continue }
            return Reconciliation(sums: found.record, charged: charged)
        }
        throw Finding.staleRecord(AccountSums.kind, account.key, version: 0)
    }
}

/// An account beside the rows that it says it is the sum of.
public struct Reconciliation: Sendable, Hashable {
    public let sums: AccountSums
    /// The sum of what the ledger's rows charge it.
    public let charged: Amounts

    public var isExact: Bool { sums.sums.spent == charged }
}
