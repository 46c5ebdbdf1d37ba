import ClawBase
public import ClawLedger
import Synchronization

/// A store that forgets everything with the process: for tests and short-lived platforms.
public final class MemoryPlatformStore: PlatformStore {
    private let tables: Mutex<RecordTables>
    private let feed = RecordFeed()

    /// - Parameter rows: how many rows of the ledger are kept; the oldest give way, the sums of limits stay.
    public init(rows: Int = 1_000_000) { tables = Mutex(RecordTables(rows: rows)) }

    public func row(_ kind: RecordKind, _ key: String) async throws -> RecordRow? {
        tables.withLock { $0.row(kind, key) }
    }

    public func rows(_ query: RecordQuery) async throws -> [RecordRow] { tables.withLock { $0.rows(query) } }

    public func commit<R: Sendable>(
        over keys: [RecordKey], usage ids: [String], _ decide: @escaping @Sendable (RecordRows) throws -> (RecordWrites, R)
    ) async throws -> (result: R, version: UInt64) {
        let (applied, result, version) = try tables.withLock { tables in
            let (applied, result) = try tables.apply(over: keys, usage: ids, decide)
            tables.forgetOldest()
            return (applied, result, applied.isEmpty ? 0 : tables.version)
        }
        feed.tell(applied, version)
        return (result, version)
    }

    public func changes(of kind: RecordKind) -> RecordChanges { feed.changes(of: kind) }

    public func usage(_ query: UsageQuery) async throws -> [UsageRow] { tables.withLock { $0.usage.select(query) } }

    public func totals(_ query: UsageQuery, by dimension: UsageDimension) async throws -> [UsageGroup] {
        // The copy shares its memory with the tables: nobody waits for the sums.
        try tables.withLock { $0.usage }.totals(query, by: dimension)
    }

    public func total(_ query: UsageQuery) async throws -> UsageTotals { try tables.withLock { $0.usage }.total(query) }
}
