import ClawBase
import ClawDocuments

/// A commit as a journal's record: a JSON array of rows, each `{kind, key, version, body?, indexes?, retirable?}`;
/// without a body the row was removed.
enum JournaledCommit {
    struct Change {
        let kind: RecordKind
        let key: String
        let version: UInt64
        let row: RecordRow?
    }

    static func encode(_ effects: [RecordTables.Effect], version: UInt64) -> [UInt8] {
        JSON.array(effects.map { json($0.kind, $0.key, version, $0.new) }).bytes()
    }

    static func encode(_ row: RecordRow) -> [UInt8] {
        JSON.array([json(row.kind, row.key, row.version, row)]).bytes()
    }

    private static func json(_ kind: RecordKind, _ key: String, _ version: UInt64, _ row: RecordRow?) -> JSON {
        var object = JSONObject()
        object.set("kind", kind.description)
        object.set("key", key)
        object.set("version", Int(version))
        guard let row else { return .object(object) }
        object["body"] = row.body
        if row.isRetirable { object["retirable"] = true }
        if !row.indexes.isEmpty {
            object["indexes"] = .array(
                row.indexes.map { [.string($0.name), .string($0.value), .bool($0.isUnique)] })
        }
        return .object(object)
    }

    static func decode(_ bytes: [UInt8]) throws(Finding) -> [Change] {
        guard let elements = (try? JSONParser.parse(bytes))?.array else { throw unreadable() }
        var changes: [Change] = []
        for element in elements {
            guard let name = element["kind"]?.string, let key = element["key"]?.string,
                let version = element["version"]?.integer.flatMap({ UInt64(exactly: $0) })
            else { throw unreadable() }
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
            changes.append(Change(kind: kind, key: key, version: version, row: row))
        }
        return changes
    }

    private static func unreadable() -> Finding {
        Finding(
            .storage,
            "A record of the platform's journal cannot be read though it is whole: it was written by another "
                + "program or version; use that one, or restore a backup.")
    }
}
