public import ClawBase
public import ClawDocuments

/// A value type with a place in a ``PlatformStore``.
public protocol StoredRecord: Sendable, Hashable {
    static var kind: RecordKind { get }
    var key: String { get }
    var indexes: [RecordIndex] { get }
    var isRetirable: Bool { get }
    var json: JSON { get }
    /// - Throws: ``Finding`` (`E_STORAGE`) where a stored document lacks what the type needs.
    init(json: JSON) throws(Finding)
}

extension StoredRecord {
    public var indexes: [RecordIndex] { [] }
    public var isRetirable: Bool { false }

    var row: RecordRow {
        RecordRow(Self.kind, key, body: json, indexes: indexes, isRetirable: isRetirable)
    }
}

/// A record as it was read, with the version that a change of it names.
public struct Versioned<Record: StoredRecord>: Sendable, Hashable {
    public var record: Record
    public let version: UInt64

    public init(_ record: Record, version: UInt64) { (self.record, self.version) = (record, version) }

    init(_ row: RecordRow) throws(Finding) { self.init(try Record(json: row.body), version: row.version) }
}

extension PlatformStore {
    public func get<R: StoredRecord>(_ type: R.Type = R.self, _ key: String) async throws -> Versioned<R>? {
        try await row(R.kind, key).map { row throws(Finding) in try Versioned(row) }
    }

    /// Like ``get(_:_:)``, for what must be there.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`).
    public func require<R: StoredRecord>(_ type: R.Type = R.self, _ key: String) async throws -> Versioned<R> {
        guard let found = try await get(type, key) else { throw Finding.noRecord(R.kind, key) }
        return found
    }

    /// The record with a unique index value.
    public func find<R: StoredRecord>(
        _ type: R.Type = R.self, _ index: String, _ value: String
    ) async throws -> Versioned<R>? {
        try await rows(RecordQuery(R.kind, index: (index, value), limit: 1)).first
            .map { row throws(Finding) in try Versioned(row) }
    }

    /// A page of records in the order of their keys.
    public func list<R: StoredRecord>(
        _ type: R.Type = R.self, index: (name: String, value: String)? = nil, after: String? = nil, limit: Int = 1000,
        isDescending: Bool = false
    ) async throws -> [Versioned<R>] {
        try await rows(RecordQuery(R.kind, index: index, after: after, limit: limit, isDescending: isDescending))
            .map { row throws(Finding) in try Versioned(row) }
    }

    @discardableResult
    public func create<R: StoredRecord>(_ record: R) async throws -> Versioned<R> {
        Versioned(record, version: try await commit([.create(record.row)]))
    }

    /// Stores a changed record, if nobody changed it since it was read.
    /// - Throws: ``Finding`` (`E_STALE`).
    @discardableResult
    public func update<R: StoredRecord>(_ changed: Versioned<R>) async throws -> Versioned<R> {
        Versioned(
            changed.record, version: try await commit([.replace(changed.record.row, version: changed.version)]))
    }

    /// Reads, changes and stores a record, while nobody else can change it. Where the change changes nothing, nothing
    /// is written.
    /// - Parameter change: may be called again, on the record as somebody else has left it.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`), or what `change` throws.
    @discardableResult
    public func modify<R: StoredRecord>(
        _ type: R.Type = R.self, _ key: String, _ change: @escaping @Sendable (inout R) throws -> Void
    ) async throws -> Versioned<R> {
        let (changed, version) = try await commit(over: [RecordKey(R.kind, key)]) { rows in
            let found = try rows.require(type, key)
            var changed = found
            try change(&changed.record)
            return (RecordWrites(changed == found ? [] : [.replace(changed)]), changed)
        }
        return version == 0 ? changed : Versioned(changed.record, version: version)
    }

    public func delete<R: StoredRecord>(_ type: R.Type, _ key: String, version: UInt64? = nil) async throws {
        try await commit([.delete(R.kind, key: key, version: version)])
    }
}

extension RecordChange {
    /// For commits of several records.
    public static func create(_ record: some StoredRecord) -> RecordChange { .create(record.row) }
    public static func replace(_ changed: Versioned<some StoredRecord>) -> RecordChange {
        .replace(changed.record.row, version: changed.version)
    }
}
