public import ClawBase
import ClawControl
import ClawDocuments
public import ClawKitPostgres
public import ClawPlatform
public import Logging
public import ServiceLifecycle

/// A platform's store in PostgreSQL: several processes work together on one database.
///
///     let store = PostgresPlatformStore(PostgresPool("postgres://claw@db.example/claw"), logger: logger)
///     try await store.prepare()       // brings the schema up to date
///     group.addTask { try await store.run() }     // hears of what other processes commit
///
/// Commits are transactions. Each tells the other processes by NOTIFY which rows it touched; as long as ``run()`` runs,
/// these are told on as ``PlatformStore/changes(of:)``. Without it, and while the database does not answer there,
/// ``RecordChanges/isComplete`` is false.
public final class PostgresPlatformStore: PlatformStore, ServiceLifecycle.Service {
    static let channel = "claw_records"

    let db: PostgresPool
    /// So often the database is asked whether what it told is all, and so long after an answer that is believed: in
    /// sum what another process commits is known here, or known to be unknown, within a second.
    private static let heartbeat = Duration.milliseconds(300)
    private static let assurance = Duration.milliseconds(700)

    let feed = RecordFeed(hearsAll: false)
    private let logger: Logger
    private let time: any TimeSource

    public init(_ db: PostgresPool, time: some TimeSource = .system, logger: Logger) {
        (self.db, self.time, self.logger) = (db, time, logger)
    }

    /// Brings the schema to this program's version; where others do so at once, waits for them.
    /// - Throws: ``Finding`` (`E_MIGRATION`, `E_UNREACHABLE`, `E_DATABASE`).
    public func prepare() async throws {
        try await translating { _ = try await StoreSchema.migrations().apply(to: self.db) }
    }

    // MARK: reading

    public func row(_ kind: RecordKind, _ key: String) async throws -> RecordRow? {
        try await translating {
            try await self.db.query(
                """
                select key, version, retirable, body::text, indexes::text, full_key from claw_records
                where kind = \(kind.description) and key = \(RecordText.encode(key))
                """, as: StoredRow.self
            ).first?.row(of: kind)
        }
    }

    public func rows(_ query: RecordQuery) async throws -> [RecordRow] {
        let kind = query.kind.description
        var sql: SQL =
            "select r.key, r.version, r.retirable, r.body::text, r.indexes::text, r.full_key from claw_records r"
        var key: SQL = "r.key"
        if let index = query.index {
            sql.append(" join claw_record_indexes i on i.kind = r.kind and i.key = r.key")
            sql.append(
                " where i.kind = \(kind) and i.name = \(index.name) and i.value = \(RecordText.encode(index.value))")
            key = "i.key"
        } else {
            sql.append(" where r.kind = \(kind)")
        }
        let (beyond, order): (SQL, SQL) = query.isDescending ? (" < ", " desc") : (" > ", "")
        if let after = query.after { sql.append(" and \(key)\(beyond)\(RecordText.encode(after))") }
        sql.append(" order by \(key)\(order) limit \(max(0, query.limit))")
        let statement = sql
        return try await translating {
            try await self.db.query(statement, as: StoredRow.self).map { try $0.row(of: query.kind) }
        }
    }

    public func changes(of kind: RecordKind) -> RecordChanges { feed.changes(of: kind) }

    // MARK: what others commit

    /// Hears of other processes' commits until cancelled or shut down.
    /// - Throws: `CancellationError`.
    public func run() async throws {
        try await untilGracefulShutdown {
            while true {
                do {
                    // Connections that break it makes anew by itself.
                    try await self.db.listen(to: [Self.channel], heartbeat: Self.heartbeat) { events in
                        for try await event in events { self.hear(event) }
                    }
                } catch {
                    self.feed.doubt()
                    try Task.checkCancellation()
                    self.logger.warning("the database tells of no changes", metadata: ["error": "\(error)"])
                    try await self.time.sleep(for: .seconds(5))
                }
            }
        }
    }

    private func hear(_ event: PostgresListenEvent) {
        switch event {
        // What was committed before this process listened is not told again.
        case .listening:
            feed.tellMissed()
            feed.vouch(for: Self.assurance)
        case .alive: feed.vouch(for: Self.assurance)
        case .notification(let one):
            guard let news = StoreNotice(one.payload) else { return feed.tellMissed() }
            feed.tell(RecordKind(news.kind), news.key, version: news.version)
        }
    }

    /// - Throws: ``Finding`` for what the database refuses or fails at.
    func translating<R: Sendable>(_ body: @Sendable () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let error as PostgresError {
            let finding = Finding(error)
            // A store that cannot be reached may be so again soon; all else is the store's own trouble.
            let code: FindingCode = [.unreachable, .deadline].contains(finding.code) ? .unreachable : .storage
            throw Finding(code, finding.message, details: finding.details)
        }
    }
}

/// One row of `claw_records`.
struct StoredRow: PostgresRowDecodable {
    let key: String
    let version: Int64
    let isRetirable: Bool
    let body: String
    let indexes: String
    let fullKey: String?

    init(row: PostgresRow) throws {
        key = try row.decode(0)
        version = try row.decode(1)
        isRetirable = try row.decode(2)
        body = try row.decode(3)
        indexes = try row.decode(4)
        fullKey = try row.decode(5)
    }

    func row(of kind: RecordKind) throws -> RecordRow {
        let parsed = try JSONParser.parse(Array(indexes.utf8)).array ?? []
        return RecordRow(
            kind, RecordText.decode(fullKey ?? key), version: UInt64(clamping: version),
            body: try JSONParser.parse(Array(body.utf8)),
            indexes: parsed.compactMap { index in
                guard let name = index[0]?.string, let value = index[1]?.string else { return nil }
                return RecordIndex(name, value, isUnique: index[2]?.bool ?? false)
            }, isRetirable: isRetirable)
    }
}
