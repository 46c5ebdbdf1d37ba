public import ClawBase

/// A schema's history, applied in order.
///
/// Which versions a database has stands in a table of its own, with each script's checksum. Many processes may apply at
/// once: one does, the others wait (an advisory lock) and find nothing to do.
public struct Migrations: Sendable {
    public let all: [Migration]
    /// The table in which the applied versions stand.
    public let table: String

    /// - Throws: ``Finding`` where versions do not count from 1 without gaps.
    public init(_ all: [Migration], table: String = "schema_migrations") throws(Finding) {
        for (index, migration) in all.enumerated() where migration.version != index + 1 {
            throw Finding(
                .migration, "Migration \"\(migration.name)\" has version \(migration.version); number it \(index + 1).")
        }
        (self.all, self.table) = (all, table)
    }

    /// Brings the database to the last version.
    /// - Parameter timeout: for each migration, and for the waiting until others have done.
    /// - Returns: the versions applied now.
    /// - Throws: ``Finding`` with `E_MIGRATION` where an applied migration was changed, or the database has versions
    ///   the program does not know: nothing is done then. ``PostgresError`` where a script fails: the ones before it
    /// stay.
    @discardableResult
    public func apply(to db: some PostgresClient, timeout: Duration = .minutes(10)) async throws -> [Int] {
        try await db.withConnection { connection in
            try await connection.execute("select pg_advisory_lock(\(lock))", timeout: timeout)
            do {
                let applied = try await applyLocked(connection, timeout)
                try await connection.execute("select pg_advisory_unlock(\(lock))")
                return applied
            } catch {
                let session = connection.session
                do {
                    let unlock: SQL = "select pg_advisory_unlock(\(lock))"
                    _ = try await session.runInAnyCase([unlock], deadline: session.graceDeadline)
                } catch {
                    // With the connection goes the lock.
                    session.close()
                }
                throw error
            }
        }
    }

    /// What has been applied, and what would be.
    public func pending(in db: some PostgresClient) async throws -> [Migration] {
        let exists = try await db.queryOne("select to_regclass(\(quotedTable)) is not null", as: Bool.self)
        let applied = exists ? try await check(db) : 0
        return Array(all.dropFirst(applied))
    }

    private func applyLocked(_ connection: PostgresConnection, _ timeout: Duration) async throws -> [Int] {
        try await connection.execute(
            """
            create table if not exists \(identifier: table) (
                version int primary key, name text not null, checksum bytea not null,
                applied_at timestamptz not null default now())
            """)
        let done = try await check(connection)
        for migration in all.dropFirst(done) {
            try await connection.transaction(TransactionOptions(attempts: 1)) { tx in
                try await tx.executeScript(migration.script, timeout: timeout)
                guard tx.isOpen else {
                    throw Finding(
                        .migration,
                        "\(title(migration)) ends its transaction; take BEGIN, COMMIT and ROLLBACK out of it.")
                }
                try await tx.execute(
                    """
                    insert into \(identifier: table) (version, name, checksum)
                    values (\(migration.version), \(migration.name), \(migration.checksum))
                    """)
            }
        }
        return all.dropFirst(done).map(\.version)
    }

    /// - Returns: how many of ours the database has.
    private func check(_ db: some PostgresClient) async throws -> Int {
        let applied = try await db.query(
            "select version, name, checksum from \(identifier: table) order by version",
            as: (Int, String, [UInt8]).self)
        for (index, (version, name, checksum)) in applied.enumerated() {
            guard index < all.count else {
                throw Finding(
                    .migration,
                    "The database has migration \(version) (\(name)), which this program does not know; use a newer.")
            }
            let ours = all[index]
            guard version == ours.version else {
                throw Finding(
                    .migration, "The database lacks \(title(ours)) but has \(version); restore the table \(table).")
            }
            guard checksum == ours.checksum else {
                throw Finding(
                    .migration,
                    "\(title(ours)) was changed after it was applied; undo that, and write a new migration instead.")
            }
        }
        return applied.count
    }

    private func title(_ migration: Migration) -> String { "Migration \(migration.version) (\(migration.name))" }

    private var quotedTable: String { SQL("\(identifier: table)").text }

    /// The advisory lock's number: the same for the same table, FNV-1a of its name.
    private var lock: Int64 {
        Int64(
            bitPattern: "clawkit migrations \(table)".utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
                ($0 ^ UInt64($1)) &* 0x100_0000_01b3
            })
    }
}

extension FindingCode {
    /// A database's schema is not what the program can bring up to date.
    public static let migration = FindingCode(rawValue: "E_MIGRATION")
}
