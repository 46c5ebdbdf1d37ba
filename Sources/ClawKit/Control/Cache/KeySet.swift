import ClawKubernetes

/// The keys under one entry of an index.
///
/// Most entries have one key, and there are as many of them as objects: such an entry takes no memory of its own.
enum KeySet: Sendable {
    case one(ObjectKey)
    case many(Set<ObjectKey>)

    var unsorted: [ObjectKey] {
        switch self {
        case .one(let key): [key]
        case .many(let keys): Array(keys)
        }
    }

    var sorted: [ObjectKey] {
        switch self {
        case .one(let key): [key]
        case .many(let keys): keys.sorted()
        }
    }

    var count: Int {
        switch self {
        case .one: 1
        case .many(let keys): keys.count
        }
    }
}

extension KeySet? {
    mutating func insert(_ key: ObjectKey) {
        switch self {
        case nil: self = .one(key)
        case .one(let first): self = first == key ? .one(key) : .many([first, key])
        case .many(var keys):
            // Held once only while it is changed.
            self = nil
            keys.insert(key)
            self = .many(keys)
        }
    }

    mutating func remove(_ key: ObjectKey) {
        switch self {
        case nil: break
        case .one(let only): if only == key { self = nil }
        case .many(var keys):
            self = nil
            keys.remove(key)
            self = keys.isEmpty ? nil : .many(keys)
        }
    }
}
