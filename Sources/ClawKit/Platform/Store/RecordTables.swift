import ClawBase

/// The rows of a store in memory, with their indexes: the state machine behind both stores of this library.
struct RecordTables: Sendable {
    /// What one commit did to one row, enough to undo it.
    struct Effect: Sendable {
        let kind: RecordKind
        let key: String
        let old: RecordRow?
        let new: RecordRow?
    }

    private(set) var version: UInt64 = 0
    private var tables: [String: RecordTable] = [:]

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
    mutating func apply(_ changes: [RecordChange]) throws(Finding) -> [Effect] {
        var effects: [Effect] = []
        version += 1
        do throws(Finding) {
            for change in changes {
                let effect = try effect(of: change)
                set(effect.kind, effect.key, from: effect.old, to: effect.new)
                effects.append(effect)
            }
        } catch {
            revert(effects)
            throw error
        }
        for kind in Set(changes.map(\.kind)) {
            while let row = tables[kind.description]?.nextToRetire(keeping: kind.retained) {
                set(kind, row.key, from: row, to: nil)
                effects.append(Effect(kind: kind, key: row.key, old: row, new: nil))
            }
        }
        return effects
    }

    /// Undoes the newest commit.
    mutating func revert(_ effects: [Effect]) {
        version -= 1
        for effect in effects.reversed() { set(effect.kind, effect.key, from: effect.new, to: effect.old) }
    }

    /// Takes over what was once committed, when a store is read back.
    mutating func restore(_ kind: RecordKind, _ key: String, _ row: RecordRow?, version: UInt64) {
        self.version = max(self.version, version)
        set(kind, key, from: self.row(kind, key), to: row)
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
            guard old == nil else {
                throw Finding(
                    .alreadyExists, "The \(kind) '\(key)' exists already; choose another name.", details: ["key": key])
            }
            new = row
        case .replace(let row, let expected):
            try check(kind, key, old, expected)
            new = row
        case .delete(_, _, let expected): try check(kind, key, old, expected)
        }
        if var row = new {
            if let (index, holder) = tables[kind.description]?.holder(ofAny: row.indexes, otherThan: key) {
                throw Finding(
                    .alreadyExists, "The \(kind) '\(holder)' already has this \(index.name); choose another.",
                    details: ["index": index.name, "key": holder])
            }
            row.version = version
            new = row
        }
        return Effect(kind: kind, key: key, old: old, new: new)
    }

    private func check(_ kind: RecordKind, _ key: String, _ old: RecordRow?, _ expected: UInt64?) throws(Finding) {
        guard let old else { throw Finding.noRecord(kind, key) }
        guard let expected, expected != old.version else { return }
        throw Finding(
            .stale, "The \(kind) '\(key)' was changed meanwhile; read it again and repeat the change.",
            details: ["key": key, "version": String(old.version)])
    }
}

extension RecordChange {
    package var kind: RecordKind {
        switch self {
        case .create(let row), .replace(let row, _): row.kind
        case .delete(let kind, _, _): kind
        }
    }

    package var key: String {
        switch self {
        case .create(let row), .replace(let row, _): row.key
        case .delete(_, let key, _): key
        }
    }
}

extension RecordFeed {
    func tell(_ effects: [RecordTables.Effect], _ version: UInt64) {
        for effect in effects { tell(effect.kind, effect.key, version: version) }
    }
}
