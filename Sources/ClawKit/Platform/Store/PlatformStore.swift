import ClawBase
public import ClawDocuments

/// Keeps what does not belong into Kubernetes objects: users and their credentials, operations, the audit trail.
///
/// A store holds rows: a kind, a key unique in it, a JSON document, index values, and a version. It gives four
/// things and nothing else: reading by key, reading in order or by index, committing several changes at once
/// or not at all, and telling what has changed. Everything typed is built on these (``StoredRecord``).
///
/// Contract, which `PlatformStoreConformance` checks:
/// - Reads see every commit that has returned, in this process.
/// - ``commit(_:)`` is atomic and serial. Every commit has a version greater than all before it; the rows it
///   writes bear it. When it returns, it is as durable as the store promises.
/// - Who follows changes of a kind hears of every row that a commit touched, after its commit; or that something was
///   missed.
/// - Cancelling a task that commits leaves the outcome open, never half.
///
/// Implementations: ``MemoryPlatformStore``, ``JournaledPlatformStore``; PostgreSQL in ClawKitPostgres.
public protocol PlatformStore: Sendable {
    /// - Throws: ``Finding`` (`E_STORAGE`, `E_UNREACHABLE`).
    func row(_ kind: RecordKind, _ key: String) async throws -> RecordRow?

    /// The rows a query selects, in its order.
    /// - Throws: ``Finding`` (`E_STORAGE`, `E_UNREACHABLE`).
    func rows(_ query: RecordQuery) async throws -> [RecordRow]

    /// Applies all changes, in order, or none.
    ///
    /// Rows that are `isRetirable` are removed, oldest version first, as far as their kind keeps fewer.
    /// - Returns: the commit's version.
    /// - Throws: ``Finding``: `E_EXISTS` for a key, or for an index value (then `details` has `index`, and the
    ///   holder's `key`); `E_NOT_FOUND`; `E_STALE` where the row has another version than the change expects;
    ///   `E_STORAGE`.
    @discardableResult
    func commit(_ changes: [RecordChange]) async throws -> UInt64

    /// Which rows of a kind change from now on, by this process's commits and by those of others that share the store.
    func changes(of kind: RecordKind) -> RecordChanges
}

/// A kind of row.
public struct RecordKind: Sendable, Hashable, CustomStringConvertible {
    /// In messages, journals and tables: `user`, `operation`.
    public let description: String
    /// How many retirable rows are kept; nil for all.
    public let retained: Int?

    public init(_ name: String, retaining retained: Int? = nil) { (description, self.retained) = (name, retained) }

    public static func == (a: Self, b: Self) -> Bool { a.description == b.description }
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

/// One stored document.
public struct RecordRow: Sendable, Hashable {
    public let kind: RecordKind
    public let key: String
    /// The version of the commit that wrote it; 0 where it was not committed yet.
    public var version: UInt64
    public let body: JSON
    public let indexes: [RecordIndex]
    /// Whether the row may go once its kind has too many of such.
    public let isRetirable: Bool

    public init(
        _ kind: RecordKind, _ key: String, version: UInt64 = 0, body: JSON, indexes: [RecordIndex] = [],
        isRetirable: Bool = false
    ) {
        self.kind = kind
        self.key = key
        self.version = version
        self.body = body
        self.indexes = indexes
        self.isRetirable = isRetirable
    }
}

/// A value by which rows of a kind are found.
public struct RecordIndex: Sendable, Hashable {
    public let name: String
    public let value: String
    /// Whether only one row of the kind may have this value.
    public let isUnique: Bool

    public init(_ name: String, _ value: String, isUnique: Bool = false) {
        (self.name, self.value, self.isUnique) = (name, value, isUnique)
    }
}

/// Which rows of a kind, in the order of their keys (compared by their UTF-8 bytes).
public struct RecordQuery: Sendable, Hashable {
    public var kind: RecordKind
    /// Only rows with this index value.
    public var index: (name: String, value: String)? {
        get { indexName.map { ($0, indexValue) } }
        set { (indexName, indexValue) = (newValue?.name, newValue?.value ?? "") }
    }
    private var indexName: String?
    private var indexValue = ""
    /// Only rows whose key comes after this one, in the query's direction.
    public var after: String?
    public var limit: Int
    public var isDescending: Bool

    public init(
        _ kind: RecordKind, index: (name: String, value: String)? = nil, after: String? = nil, limit: Int = 1000,
        isDescending: Bool = false
    ) {
        self.kind = kind
        self.after = after
        self.limit = limit
        self.isDescending = isDescending
        self.index = index
    }
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
