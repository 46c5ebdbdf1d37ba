import ClawBase
import ClawLedger
import ClawPlatform
import Synchronization

/// A store that others commit to as well: counts what is read, and its news can be interrupted.
final class WatchedStore: PlatformStore {
    private let base = MemoryPlatformStore()
    let feed = RecordFeed(hearsAll: false)
    private let state = Mutex((reads: 0, tells: true))
    /// Runs between reading a row and giving it out.
    private let hold = Mutex<(@Sendable () async throws -> Void)?>(nil)

    init() { feed.vouch(for: .seconds(3600)) }

    /// Rows that were asked for.
    var reads: Int { state.withLock { $0.reads } }

    func holdReads(_ hold: (@Sendable () async throws -> Void)?) { self.hold.withLock { $0 = hold } }

    /// Nothing is told any more, as where the database does not answer.
    func interrupt() {
        state.withLock { $0.tells = false }
        feed.doubt()
    }

    func resume() {
        state.withLock { $0.tells = true }
        feed.tellMissed()
        feed.vouch(for: .seconds(3600))
    }

    func row(_ kind: RecordKind, _ key: String) async throws -> RecordRow? {
        state.withLock { $0.reads += 1 }
        let row = try await base.row(kind, key)
        try await hold.withLock { $0 }?()
        return row
    }

    func rows(_ query: RecordQuery) async throws -> [RecordRow] {
        state.withLock { $0.reads += 1 }
        return try await base.rows(query)
    }

    func commit<R: Sendable>(
        over keys: [RecordKey], usage ids: [String],
        _ decide: @escaping @Sendable (RecordRows) throws -> (RecordWrites, R)
    ) async throws -> (result: R, version: UInt64) {
        let ((writes, result), version) = try await base.commit(over: keys, usage: ids) { rows in
            let (writes, result) = try decide(rows)
            return (writes, (writes, result))
        }
        if state.withLock({ $0.tells }) {
            for change in writes.changes { feed.tell(change.kind, change.key, version: version) }
        }
        return (result, version)
    }

    func changes(of kind: RecordKind) -> RecordChanges { feed.changes(of: kind) }
    func usage(_ query: UsageQuery) async throws -> [UsageRow] { try await base.usage(query) }
    func totals(_ query: UsageQuery, by dimension: UsageDimension) async throws -> [UsageGroup] {
        try await base.totals(query, by: dimension)
    }
    func total(_ query: UsageQuery) async throws -> UsageTotals { try await base.total(query) }
}
