import ClawBase
public import ClawLedger

/// Names one row.
public struct RecordKey: Sendable, Hashable {
    public let kind: RecordKind
    public let key: String
    public init(_ kind: RecordKind, _ key: String) { (self.kind, self.key) = (kind, key) }
}

/// The rows that a commit decides on.
public struct RecordRows: Sendable {
    private let found: [RecordKey: RecordRow]
    /// Of the ledger's rows that were asked for, the ids of those that are there.
    public let usage: Set<String>

    public init(_ rows: some Sequence<RecordRow>, usage: Set<String> = []) {
        found = Dictionary(rows.map { (RecordKey($0.kind, $0.key), $0) }) { _, last in last }
        self.usage = usage
    }

    public func row(_ kind: RecordKind, _ key: String) -> RecordRow? { found[RecordKey(kind, key)] }

    /// - Throws: ``Finding`` (`E_STORAGE`).
    public func get<R: StoredRecord>(_ type: R.Type = R.self, _ key: String) throws -> Versioned<R>? {
        try row(R.kind, key).map { row throws in try Versioned(row) }
    }

    /// - Throws: ``Finding`` (`E_NOT_FOUND`, `E_STORAGE`).
    public func require<R: StoredRecord>(_ type: R.Type = R.self, _ key: String) throws -> Versioned<R> {
        guard let found = try get(type, key) else { throw Finding.noRecord(R.kind, key) }
        return found
    }
}

/// What one commit writes.
public struct RecordWrites: Sendable, Hashable {
    public var changes: [RecordChange]
    /// What is appended to the ledger.
    public var usage: [UsageRow]

    public init(_ changes: [RecordChange] = [], usage: [UsageRow] = []) {
        (self.changes, self.usage) = (changes, usage)
    }

    public var isEmpty: Bool { changes.isEmpty && usage.isEmpty }
}

/// One change of a commit.
public enum RecordChange: Sendable, Hashable {
    /// A row that must not be there yet.
    case create(RecordRow)
    /// A row that must be there, with `version` where one is given.
    case replace(RecordRow, version: UInt64?)
    /// A row that must be there, with `version` where one is given.
    case delete(RecordKind, key: String, version: UInt64?)
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

    /// The row as it shall be.
    package var row: RecordRow? {
        switch self {
        case .create(let row), .replace(let row, _): row
        case .delete: nil
        }
    }
}
