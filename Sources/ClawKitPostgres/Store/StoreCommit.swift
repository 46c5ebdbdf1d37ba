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

    struct Holder: Hashable {
        let kind: String
        let name: String
        let value: String
    }

    private(set) var touched: [Touched] = []
    private var places: [String: Int] = [:]
    private var holders: [Holder: String]

    /// - Parameters:
    ///   - versions: those of the rows that are there, by ``place(_:_:)``.
    ///   - holders: the keys that have unique index values now.
    /// - Throws: ``Finding`` as ``PlatformStore/commit(_:)``.
    init(_ changes: [RecordChange], versions: [String: UInt64], holders: [Holder: String]) throws(Finding) {
        self.holders = holders
        for change in changes { try apply(change, versions) }
    }

    static func place(_ kind: String, _ key: String) -> String { "\(kind)\u{0}\(key)" }

    private mutating func apply(_ change: RecordChange, _ versions: [String: UInt64]) throws(Finding) {
        let (kind, key) = (change.kind, RecordText.encode(change.key))
        let name = Self.place(kind.description, key)
        let index: Int
        if let known = places[name] {
            index = known
        } else {
            let version = versions[name]
            touched.append(Touched(kind: kind, key: key, wasThere: version != nil, row: nil, version: version))
            index = touched.count - 1
            places[name] = index
        }
        switch change {
        case .create(let row):
            guard touched[index].version == nil else { throw .exists(kind, change.key) }
            try hold(row, key)
            set(index, row)
        case .replace(let row, let expected):
            try check(kind, change.key, touched[index].version, expected)
            release(kind, key)
            try hold(row, key)
            set(index, row)
        case .delete(_, _, let expected):
            try check(kind, change.key, touched[index].version, expected)
            release(kind, key)
            set(index, nil)
        }
    }

    private mutating func set(_ index: Int, _ row: RecordRow?) {
        touched[index].row = row
        // What this commit wrote has a version that nobody can expect.
        touched[index].version = row == nil ? nil : .max
    }

    private func check(
        _ kind: RecordKind, _ key: String, _ present: UInt64?, _ expected: UInt64?
    ) throws(Finding) {
        guard let present else {
            throw Finding(.notFound, "There is no \(kind) '\(key.prefix(80))'; check the name.")
        }
        guard let expected, expected != present else { return }
        throw Finding(
            .stale, "The \(kind) '\(key.prefix(80))' was changed meanwhile; read it again and repeat the change.",
            details: ["key": key, "version": String(present)])
    }

    private mutating func release(_ kind: RecordKind, _ key: String) {
        for (holder, holding) in holders where holder.kind == kind.description && holding == key { holders[holder] = nil }
    }

    private mutating func hold(_ row: RecordRow, _ key: String) throws(Finding) {
        for index in row.indexes where index.isUnique {
            let holder = Holder(
                kind: row.kind.description, name: index.name, value: RecordText.encode(index.value))
            if let other = holders[holder], other != key {
                throw Finding(
                    .alreadyExists,
                    "The \(row.kind) '\(RecordText.decode(other).prefix(80))' already has this \(index.name); choose another.",
                    details: ["index": index.name, "key": RecordText.decode(other)])
            }
            holders[holder] = key
        }
    }
}

extension Finding {
    fileprivate static func exists(_ kind: RecordKind, _ key: String) -> Finding {
        Finding(
            .alreadyExists, "The \(kind) '\(key.prefix(80))' exists already; choose another name.",
            details: ["key": key])
    }
}

extension RecordChange {
    /// The row as it shall be.
    var row: RecordRow? {
        switch self {
        case .create(let row), .replace(let row, _): row
        case .delete: nil
        }
    }
}
