import ClawDocuments
import ClawModels

/// Who owns whom, by uid: kept with every write, so that garbage collection never searches.
struct OwnershipIndex {
    struct Reference: Hashable, Sendable {
        let collection: ObjectStore.Collection
        let key: ObjectStore.Key
    }

    private var objects: [String: Reference] = [:]
    private var dependents: [String: Set<Reference>] = [:]

    func object(uid: String) -> Reference? { objects[uid] }
    func dependents(of uid: String) -> [Reference] {
        (dependents[uid] ?? []).sorted { ($0.collection.description, $0.key) < ($1.collection.description, $1.key) }
    }

    mutating func update(_ reference: Reference, old: JSONObject?, new: JSONObject?) {
        if let old, let new, old.metadataString(.uid) == new.metadataString(.uid),
            old.metadataValue(.ownerReferences) == new.metadataValue(.ownerReferences)
        { return }
        if let old {
            for owner in old.ownerUIDs {
                dependents[owner]?.remove(reference)
                if dependents[owner]?.isEmpty == true { dependents[owner] = nil }
            }
            if let uid = old.metadataString(.uid) { objects[uid] = nil }
        }
        if let new {
            for owner in new.ownerUIDs { dependents[owner, default: []].insert(reference) }
            if let uid = new.metadataString(.uid) { objects[uid] = reference }
        }
    }
}

extension JSONObject {
    var ownerUIDs: [String] {
        metadataValue(.ownerReferences)?.array?.compactMap { $0["uid"]?.string } ?? []
    }
}
