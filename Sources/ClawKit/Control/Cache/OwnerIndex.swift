import ClawKubernetes

/// Which objects an owner controls.
///
/// Owners are told apart by their uids' hashes; who asks compares the objects' uids.
struct OwnerIndex: Sendable {
    private var owned: [Int: KeySet] = [:]

    /// The keys of all objects that may be controlled by that owner.
    func keys(of uid: String) -> [ObjectKey] { owned[uid.hashValue]?.sorted ?? [] }

    func unsortedKeys(of uid: String) -> [ObjectKey] { owned[uid.hashValue]?.unsorted ?? [] }

    mutating func insert(_ key: ObjectKey, owner uid: String) { owned[uid.hashValue].insert(key) }

    mutating func remove(_ key: ObjectKey, owner uid: String) { owned[uid.hashValue].remove(key) }
}
