public import ClawPlatform
import ClawBase
import ClawDocuments
import ClawKitPostgres
import ClawLedger

extension PostgresPlatformStore {
    /// Where others commit the same rows at once, the commits come one after the other.
    public func commit<R: Sendable>(
        over keys: [RecordKey], usage ids: [String],
        _ decide: @escaping @Sendable (RecordRows) throws -> (RecordWrites, R)
    ) async throws -> (result: R, version: UInt64) {
        var attempt = 0
        while true {
            attempt += 1
            do {
                let (result, commit, version) = try await translatingUnlessTaken {
                    try await self.commitOnce(over: keys, usage: ids, decide)
                }
                for row in commit?.touched ?? [] { feed.tell(row.kind, RecordText.decode(row.key), version: version) }
                return (result, version)
            } catch is Taken where attempt < 10 {
                // Somebody was quicker by a moment; now it is seen who.
                try Task.checkCancellation()
            } catch is Taken {
                throw Finding(.storage, "Others go on taking the same keys; try again.")
            }
        }
    }

    private func commitOnce<R: Sendable>(
        over keys: [RecordKey], usage ids: [String], _ decide: @escaping @Sendable (RecordRows) throws -> (RecordWrites, R)
    ) async throws -> (R, StoreCommit?, UInt64) {
        if keys.isEmpty, ids.isEmpty {
            // Nothing there matters for it: what is refused at once needs no transaction.
            let (writes, result) = try decide(RecordRows([]))
            if writes.isEmpty { return (result, nil, 0) }
            for row in writes.usage { try row.check() }
            let (commit, version) = try await db.transaction { tx in
                try await self.write(writes, try await self.look(for: writes, tx), tx)
            }
            return (result, commit, version)
        }
        return try await db.transaction { tx in
            let (rows, found) = try await self.lock(keys, ids, tx)
            let (writes, result) = try decide(rows)
            if writes.isEmpty { return (result, nil, 0) }
            for row in writes.usage { try row.check() }
            // Mostly what is written is what was decided on, and nothing more has to be known.
            let isKnown = found.covers(writes)
            let (commit, version) = try await self.write(
                writes, isKnown ? found : try await self.look(for: writes, tx), tx)
            return (result, commit, version)
        }
    }

    /// What a commit must know of the rows that are there, before it writes.
    private struct Found {
        var versions: [StoreCommit.Place: UInt64] = [:]
        var holders: [StoreCommit.Value: String] = [:]
        var usage: Set<String> = []
        /// The commit's.
        var version: Int64

        /// What was looked at: nil for what the commit itself asks for.
        var places: Set<StoreCommit.Place>?
        var ids: Set<String> = []

        func covers(_ writes: RecordWrites) -> Bool {
            guard let places, writes.usage.allSatisfy({ ids.contains($0.id) }) else { return false }
            return writes.changes.allSatisfy { change in
                places.contains(StoreCommit.Place(kind: change.kind.description, key: RecordText.encode(change.key)))
                    && !(change.row?.indexes.contains(where: \.isUnique) ?? false)
            }
        }
    }

    /// The rows that a commit decides on, which nobody else changes before its end. Everybody locks in one order, and the
    /// version is taken under the lock: a row's versions grow.
    private func lock(
        _ keys: [RecordKey], _ ids: [String], _ tx: PostgresTransaction
    ) async throws -> (rows: RecordRows, Found) {
        let kinds = Dictionary(keys.map { ($0.kind.description, $0.kind) }) { first, _ in first }
        let places = keys.map { StoreCommit.Place(kind: $0.kind.description, key: RecordText.encode($0.key)) }
        let found = try await tx.run(
            [
                """
                select r.key, r.version, r.retirable, r.body::text, r.indexes::text, r.full_key, r.kind
                from claw_records r
                join (select distinct kind, key from unnest(\(places.map(\.kind)), \(places.map(\.key))) as w (kind, key)) w
                    on r.kind = w.kind and r.key = w.key
                order by r.kind, r.key for update of r
                """, "select id from claw_usage where id = any(\(ids))", "select nextval('claw_version')",
            ], timeout: nil)
        var known = Found(version: try found[2].one().decode(0, as: Int64.self), places: Set(places), ids: Set(ids))
        let rows = try found[0].map { row in
            let (stored, kind) = (try StoredRow(row: row), try row.decode(6, as: String.self))
            known.versions[StoreCommit.Place(kind: kind, key: stored.key)] = UInt64(clamping: stored.version)
            return try stored.row(of: kinds[kind] ?? RecordKind(kind))
        }
        known.usage = Set(try found[1].map { try $0.decode(0, as: String.self) })
        return (RecordRows(rows, usage: known.usage), known)
    }

