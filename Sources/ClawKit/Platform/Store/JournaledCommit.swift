import ClawBase
import ClawDocuments
import ClawLedger

/// A commit as a journal's record: a JSON array of rows, each `{kind, key, version, body?, indexes?, retirable?}`,
/// without a body where the row was removed; and of rows of the ledger, each `{usage, version}`.
enum JournaledCommit {
    enum Part: Sendable {
        case change(Change)
        case usage(UsageRow, version: UInt64)

        init(_ row: RecordRow) {
            self = .change(Change(kind: row.kind, key: row.key, version: row.version, row: row))
        }
    }

    struct Change: Sendable {
        let kind: RecordKind
        let key: String
        let version: UInt64
        let row: RecordRow?
    }

    static func encode(_ applied: RecordTables.Applied, version: UInt64) -> [UInt8] {
        let rows = applied.effects.map {
            Part.change(Change(kind: $0.kind, key: $0.key, version: version, row: $0.new))
        }
        return encode(rows + applied.usage.map { Part.usage($0, version: version) })
    }

    static func encode(_ parts: [Part]) -> [UInt8] { JSON.array(parts.map(json)).bytes() }

    private static func json(_ part: Part) -> JSON {
        switch part {
        case .change(let change): json(change)
        case .usage(let row, let version): ["usage": row.json, "version": .integer(Int64(clamping: version))]
        }
    }

    private static func json(_ change: Change) -> JSON {
        var object = JSONObject()
        object.set("kind", change.kind.description)
        object.set("key", change.key)
        object.set("version", Int(change.version))
        guard let row = change.row else { return .object(object) }
        object["body"] = row.body
        if row.isRetirable { object["retirable"] = true }
        if !row.indexes.isEmpty {
            object["indexes"] = .array(
                row.indexes.map { [.string($0.name), .string($0.value), .bool($0.isUnique)] })
        }
        return .object(object)
    }

    static func decode(_ bytes: [UInt8]) throws(Finding) -> [Part] {
        guard let elements = (try? JSONParser.parse(bytes))?.array else { throw unreadable() }
        var parts: [Part] = []
        for element in elements {
            guard let version = element["version"]?.integer.flatMap({ UInt64(exactly: $0) }) else { throw unreadable() }
            if let usage = element["usage"] {
                parts.append(.usage(try UsageRow(json: usage), version: version))
            } else {
                parts.append(.change(try change(element, version)))
            }
        }
        return parts
    }

    private static func change(_ element: JSON, _ version: UInt64) throws(Finding) -> Change {
        guard let name = element["kind"]?.string, let key = element["key"]?.string else { throw unreadable() }
        let kind = RecordKind(name)
        let indexes = (element["indexes"]?.array ?? []).compactMap { index -> RecordIndex? in
            guard let name = index[0]?.string, let value = index[1]?.string else { return nil }
            return RecordIndex(name, value, isUnique: index[2]?.bool ?? false)
        }
        let row = element["body"].map { body in
            RecordRow(
                kind, key, version: version, body: body, indexes: indexes,
                isRetirable: element["retirable"]?.bool ?? false)
        }
        return Change(kind: kind, key: key, version: version, row: row)
    }

    private static func unreadable() -> Finding {
        Finding(
            .storage,
            "A record of the platform's journal cannot be read though it is whole: it was written by another "
                + "program or version; use that one, or restore a backup.")
    }
}
