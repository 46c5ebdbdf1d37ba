import ClawBase
public import ClawDocuments
public import ClawLedger

/// Keeps what does not belong into Kubernetes objects: users and their credentials, operations, the audit trail,
/// limits, and the ledger of what was used.
///
/// A store holds rows: a kind, a key unique in it, a JSON document, index values, and a version. It gives four
/// things: reading by key, reading in order or by index, committing several changes at once or not at all (decided,
/// where it matters, on rows that nobody else can change meanwhile), and telling what has changed. Everything typed is
/// built on these (``StoredRecord``). Beside the rows it keeps a ledger (``UsageLedger``), to which commits append.
///
/// Contract, which `PlatformStoreConformance` checks:
/// - Reads see every commit that has returned, in this process.
/// - Commits are atomic and serial. Every commit has a version greater than all before it; the rows it
///   writes bear it. When it returns, it is as durable as the store promises.
/// - Who follows changes of a kind hears of every row that a commit touched, after its commit; or that something was
///   missed. In the process that commits it is told before the commit returns.
/// - Cancelling a task that commits leaves the outcome open, never half.
///
/// Implementations: ``MemoryPlatformStore``, ``JournaledPlatformStore``; PostgreSQL in ClawKitPostgres.
public protocol PlatformStore: UsageLedger {
    /// - Throws: ``Finding`` (`E_STORAGE`, `E_UNREACHABLE`).
    func row(_ kind: RecordKind, _ key: String) async throws -> RecordRow?

    /// The rows a query selects, in its order.
    /// - Throws: ``Finding`` (`E_STORAGE`, `E_UNREACHABLE`).
    func rows(_ query: RecordQuery) async throws -> [RecordRow]

    /// Reads rows, decides on them what to write, and writes it, in order, all or nothing. From the reading to the end
    /// of the commit nobody else changes the rows that were read and found.
    ///
    /// Rows that are `isRetirable` are removed, oldest version first, as far as their kind keeps fewer.
    /// - Parameters:
    ///   - keys: the rows to decide on; none where nothing that is there matters.
    ///   - ids: rows of the ledger of which it matters whether they are there (``RecordRows/usage``).
    ///   - decide: pure and quick; may be called again, on newer rows. What it throws is thrown on, and nothing
    ///     written.
    /// - Returns: what was decided, and the commit's version: 0 where nothing was to be written.
    /// - Throws: ``Finding``: `E_EXISTS` for a key, or for an index value (then `details` has `index`, and the
    ///   holder's `key`), or for a row of the ledger; `E_NOT_FOUND`; `E_STALE` where the row has another version
    ///   than the change expects; `E_INVALID` for a row of the ledger that cannot be kept; `E_STORAGE`.
    func commit<R: Sendable>(
        over keys: [RecordKey], usage ids: [String], _ decide: @escaping @Sendable (RecordRows) throws -> (RecordWrites, R)
    ) async throws -> (result: R, version: UInt64)

    /// Which rows of a kind change from now on, by this process's commits and by those of others that share the store.
    func changes(of kind: RecordKind) -> RecordChanges
}

extension PlatformStore {
    /// Decides on rows of which none is the ledger's.
    /// - Throws: as ``commit(over:usage:_:)``.
    public func commit<R: Sendable>(
        over keys: [RecordKey], _ decide: @escaping @Sendable (RecordRows) throws -> (RecordWrites, R)
    ) async throws -> (result: R, version: UInt64) {
        try await commit(over: keys, usage: [], decide)
    }

    /// Applies all changes, in order, or none.
    /// - Returns: the commit's version.
    /// - Throws: as ``commit(over:usage:_:)``.
    @discardableResult
    public func commit(_ changes: [RecordChange], usage: [UsageRow] = []) async throws -> UInt64 {
        let writes = RecordWrites(changes, usage: usage)
        return try await commit(over: []) { _ in (writes, ()) }.version
    }
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