    /// A row or an index value came about between the look and the write.
    private struct Taken: Error {}

    private func translatingUnlessTaken<R: Sendable>(_ body: @Sendable () async throws -> R) async throws -> R {
        try await translating {
            do {
                return try await body()
            } catch let error as PostgresError where error.sqlState == .uniqueViolation {
                throw Taken()
            }
        }
    }

    private func look(for writes: RecordWrites, _ tx: PostgresTransaction) async throws -> Found {
        let changes = writes.changes
        let keys = changes.map { ($0.kind.description, RecordText.encode($0.key)) }
        let unique = changes.compactMap(\.row).flatMap { row in
            row.indexes.filter(\.isUnique).map { (row.kind.description, $0.name, RecordText.encode($0.value)) }
        }
        let found = try await tx.run(
            [
                """
                select r.kind, r.key, r.version from claw_records r
                join (select distinct kind, key from unnest(\(keys.map(\.0)), \(keys.map(\.1))) as w (kind, key)) w
                    on r.kind = w.kind and r.key = w.key
                order by r.kind, r.key for update of r
                """,
                """
                select i.kind, i.name, i.value, i.key from claw_record_indexes i
                join unnest(\(unique.map(\.0)), \(unique.map(\.1)), \(unique.map(\.2))) as w (kind, name, value)
                    on i.kind = w.kind and i.name = w.name and i.value = w.value
                where i.is_unique
                """, "select id from claw_usage where id = any(\(writes.usage.map(\.id)))",
                "select nextval('claw_version')",
            ], timeout: nil)
        var known = Found(version: try found[3].one().decode(0, as: Int64.self))
        for row in found[0] {
            let (kind, key, version) = try row.decode((String, String, Int64).self)
            known.versions[StoreCommit.Place(kind: kind, key: key)] = UInt64(clamping: version)
        }
        for row in found[1] {
            let (kind, name, value, key) = try row.decode((String, String, String, String).self)
            known.holders[StoreCommit.Value(kind: kind, name: name, value: value)] = key
        }
        known.usage = Set(try found[2].map { try $0.decode(0, as: String.self) })
        return known
    }

    private func write(
        _ writes: RecordWrites, _ found: Found, _ tx: PostgresTransaction
    ) async throws -> (StoreCommit, UInt64) {
        var rows = found.usage
        for row in writes.usage where !rows.insert(row.id).inserted { throw Finding.usageExists(row.id) }
        let commit = try StoreCommit(writes.changes, versions: found.versions, holders: found.holders)
        _ = try await tx.run(
            statements(for: commit, found.version) + UsageRows.insertion(of: writes.usage), timeout: nil)
        return (commit, UInt64(clamping: found.version))
    }

