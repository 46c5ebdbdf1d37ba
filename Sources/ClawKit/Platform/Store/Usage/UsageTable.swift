import ClawBase

/// The ledger in memory, in order.
struct UsageTable: Sendable {
    private(set) var entries: [UsageEntry] = []
    private var ids: Set<String> = []

    /// - Throws: ``Finding`` (`E_EXISTS`, `E_INVALID`).
    mutating func append(_ entry: UsageEntry) throws(Finding) {
        try entry.check()
        guard ids.insert(entry.id).inserted else { throw .usageExists(entry.id) }
        let place = UsageQuery.Cursor(entry)
        // Nearly always the end.
        if entries.last.map({ UsageQuery.Cursor($0) < place }) ?? true {
            entries.append(entry)
        } else {
            entries.insert(entry, at: start(of: place))
        }
    }

    mutating func remove(_ entry: UsageEntry) {
        guard ids.remove(entry.id) != nil else { return }
        entries.remove(at: start(of: UsageQuery.Cursor(entry)))
    }

    /// The first place that does not come before.
    private func start(of place: UsageQuery.Cursor) -> Int {
        entries.partitioningIndex { !(UsageQuery.Cursor($0) < place) }
    }

    private func range(_ query: UsageQuery) -> Range<Int> {
        let start = query.from.map { from in entries.partitioningIndex { $0.at >= from } } ?? 0
        let end = query.until.map { until in entries.partitioningIndex { $0.at >= until } } ?? entries.count
        return start..<max(start, end)
    }

    func select(_ query: UsageQuery) -> [UsageEntry] {
        var range = range(query)
        if let after = query.after {
            if query.isDescending {
                range = range.clamped(to: 0..<start(of: after))
            } else {
                let next = entries.partitioningIndex { after < UsageQuery.Cursor($0) }
                range = range.clamped(to: next..<max(next, entries.count))
            }
        }
        var page: [UsageEntry] = []
        func take(_ indices: some Sequence<Int>) {
            for index in indices where query.selects(entries[index]) {
                if page.count == query.bound { return }
                page.append(entries[index])
            }
        }
        if query.isDescending { take(range.reversed()) } else { take(range) }
        return page
    }

    func total(_ query: UsageQuery) throws(Finding) -> UsageTotals {
        var sum = UsageSum()
        for entry in entries[range(query)] where query.selects(entry) { sum.add(entry) }
        return try sum.totals()
    }

    func totals(_ query: UsageQuery, by dimension: UsageDimension) throws(Finding) -> [UsageGroup] {
        var groups: [String?: UsageSum] = [:]
        for entry in entries[range(query)] where query.selects(entry) {
            groups[dimension.value(of: entry), default: UsageSum()].add(entry)
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
