import ClawBase
import ClawDocuments

/// A store's changes on disk: one JSON record per write, `{"c": collection, "r": revision, "o": object}` or with
/// `"ns"` and `"n"` instead of an object where it was removed; `{"r": revision}` begins a snapshot. Staged under the store's lock, so that the log has
/// the order of the revisions; committed outside it.
final class StoreJournal: Sendable {
    private let journal: Journal
    let restored: Restored

    struct Restored: Sendable {
        var revision: UInt64 = 1
        var collections: [ObjectStore.Collection: [ObjectStore.Key: JSONObject]] = [:]
    }

    /// - Throws: ``Finding`` with `E_STORAGE` where the directory cannot be used or its log is damaged.
    init(directory: String, durability: Durability) throws {
        var restored = Restored()
        journal = try Journal.open(
            directory: directory, name: "cluster", options: Journal.Options(durability: durability)
        ) { entry in
            switch entry {
            case .snapshot(let bytes), .record(let bytes): try Self.replay(bytes, into: &restored, directory)
            }
        }
        self.restored = restored
    }

    private static func replay(_ bytes: [UInt8], into restored: inout Restored, _ directory: String) throws {
        guard let record = try JSONParser.parse(bytes).object, let revision = record["r"]?.integer,
            let collection = record["c"]?.string ?? (record.count == 1 ? "" : nil)
        else {
            throw Finding(
                .storage, "A record of the cluster's journal cannot be read; restore the directory from a copy.",
                field: directory)
        }
        let parts = collection.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let id = ObjectStore.Collection(group: String(parts[0]), plural: parts.count > 1 ? String(parts[1]) : "")
        restored.revision = max(restored.revision, UInt64(clamping: revision))
        if record["c"] == nil { return }
        if let object = record["o"]?.object {
            restored.collections[id, default: [:]][ObjectStore.Key(object: object)] = object
        } else {
            let key = ObjectStore.Key(namespace: record["ns"]?.string ?? "", name: record["n"]?.string ?? "")
            restored.collections[id]?[key] = nil
        }
    }

    private static func record(_ collection: ObjectStore.Collection, _ revision: UInt64, _ rest: JSONObject) -> [UInt8] {
        var record = rest
        record["c"] = .string("\(collection.group)/\(collection.plural)")
        record["r"] = .integer(Int64(revision))
        return JSON.object(record).bytes()
    }

    func stage(put object: JSONObject, in collection: ObjectStore.Collection, revision: UInt64) throws -> Journal.Position {
        try journal.stage(Self.record(collection, revision, ["o": .object(object)]))
    }

    func stage(remove key: ObjectStore.Key, from collection: ObjectStore.Collection, revision: UInt64) throws -> Journal.Position {
        try journal.stage(Self.record(collection, revision, ["ns": .string(key.namespace), "n": .string(key.name)]))
    }

    func commit(_ position: Journal.Position) async throws { try await journal.commit(position) }

    var wantsCompaction: Bool { journal.wantsCompaction }

    /// Call under the store's lock, and finish outside it with the revision and the objects as they were then.
    func beginCompaction() -> Compaction? { journal.beginCompaction() }

    func finish(
        _ compaction: Compaction, revision: UInt64, _ objects: [(ObjectStore.Collection, JSONObject)]
    ) async throws {
        // The last write may have been a removal, which no object tells of: its revision is never to be given again.
        let start = JSON.object(["r": .integer(Int64(clamping: revision))]).bytes()
        let records = objects.lazy.map { Self.record($0.0, $0.1.revision, ["o": .object($0.1)]) }
        try await compaction.finish([start] + records)
    }

    func close() throws { try journal.close() }
}
