public import ClawBase
public import ClawLedger
import ClawDocuments
import Synchronization

/// A store in memory whose commits are kept in a ``Journal``: one process, no database.
public final class JournaledPlatformStore: PlatformStore {
    private let journal: Journal
    private let tables: Mutex<RecordTables>
    private let feed = RecordFeed()

    /// What opening the journal found.
    public var recovery: Journal.Recovery { journal.recovery }

    /// Opens, or makes, the store in a directory.
    /// - Parameter rows: how many rows of the ledger are kept, in memory too; the oldest give way, the sums of limits stay.
    /// - Throws: ``Finding`` (`E_STORAGE`), as ``Journal/open(directory:name:options:replay:)``.
    public init(directory: String, rows: Int = 1_000_000, options: Journal.Options = Journal.Options()) throws {
        var tables = RecordTables(rows: rows)
        journal = try Journal.open(directory: directory, name: "platform", options: options) { entry in
            switch entry {
            case .snapshot(let bytes), .record(let bytes):
                for part in try JournaledCommit.decode(bytes) {
                    switch part {
                    case .change(let change):
                        tables.restore(change.kind, change.key, change.row, version: change.version)
                    case .usage(let row, let version): try tables.restore(row, version: version)
                    }
                }
            }
        }
        self.tables = Mutex(tables)
    }

    public func row(_ kind: RecordKind, _ key: String) async throws -> RecordRow? {
        tables.withLock { $0.row(kind, key) }
    }

    public func rows(_ query: RecordQuery) async throws -> [RecordRow] { tables.withLock { $0.rows(query) } }

    /// A commit that throws `E_STORAGE` may have been kept: then this process already shows it.
    public func commit<R: Sendable>(
        over keys: [RecordKey], usage ids: [String], _ decide: @escaping @Sendable (RecordRows) throws -> (RecordWrites, R)
    ) async throws -> (result: R, version: UInt64) {
        let (applied, result, version, position) = try tables.withLock { tables in
            let (applied, result) = try tables.apply(over: keys, usage: ids, decide)
            if applied.isEmpty { return (applied, result, UInt64(0), nil as Journal.Position?) }
            do {
                let position = try journal.stage(JournaledCommit.encode(applied, version: tables.version))
                tables.forgetOldest()
                return (applied, result, tables.version, position)
            } catch {
                tables.revert(applied)
                throw error
            }
        }
        guard let position else { return (result, version) }
        try await journal.commit(position)
        feed.tell(applied, version)
        // The commit is safe whether or not the log gets shorter; a failed compaction is tried again later.
        if journal.wantsCompaction { try? await compact() }
        return (result, version)
    }

    public func changes(of kind: RecordKind) -> RecordChanges { feed.changes(of: kind) }

    public func usage(_ query: UsageQuery) async throws -> [UsageRow] { tables.withLock { $0.usage.select(query) } }

    public func totals(_ query: UsageQuery, by dimension: UsageDimension) async throws -> [UsageGroup] {
        // The copy shares its memory with the tables: nobody waits for the sums.
        try tables.withLock { $0.usage }.totals(query, by: dimension)
    }

    public func total(_ query: UsageQuery) async throws -> UsageTotals { try tables.withLock { $0.usage }.total(query) }

    /// Replaces the log by a snapshot. Happens by itself once the log has grown large.
    public func compact() async throws {
        // The copy shares its memory with the tables until they change.
        guard
            let (compaction, copy) = tables.withLock({ tables in
                journal.beginCompaction().map { ($0, tables) }
            })
        else { return }
        let rows = copy.allRows.map(JournaledCommit.Part.init)
        let usage = copy.usage.rows.map { JournaledCommit.Part.usage($0, version: copy.version) }
        try await compaction.finish((rows + usage).lazy.map { JournaledCommit.encode([$0]) })
    }

    /// Brings everything to the disk and gives the directory free.
    public func close() throws { try journal.close() }
}
