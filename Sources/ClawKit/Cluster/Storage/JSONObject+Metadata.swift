import ClawDocuments
import ClawModels

/// Direct access to `metadata` on the server's paths, where no typed view is at hand.
extension JSONObject {
    func metadataString(_ key: FieldKey) -> String? { self[.metadata]?.object?[key]?.string }

    func metadataValue(_ key: FieldKey) -> JSON? { self[.metadata]?.object?[key] }

    mutating func setMetadata(_ key: FieldKey, _ value: JSON?) { changeMetadata { $0[key] = value } }

    /// Changes several members at once.
    mutating func changeMetadata(_ body: (inout JSONObject) -> Void) {
        modify(.metadata) { metadata in
            var object = metadata?.object ?? JSONObject()
            metadata = nil
            body(&object)
            metadata = .object(object)
        }
    }

    var objectName: String { metadataString(.name) ?? "" }
    var objectNamespace: String { metadataString(.namespace) ?? "" }
    var isBeingDeleted: Bool { metadataValue(.deletionTimestamp) != nil }
    var finalizers: [String] { metadataValue(.finalizers)?.array?.compactMap(\.string) ?? [] }
    var revision: UInt64 { UInt64(metadataString(.resourceVersion) ?? "") ?? 0 }
}

extension ObjectStore.Key {
    init(object: JSONObject) { self.init(namespace: object.objectNamespace, name: object.objectName) }
}