    private func statements(for commit: StoreCommit, _ version: Int64) -> [SQL] {
        let old = commit.touched.filter(\.wasThere)
        let gone = old.filter { $0.row == nil }
        let changed = old.filter { $0.row != nil }
        let new = commit.touched.filter { !$0.wasThere && $0.row != nil }
        var statements: [SQL] = []
        if !old.isEmpty {
            statements.append(
                """
                delete from claw_record_indexes i using unnest(\(old.map(\.kind.description)), \(old.map(\.key)))
                    as w (kind, key) where i.kind = w.kind and i.key = w.key
                """)
        }
        if !gone.isEmpty {
            statements.append(
                """
                delete from claw_records r using unnest(\(gone.map(\.kind.description)), \(gone.map(\.key)))
                    as w (kind, key) where r.kind = w.kind and r.key = w.key
                """)
        }
        if !changed.isEmpty {
            statements.append(
                """
                update claw_records r set version = \(version), retirable = w.retirable, body = w.body::json,
                    indexes = w.indexes::json
                from unnest(
                    \(changed.map(\.kind.description)), \(changed.map(\.key)), \(changed.map(\.isRetirable)),
                    \(changed.map(\.body)), \(changed.map(\.indexes))
                ) as w (kind, key, retirable, body, indexes)
                where r.kind = w.kind and r.key = w.key
                """)
        }
        if !new.isEmpty {
            statements.append(
                """
                insert into claw_records (kind, key, version, retirable, body, indexes, full_key)
                select kind, key, \(version), retirable, body::json, indexes::json, nullif(full_key, '')
                from unnest(
                    \(new.map(\.kind.description)), \(new.map(\.key)), \(new.map(\.isRetirable)), \(new.map(\.body)),
                    \(new.map(\.indexes)), \(new.map(\.fullKey))
                ) as w (kind, key, retirable, body, indexes, full_key)
                """)
        }
        statements += indexing(changed + new)
        statements += retiring(commit, version)
        let notices = commit.touched.map { "\(version) \($0.kind) \($0.key)" }
        if !notices.isEmpty {
            statements.append("select count(pg_notify(\(Self.channel), notice)) from unnest(\(notices)) as w (notice)")
        }
        return statements
    }

    private func indexing(_ rows: [StoreCommit.Touched]) -> [SQL] {
        let entries = rows.flatMap { touched in
            (touched.row?.indexes ?? []).map {
                (touched.kind.description, $0.name, RecordText.encode($0.value), touched.key, $0.isUnique)
            }
        }
        if entries.isEmpty { return [] }
        return [
            """
            insert into claw_record_indexes (kind, name, value, key, is_unique)
            select distinct on (kind, name, value, key) kind, name, value, key, is_unique
            from unnest(
                \(entries.map(\.0)), \(entries.map(\.1)), \(entries.map(\.2)), \(entries.map(\.3)), \(entries.map(\.4))
            ) as w (kind, name, value, key, is_unique)
            order by kind, name, value, key, is_unique desc
            """
        ]
    }

    /// Counting is not for every commit: it looks at all that may stay.
    private func retiring(_ commit: StoreCommit, _ version: Int64) -> [SQL] {
        var retirable: [RecordKind: Int] = [:]
        for touched in commit.touched where touched.row?.isRetirable == true {
            retirable[touched.kind, default: 0] += 1
        }
        return retirable.compactMap { kind, count in
            guard let retained = kind.retained, count >= 32 || version % 64 == 0 || retained < 100 else { return nil }
            return """
                delete from claw_records where kind = \(kind.description) and key in (
                    select key from claw_records where kind = \(kind.description) and retirable
                    order by version desc, key desc offset \(retained) for update skip locked)
                """
        }
    }
}

extension StoreCommit.Touched {
    fileprivate var isRetirable: Bool { row?.isRetirable ?? false }
    fileprivate var body: String { row?.body.description ?? "null" }

    fileprivate var indexes: String {
        JSON.array((row?.indexes ?? []).map { [.string($0.name), .string($0.value), .bool($0.isUnique)] }).description
    }

    /// Empty where the key tells it; in the form without NUL.
    fileprivate var fullKey: String {
        guard RecordText.isShortened(key), let whole = row?.key else { return "" }
        return RecordText.escape(whole)
    }
}
