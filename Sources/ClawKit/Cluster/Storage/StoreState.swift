import ClawBase
import ClawDocuments
import DequeModule

/// What a store holds of one collection. Belongs to the store's state, and is looked at under its lock only.
final class StoreContents {
    var entries: [ObjectStore.Key: ObjectStore.Entry] = [:]
    private var order = KeyOrder()
    var log: Deque<ObjectStore.Event> = []
    /// Revisions up to this one are no longer in the log.
    var compacted: UInt64
    var waiters: [UInt64: ObjectStore.Waiter] = [:]

    init(compacted: UInt64) { self.compacted = compacted }

    /// The keys in their order.
    var sortedKeys: KeyOrder {
        order.settle(entries.keys)
        return order
    }

    func restore(_ key: ObjectStore.Key, _ entry: ObjectStore.Entry) {
        entries[key] = entry
        order.note(added: key)
    }

    func apply(_ event: ObjectStore.Event) {
        switch event.change {
        case .added:
            entries[event.key] = ObjectStore.Entry(revision: event.revision, object: event.object)
            order.note(added: event.key)
        case .modified: entries[event.key] = ObjectStore.Entry(revision: event.revision, object: event.object)
        case .deleted:
            entries[event.key] = nil
            order.note(removed: event.key)
        }
        log.append(event)
        if log.count > ObjectStore.logLength { compacted = log.removeFirst().revision }
    }
}

/// All that an ``ObjectStore`` keeps under its lock.
struct StoreState {
    var revision: UInt64 = 1
    /// Revisions before this one are forgotten everywhere, also by collections that hold nothing yet.
    var compacted: UInt64 = 0
    var collections: [ObjectStore.Collection: StoreContents] = [:]
    var ownership = OwnershipIndex()
    let addresses = ServiceAddressIndex()
    var nextWaiter: UInt64 = 0
    var isClosed = false
    /// Whether somebody looks to it that waits end in time.
    var endsWaits = false
    var epoch = 0

    /// The collection's contents, made where there are none yet.
    mutating func contents(of collection: ObjectStore.Collection) -> StoreContents {
        if let contents = collections[collection] { return contents }
        let contents = StoreContents(compacted: compacted)
        collections[collection] = contents
        return contents
    }

    mutating func restore(_ collection: ObjectStore.Collection, _ key: ObjectStore.Key, _ entry: ObjectStore.Entry) {
        contents(of: collection).restore(key, entry)
        index(collection, key, old: nil, new: entry.object)
    }

    /// - Returns: who waits for a change, in the order they came: a simulation is to be the same each time. They are
    ///   resumed once the store's lock is free: a task that is being cancelled holds its own lock while it waits for
    ///   the store's, and resuming it waits for that one.
    mutating func record(
        _ collection: ObjectStore.Collection, _ event: ObjectStore.Event
    ) -> [ObjectStore.Waiter] {
        revision = event.revision
        let contents = contents(of: collection)
        contents.apply(event)
        index(collection, event.key, old: event.previous, new: event.change == .deleted ? nil : event.object)
        guard !contents.waiters.isEmpty else { return [] }
        defer { contents.waiters = [:] }
        return contents.waiters.sorted { $0.key < $1.key }.map(\.value)
    }

    private mutating func index(
        _ collection: ObjectStore.Collection, _ key: ObjectStore.Key, old: JSONObject?, new: JSONObject?
    ) {
        ownership.update(.init(collection: collection, key: key), old: old, new: new)
        if collection == ServiceAddressIndex.services { addresses.update(key, old: old, new: new) }
    }

    /// - Parameter end: those that wait until then at most; nil: all.
    mutating func takeWaiters(dueBy end: Timestamp? = nil) -> [ObjectStore.Waiter] {
        var taken: [(id: UInt64, waiter: ObjectStore.Waiter)] = []
        for contents in collections.values where !contents.waiters.isEmpty {
            for (id, waiter) in contents.waiters where end.map({ waiter.end <= $0 }) ?? true {
                taken.append((id, waiter))
                contents.waiters[id] = nil
            }
        }
        return taken.sorted { $0.id < $1.id }.map(\.waiter)
    }

    /// Until when the first waits.
    var nextEnd: Timestamp? {
        collections.values.lazy.flatMap { $0.waiters.values.lazy.map(\.end) }.min()
    }
}
