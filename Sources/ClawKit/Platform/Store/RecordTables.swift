import ClawBase
import ClawLedger

/// The rows of a store in memory, with their indexes: the state machine behind both stores of this library.
struct RecordTables: Sendable {
    /// What one commit did to one row, enough to undo it.
    struct Effect: Sendable {
        let kind: RecordKind
        let key: String
        let old: RecordRow?
        let new: RecordRow?
    }

    /// What one commit did.
    struct Applied: Sendable {
        var effects: [Effect] = []
        var usage: [UsageRow] = []
        var isEmpty: Bool { effects.isEmpty && usage.isEmpty }
    }

    private(set) var version: UInt64 = 0
    private(set) var usage: UsageTable
    private var tables: [String: RecordTable] = [:]

    /// - Parameter rows: how many rows of the ledger are kept.
    init(rows: Int) { usage = UsageTable(longest: rows) }

    // MARK: reading

    func row(_ kind: RecordKind, _ key: String) -> RecordRow? { tables[kind.description]?.rows[key] }

    /// Sorting is kept from one call to the next, hence mutating.
    mutating func rows(_ query: RecordQuery) -> [RecordRow] {
        tables[query.kind.description]?.select(query) ?? []
    }

    /// Every row, in the order in which they were written.
    var allRows: [RecordRow] {
        tables.values.flatMap(\.rows.values).sorted { ($0.version, $0.key) < ($1.version, $1.key) }
    }

    // MARK: changing

    /// Applies a commit, or throws and leaves everything as it was.
    mutating func apply(_ writes: RecordWrites) throws(Finding) -> Applied {
        if writes.isEmpty { return Applied() }
        var applied = Applied()
        version += 1
        do throws(Finding) {
            for change in writes.changes {
                let effect = try effect(of: change)
                set(effect.kind, effect.key, from: effect.old, to: effect.new)
                applied.effects.append(effect)
            }
            for row in writes.usage {
                try usage.append(row)
                applied.usage.append(row)
            }
        } catch {
            revert(applied)
            throw error
        }
        for kind in Set(writes.changes.map(\.kind)) {
            while let row = tables[kind.description]?.nextToRetire(keeping: kind.retained) {
                set(kind, row.key, from: row, to: nil)
                applied.effects.append(Effect(kind: kind, key: row.key, old: row, new: nil))
            }
        }
        return applied
    }

    /// Reads, decides and applies.
    mutating func apply<R>(
        over keys: [RecordKey], usage ids: [String], _ decide: (RecordRows) throws -> (RecordWrites, R)
    ) throws -> (Applied, R) {
        let there = Set(ids.filter { usage.contains($0) })
        let (writes, result) = try decide(RecordRows(keys.compactMap { row($0.kind, $0.key) }, usage: there))
        return (try apply(writes), result)
    }

    /// Undoes the newest commit.
    mutating func revert(_ applied: Applied) {
        version -= 1
        for effect in applied.effects.reversed() { set(effect.kind, effect.key, from: effect.new, to: effect.old) }
        for row in applied.usage { usage.remove(row) }
    }

    /// What an applied commit has made too many of in the ledger goes.
    mutating func forgetOldest() { usage.forgetOldest() }

    /// Takes over what was once committed, when a store is read back.
    mutating func restore(_ kind: RecordKind, _ key: String, _ row: RecordRow?, version: UInt64) {
        self.version = max(self.version, version)
        set(kind, key, from: self.row(kind, key), to: row)
    }

    /// Likewise for the ledger.
    mutating func restore(_ row: UsageRow, version: UInt64) throws(Finding) {
        self.version = max(self.version, version)
        try usage.append(row)
        usage.forgetOldest()
    }

    private mutating func set(_ kind: RecordKind, _ key: String, from old: RecordRow?, to new: RecordRow?) {
        tables[kind.description, default: RecordTable()].set(key, from: old, to: new)
    }

    private func effect(of change: RecordChange) throws(Finding) -> Effect {
        let (kind, key) = (change.kind, change.key)
        let old = row(kind, key)
        var new: RecordRow?
        switch change {
        case .create(let row):
            guard old == nil else { throw .exists(kind, key) }
            new = row
        case .replace(let row, let expected):
            try Finding.check(kind, key, has: old?.version, expected: expected)
            new = row
        case .delete(_, _, let expected): try Finding.check(kind, key, has: old?.version, expected: expected)
        }
        if var row = new {
            if let (index, holder) = tables[kind.description]?.holder(ofAny: row.indexes, otherThan: key) {
                throw .held(index.name, of: kind, by: holder)
            }
            row.version = version
            new = row
        }
        return Effect(kind: kind, key: key, old: old, new: new)
    }
}

extension RecordFeed {
    func tell(_ applied: RecordTables.Applied, _ version: UInt64) {
        for effect in applied.effects { tell(effect.kind, effect.key, version: version) }
    }
}
