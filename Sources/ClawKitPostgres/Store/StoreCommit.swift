import ClawBase
import ClawDocuments
import ClawKitPostgres
import ClawPlatform

/// A commit worked out against the rows that are there, before any of it is written. Pure.
struct StoreCommit {
    /// What one of the rows is before and after.
    struct Touched {
        let kind: RecordKind
        /// As PostgreSQL keeps it.
        let key: String
        let wasThere: Bool
        var row: RecordRow?
        /// In the commit as it stands; nil: it is not there.
        var version: UInt64?
    }

    /// Where a row is, as PostgreSQL has it.
    struct Place: Hashable {
        let kind: String
        let key: String
    }

    /// A unique index value.
    struct Value: Hashable {
        let kind: String
        let name: String
        let value: String
    }

    private(set) var touched: [Touched] = []
    private var indices: [Place: Int] = [:]
    /// Who has each value, and what each has.
    private var holders: [Value: String] = [:]
    private var held: [Place: Set<Value>] = [:]

    /// - Parameters:
    ///   - versions: those of the rows that are there.
    ///   - holders: the keys that have unique index values now.
    /// - Throws: ``Finding`` as ``PlatformStore/commit(over:_:)``.
    init(_ changes: [RecordChange], versions: [Place: UInt64], holders: [Value: String]) throws(Finding) {
        for (value, key) in holders { give(value, to: Place(kind: value.kind, key: key)) }
        for change in changes { try apply(change, versions) }
    }

    private mutating func apply(_ change: RecordChange, _ versions: [Place: UInt64]) throws(Finding) {
        let kind = change.kind
        let place = Place(kind: kind.description, key: RecordText.encode(change.key))
        let index: Int
        if let known = indices[place] {
            index = known
        } else {
            let version = versions[place]
            touched.append(Touched(kind: kind, key: place.key, wasThere: version != nil, row: nil, version: version))
            index = touched.count - 1
            indices[place] = index
        }
        switch change {
        case .create(let row):
            guard touched[index].version == nil else { throw .exists(kind, change.key) }
            try hold(row, place)
            set(index, row)
        case .replace(let row, let expected):
            try Finding.check(kind, change.key, has: touched[index].version, expected: expected)
            release(place)
            try hold(row, place)
            set(index, row)
        case .delete(_, _, let expected):
            try Finding.check(kind, change.key, has: touched[index].version, expected: expected)
            release(place)
            set(index, nil)
        }
    }

    private mutating func set(_ index: Int, _ row: RecordRow?) {
        touched[index].row = row
        // What this commit wrote has a version that nobody can expect.
        touched[index].version = row == nil ? nil : .max
    }

    // MARK: unique values

    private mutating func give(_ value: Value, to place: Place) {
        holders[value] = place.key
        held[place, default: []].insert(value)
    }

    private mutating func release(_ place: Place) {
        for value in held.removeValue(forKey: place) ?? [] { holders[value] = nil }
    }

    private mutating func hold(_ row: RecordRow, _ place: Place) throws(Finding) {
        for index in row.indexes where index.isUnique {
            let value = Value(kind: place.kind, name: index.name, value: RecordText.encode(index.value))
            if let other = holders[value], other != place.key {
                throw .held(index.name, of: row.kind, by: RecordText.decode(other))
            }
            give(value, to: place)
        }
    }
}
