/// Which objects an owner controls.
///
/// Most owners control one object, and there are as many of them as objects: such an owner takes one entry and no
/// memory of its own. Owners are told apart by their uids' hashes; who asks compares the objects' uids.
struct OwnerIndex: Sendable {
    private enum Keys: Sendable {
        case one(ObjectKey)
        case many(Set<ObjectKey>)
    }

    private var owned: [Int: Keys] = [:]

    /// The keys of all objects that may be controlled by that owner.
    func keys(of uid: String) -> [ObjectKey] {
        switch owned[uid.hashValue] {
        case nil: []
        case .one(let key): [key]
        case .many(let keys): keys.sorted()
        }
    }

    func unsortedKeys(of uid: String) -> [ObjectKey] {
        switch owned[uid.hashValue] {
        case nil: []
        case .one(let key): [key]
        case .many(let keys): Array(keys)
        }
    }

    mutating func insert(_ key: ObjectKey, owner uid: String) {
        modify(uid) { keys in
            switch keys {
            case nil: keys = .one(key)
            case .one(let first): keys = first == key ? .one(key) : .many([first, key])
            case .many(var set):
                keys = nil
                set.insert(key)
                keys = .many(set)
            }
        }
    }

    mutating func remove(_ key: ObjectKey, owner uid: String) {
        modify(uid) { keys in
            switch keys {
            case nil: break
            case .one(let only): if only == key { keys = nil }
            case .many(var set):
                keys = nil
                set.remove(key)
                keys = set.isEmpty ? nil : .many(set)
            }
        }
    }

    private mutating func modify(_ uid: String, _ change: (inout Keys?) -> Void) { change(&owned[uid.hashValue]) }
}
