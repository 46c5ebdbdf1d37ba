import ClawBase
import ClawLedger

/// The ledger in memory, in order.
struct UsageTable: Sendable {
    private(set) var rows: [UsageRow] = []
    private var ids: Set<String> = []
    /// How many are kept.
    private let longest: Int

    init(longest: Int) { self.longest = max(1, longest) }

    /// - Throws: ``Finding`` (`E_EXISTS`, `E_INVALID`).
    mutating func append(_ row: UsageRow) throws(Finding) {
        try row.check()
        guard ids.insert(row.id).inserted else { throw .usageExists(row.id) }
        let place = UsageQuery.Cursor(row)
        // Nearly always the end.
        if rows.last.map({ UsageQuery.Cursor($0) < place }) ?? true {
            rows.append(row)
        } else {
            rows.insert(row, at: start(of: place))
        }
    }

    /// Lets the oldest go where there are too many: many at once, for that takes a while.
    mutating func forgetOldest() {
        guard rows.count > longest + longest / 8 else { return }
        let old = rows.prefix(rows.count - longest)
        ids.subtract(old.map(\.id))
        rows.removeFirst(old.count)
    }

    func contains(_ id: String) -> Bool { ids.contains(id) }

    mutating func remove(_ row: UsageRow) {
        guard ids.remove(row.id) != nil else { return }
        rows.remove(at: start(of: UsageQuery.Cursor(row)))
    }

    /// The first place that does not come before.
    private func start(of place: UsageQuery.Cursor) -> Int {
        rows.partitioningIndex { !(UsageQuery.Cursor($0) < place) }
    }

    private func range(_ query: UsageQuery) -> Range<Int> {
        let start = query.from.map { from in rows.partitioningIndex { $0.at >= from } } ?? 0
        let end = query.until.map { until in rows.partitioningIndex { $0.at >= until } } ?? rows.count
        return start..<max(start, end)
    }

    func select(_ query: UsageQuery) -> [UsageRow] {
        var range = range(query)
        if let after = query.after {
            if query.isDescending {
                range = range.clamped(to: 0..<start(of: after))
            } else {
                let next = rows.partitioningIndex { after < UsageQuery.Cursor($0) }
                range = range.clamped(to: next..<max(next, rows.count))
            }
        }
        var page: [UsageRow] = []
        func take(_ indices: some Sequence<Int>) {
            for index in indices where query.selects(rows[index]) {
                if page.count == query.bound { return }
                page.append(rows[index])
            }
        }
        if query.isDescending { take(range.reversed()) } else { take(range) }
        return page
    }

    func total(_ query: UsageQuery) throws(Finding) -> UsageTotals {
        var sum = UsageSum()
        for row in rows[range(query)] where query.selects(row) { sum.add(row) }
        return try sum.totals()
    }

    func totals(_ query: UsageQuery, by dimension: UsageDimension) throws(Finding) -> [UsageGroup] {
        var groups: [String?: UsageSum] = [:]
        for row in rows[range(query)] where query.selects(row) {
            groups[dimension.value(of: row), default: UsageSum()].add(row)
        }
        let values = groups.keys.sorted { a, b in
            guard let b else { return false }
            return a.map { $0.utf8.lexicographicallyPrecedes(b.utf8) } ?? true
        }
        return try values.prefix(query.bound).map { value throws(Finding) in
            UsageGroup(value, try groups[value]?.totals() ?? UsageTotals())
        }
    }
}
