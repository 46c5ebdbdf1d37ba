import ClawBase
import Synchronization

/// A store that forgets everything with the process: for tests and short-lived platforms.
public final class MemoryPlatformStore: PlatformStore {
    private let tables = Mutex(RecordTables())
    private let feed = RecordFeed()

    public init() {}

    public func row(_ kind: RecordKind, _ key: String) async throws -> RecordRow? {
        tables.withLock { $0.row(kind, key) }
    }

    public func rows(_ query: RecordQuery) async throws -> [RecordRow] { tables.withLock { $0.rows(query) } }

    public func commit(_ changes: [RecordChange]) async throws -> UInt64 {
        let (effects, version) = try tables.withLock { tables in (try tables.apply(changes), tables.version) }
        feed.tell(effects, version)
        return version
    }

    public func changes(of kind: RecordKind) -> RecordChanges { feed.changes(of: kind) }
}
