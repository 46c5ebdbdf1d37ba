import ClawDocuments
import ClawModels

/// Who owns whom, by uid: kept with every write, so that garbage collection never searches.
struct OwnershipIndex {
    struct Reference: Hashable, Sendable {
        let collection: ObjectStore.Collection
        let key: ObjectStore.Key
    }

    private var objects: [ObjectUID: Reference] = [:]
    private var dependents: [ObjectUID: Set<Reference>] = [:]

    func object(uid: String) -> Reference? { objects[ObjectUID(uid)] }
    func dependents(of uid: String) -> [Reference] {
        (dependents[ObjectUID(uid)] ?? []).sorted {
            ($0.collection.description, $0.key) < ($1.collection.description, $1.key)
        }
    }

    mutating func update(_ reference: Reference, old: JSONObject?, new: JSONObject?) {
        if let old, let new, old.metadataString(.uid) == new.metadataString(.uid),
            old.metadataValue(.ownerReferences) == new.metadataValue(.ownerReferences)
        { return }
        if let old {
            for owner in old.ownerUIDs {
                let owner = ObjectUID(owner)
                dependents[owner]?.remove(reference)
                if dependents[owner]?.isEmpty == true { dependents[owner] = nil }
            }
            if let uid = old.metadataString(.uid) { objects[ObjectUID(uid)] = nil }
        }
        if let new {
            for owner in new.ownerUIDs { dependents[ObjectUID(owner), default: []].insert(reference) }
            if let uid = new.metadataString(.uid) { objects[ObjectUID(uid)] = reference }
        }
    }
}

/// A uid as a key: its 128 bits where the text is a UUID in lower case, as nearly all are.
private enum ObjectUID: Hashable {
    case uuid(UInt64, UInt64)
    case text(String)

    init(_ text: String) {
        var text = text
        let bits = text.withUTF8 { bytes -> (UInt64, UInt64)? in
            guard bytes.count == 36 else { return nil }
            var (high, low) = (UInt64(0), UInt64(0))
            for (index, byte) in bytes.enumerated() {
                if index == 8 || index == 13 || index == 18 || index == 23 {
                    guard byte == UInt8(ascii: "-") else { return nil }
                    continue
                }
                let digit: UInt8
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
                case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
                default: return nil
                }
                if index < 18 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
            }
            return (high, low)
        }
        self = if let bits { .uuid(bits.0, bits.1) } else { .text(text) }
    }
}

extension JSONObject {
    var ownerUIDs: [String] {
        metadataValue(.ownerReferences)?.array?.compactMap { $0["uid"]?.string } ?? []
    }
}
