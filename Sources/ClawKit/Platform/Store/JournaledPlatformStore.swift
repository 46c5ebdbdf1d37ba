public import ClawBase
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
    /// - Throws: ``Finding`` (`E_STORAGE`), as ``Journal/open(directory:name:options:replay:)``.
    public init(directory: String, options: Journal.Options = Journal.Options()) throws {
        var tables = RecordTables()
        journal = try Journal.open(directory: directory, name: "platform", options: options) { entry in
            switch entry {
            case .snapshot(let bytes), .record(let bytes):
                for change in try JournaledCommit.decode(bytes) {
                    tables.restore(change.kind, change.key, change.row, version: change.version)
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
    public func commit(_ changes: [RecordChange]) async throws -> UInt64 {
        let (effects, version, position) = try tables.withLock { tables in
            let effects = try tables.apply(changes)
            do {
                let position = try journal.stage(JournaledCommit.encode(effects, version: tables.version))
                return (effects, tables.version, position)
            } catch {
                tables.revert(effects)
                throw error
            }
        }
        try await journal.commit(position)
        feed.tell(effects, version)
        // The commit is safe whether or not the log gets shorter; a failed compaction is tried again later.
        if journal.wantsCompaction { try? await compact() }
        return version
    }

    public func changes(of kind: RecordKind) -> RecordChanges { feed.changes(of: kind) }

    /// Replaces the log by a snapshot. Happens by itself once the log has grown large.
    public func compact() async throws {
        // The copy shares its memory with the tables until they change.
        guard
            let (compaction, copy) = tables.withLock({ tables in
                journal.beginCompaction().map { ($0, tables) }
            })
        else { return }
        let rows = copy.allRows
        try await compaction.finish(rows.lazy.map { JournaledCommit.encode($0) })
    }

    /// Brings everything to the disk and gives the directory free.
    public func close() throws { try journal.close() }
}
