import ClawDocuments
import Synchronization

/// What has been counted for objects that are not kept yet: who counts a namespace anew adds it to what he finds.
final class QuotaReservations: Sendable {
    private struct Reservation {
        let namespace: String
        let amounts: [(quota: String, added: [String: Quantity])]
        /// Some of it may have been counted twice.
        var isRepeated = false
    }

    private let byUID = Mutex<[String: Reservation]>([:])

    func reserve(_ amounts: [(quota: String, added: [String: Quantity])], for object: JSONObject, in namespace: String) {
        guard let uid = object.metadataString(.uid) else { return }
        byUID.withLock {
            $0[uid] = Reservation(namespace: namespace, amounts: amounts, isRepeated: $0[uid] != nil)
        }
    }

    /// Ends a reservation: the object is kept, or will not be. Returns whether the namespace must be counted anew.
    func release(_ uid: String?, isKept: Bool) -> Bool {
        guard let uid, let ended = byUID.withLock({ $0.isEmpty ? nil : $0.removeValue(forKey: uid) }) else {
            return false
        }
        return !isKept || ended.isRepeated
    }

    /// What objects outside of `counted` have reserved of a quota.
    func amounts(of quota: String, in namespace: String, notIn counted: Set<String>) -> [String: Quantity] {
        byUID.withLock { all in
            all.lazy.filter { $0.value.namespace == namespace && !counted.contains($0.key) }
                .flatMap(\.value.amounts).filter { $0.quota == quota }
                .reduce(into: [:]) { $0.merge($1.added) { ($0 + $1) ?? $0 } }
        }
    }
}
