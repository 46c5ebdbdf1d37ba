import ClawBase
import ClawControl
import ClawDocuments
import ClawModels
import ClawSchemas
import DequeModule
import Synchronization

/// All objects of a cluster under one ordered sequence of revisions, with a bounded log of changes per collection.
///
/// Reads and commits are synchronous and short. Watchers pull from the log with a cursor of their own, so a slow
/// one costs nothing; whoever falls behind the log's window is told that its revision is too old (410).
final class ObjectStore: Sendable {
    /// An object as stored: its tree carries its `metadata.resourceVersion`.
    struct Entry: Sendable {
        let revision: UInt64
        let object: JSONObject
    }

    enum Change: Sendable {
        case added, modified, deleted
    }

    /// One line of a collection's log. `previous` lets a watch with a selector tell "no longer matches" from "never did".
    struct Event: Sendable {
        let revision: UInt64
        let change: Change
        let key: Key
        let object: JSONObject
        let previous: JSONObject?
    }

    /// What a commit demands of the object it replaces.
    enum Expectation: Sendable {
        case absent
        case revision(UInt64)
    }

    enum CommitError: Error, Sendable {
        /// The object is there already (or again).
        case exists
        /// The object is gone.
        case missing
        /// The object changed meanwhile.
        case changed
    }

    /// How many changes each collection's log keeps.
    static let logLength = 4096

    let reservations = QuotaReservations()
    private let state = Mutex(StoreState())
    private let ends = Alarm()
    private let journal: StoreJournal?
    private let onChange: @Sendable (Collection, Event) -> Void

    /// A store in memory, or, with a journal, one that continues where the journal ends.
    /// - Parameter onChange: is told every change, in order, under the store's lock: it must be quick.
    init(journal: StoreJournal? = nil, onChange: @escaping @Sendable (Collection, Event) -> Void = { _, _ in }) {
        self.journal = journal
        self.onChange = onChange
        guard let restored = journal?.restored else { return }
        state.withLock { state in
            state.revision = restored.revision
            state.compacted = restored.revision
            for (collection, objects) in restored.collections {
                for (key, object) in objects {
                    state.restore(collection, key, Entry(revision: object.revision, object: object))
                }
            }
        }
    }

    // MARK: reading

    var revision: UInt64 { state.withLock { $0.revision } }

    func get(_ collection: Collection, _ key: Key) -> Entry? {
        state.withLock { $0.collections[collection.base]?.entries[key] }?.shown(as: collection)
    }

    func count(_ collection: Collection) -> Int { state.withLock { $0.collections[collection.base]?.entries.count ?? 0 } }

    func isEmpty(_ collection: Collection) -> Bool {
        state.withLock { $0.collections[collection.base]?.entries.isEmpty ?? true }
    }

    /// The collections that hold anything.
    var collections: [Collection] { state.withLock { $0.collections.filter { !$0.value.entries.isEmpty }.map(\.key) } }

    /// Objects in the order of namespace and name, and the revision of this view.
    func list(_ collection: Collection, namespace: String?) -> (objects: [JSONObject], revision: UInt64) {
        state.withLock { state in
            // Most of what writes look for (webhooks, policies, quotas) is not there.
            guard let contents = state.collections[collection.base], !contents.entries.isEmpty else {
                return ([], state.revision)
            }
            let keys = contents.sortedKeys
            let chosen =
                if let namespace { keys[keys.range(ofNamespace: namespace)] } else { keys[...] }
            return (chosen.compactMap { (contents.entries[$0]?.object).map(collection.shown) }, state.revision)
        }
    }

    /// Looks at a collection as it is: its keys in order, its objects, what changed after a revision, and the present one.
    /// - Parameter body: holds the store, so it must be quick.
    /// - Returns: nil where the log no longer reaches the revision.
    func read<R>(
        _ collection: Collection, changesAfter revision: UInt64?,
        _ body: (KeyOrder, [Key: Entry], Slice<Deque<Event>>, UInt64) -> R
    ) -> R? {
        state.withLock { state in
            let contents = state.collections[collection.base]
            let keys = contents?.sortedKeys ?? KeyOrder()
            if let revision, revision < contents?.compacted ?? state.compacted { return nil }
            let (entries, log) = (contents?.entries ?? [:], contents?.log ?? [])
            let changes = revision.map { log[log.firstIndex(after: $0)...] } ?? log[log.endIndex...]
            return body(keys, entries, changes, state.revision)
        }
    }

    /// Lets a collection's history begin now, if it has none yet: watches from before are told so.
    func beginHistory(of collection: Collection) {
        state.withLock { state in
            guard state.collections[collection.base] == nil else { return }
            state.collections[collection.base] = StoreContents(compacted: state.revision)
        }
    }

    // MARK: service addresses

    /// Gives a service the addresses and ports it wants, which are then its own until it is stored or given up.
    func giveAddresses(
        to service: inout JSONObject, from old: JSONObject?, _ errors: inout FieldErrors
    ) -> ServiceAddresses.Reservation {
        let key = Key(object: service)
        let names = state.withLock { $0.addresses.give(to: &service, key, from: old, &errors) }
        return .init(store: self, key: key, names: names)
    }

    func release(_ names: Set<String>, of key: Key) { state.withLock { $0.addresses.release(names, of: key) } }

    // MARK: ownership

    func object(uid: String) -> OwnershipIndex.Reference? { state.withLock { $0.ownership.object(uid: uid) } }

    func dependents(of uid: String) -> [OwnershipIndex.Reference] { state.withLock { $0.ownership.dependents(of: uid) } }

    // MARK: writing

    /// Writes an object if `expectation` holds, stamps its resourceVersion, and returns it as stored once it is durable.
    ///
    /// An object that nobody else holds is stamped in place.
    /// - Parameter key: the object's, where it is at hand.
    func commit(
        _ collection: Collection, _ object: consuming JSONObject, key: Key? = nil, expecting expectation: Expectation
    ) async throws -> JSONObject {
        var object = object
        let key = if let key { key } else { Key(object: object) }
        let base = collection.base
        if collection !== base { object = collection.stored(object) }
        let (stored, position, waiters) = try state.withLock { state -> (JSONObject, Journal.Position?, [Waiter]) in
            let current = state.collections[base]?.entries[key]
            switch (expectation, current) {
            case (.absent, .some): throw CommitError.exists
            case (.revision, nil): throw CommitError.missing
            case (.revision(let expected), .some(let current)) where current.revision != expected:
                throw CommitError.changed
            default: break
            }
            let revision = state.revision + 1
            object.setMetadata(.resourceVersion, .string(String(revision)))
            // In one piece: the writer's texts and trees are let go, and reading copies none of it.
            let stored = object.packed()
            let position = try journal?.stage(put: stored, in: base, revision: revision)
            let event = Event(
                revision: revision, change: current == nil ? .added : .modified, key: key, object: stored,
                previous: current?.object)
            let waiters = state.record(base, event)
            onChange(base, event)
            return (stored, position, waiters)
        }
        for waiter in waiters { waiter.continuation.resume(returning: true) }
        if let position { try await journal?.commit(position) }
        return collection.shown(stored)
    }

    /// Removes an object if it still has that revision (nil: whatever it has). Returns its last state.
    func remove(_ collection: Collection, _ key: Key, expecting expected: UInt64?, lastState: JSONObject? = nil) async throws -> JSONObject {
        let base = collection.base
        let (last, position, waiters) = try state.withLock { state -> (JSONObject, Journal.Position?, [Waiter]) in
            guard let current = state.collections[base]?.entries[key] else { throw CommitError.missing }
            if let expected, current.revision != expected { throw CommitError.changed }
            let revision = state.revision + 1
            var last = lastState.map(collection.stored) ?? current.object
            last.setMetadata(.resourceVersion, .string(String(revision)))
            let position = try journal?.stage(remove: key, from: base, revision: revision)
            let event = Event(revision: revision, change: .deleted, key: key, object: last, previous: current.object)
            let waiters = state.record(base, event)
            onChange(base, event)
            return (last, position, waiters)
        }
        for waiter in waiters { waiter.continuation.resume(returning: true) }
        if let position { try await journal?.commit(position) }
        return collection.shown(last)
    }

    /// Writes a snapshot where the journal has grown large; does nothing without a journal.
    func compactJournalIfNeeded() async throws {
        if journal?.wantsCompaction == true { try await compactJournal() }
    }

    /// Replaces the journal by a snapshot of what is there now.
    func compactJournal() async throws {
        guard let journal else { return }
        let (compaction, revision, objects) = state.withLock { state in
            var objects: [(Collection, JSONObject)] = []
            let compaction = journal.beginCompaction()
            guard compaction != nil else { return (compaction, state.revision, objects) }
            for (collection, contents) in state.collections {
                for entry in contents.entries.values { objects.append((collection, entry.object)) }
            }
            return (compaction, state.revision, objects)
        }
        if let compaction { try await journal.finish(compaction, revision: revision, objects) }
    }

    /// Brings everything to the disk and gives the directory free.
    func closeJournal() throws { try journal?.close() }

    // MARK: watching

    enum LogRead: Sendable {
        case events([Event], upTo: UInt64)
        /// `revision` lies before the log's window.
        case expired(oldest: UInt64)
        case closed
    }

    /// Somebody who waits for a change of a collection.
    struct Waiter: Sendable {
        /// Told whether there may be one; else the time is over.
        let continuation: CheckedContinuation<Bool, Never>
        let end: Timestamp
    }

    /// The changes of a collection after `revision`, waiting for at least one.
    /// - Returns: nil: there was none by the end.
    func changes(
        _ collection: Collection, after revision: UInt64, until end: Timestamp, _ time: any TimeSource
    ) async throws -> LogRead? {
        if let read = readLog(collection, after: revision) { return read }
        if state.withLock({ $0.endsWaits }) { return await newChanges(collection, after: revision, until: end) }
        // A cluster that does not run: each wait has a clock of its own.
        return try await withThrowingTaskGroup(of: LogRead?.self) { group in
            group.addTask { await self.newChanges(collection, after: revision, until: end) }
            group.addTask {
                try await time.sleep(until: end)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func newChanges(_ collection: Collection, after revision: UInt64, until end: Timestamp) async -> LogRead? {
        let epoch = epoch
        while true {
            if let read = readLog(collection, after: revision) { return read }
            let mayHave = await waitForChange(collection, after: revision, until: end)
            if Task.isCancelled || self.epoch != epoch { return .closed }
            if !mayHave { return nil }
        }
    }

    /// Ends are looked at together where many are close to each other: that takes time in the number of all who wait.
    private static let endsInterval = Duration.milliseconds(50)

    /// Ends waits whose time is over, until cancelled; once at a time.
    /// - Throws: `CancellationError`.
    func endWaits(_ time: any TimeSource) async throws {
        state.withLock { $0.endsWaits = true }
        defer { state.withLock { $0.endsWaits = false } }
        try await ends.run(time) {
            let now = time.now
            let (due, next) = state.withLock { ($0.takeWaiters(dueBy: now), $0.nextEnd) }
            for waiter in due { waiter.continuation.resume(returning: false) }
            if let next { ends.set(noLaterThan: max(next, now + Self.endsInterval)) }
        }
    }

    /// The changes at hand; nil where there is none yet.
    func readLog(_ collection: Collection, after revision: UInt64) -> LogRead? {
        state.withLock { state in
            if state.isClosed { return .closed }
            guard let contents = state.collections[collection.base] else {
                return revision < state.compacted ? .expired(oldest: state.compacted) : nil
            }
            if revision < contents.compacted { return .expired(oldest: contents.compacted) }
            guard let last = contents.log.last, last.revision > revision else { return nil }
            let start = contents.log.firstIndex(after: revision)
            return .events(contents.log[start...].prefix(512).map { $0.shown(as: collection) }, upTo: state.revision)
        }
    }

    /// The store's revision, if nothing has happened in the collection since one: what a bookmark may say. Read
    /// apart, a change could slip in between, and a watch begun at the bookmark would never see it.
    func revision(_ collection: Collection, ifQuietSince revision: UInt64) -> UInt64? {
        state.withLock { state in
            (state.collections[collection.base]?.log.last?.revision ?? 0) > revision ? nil : state.revision
        }
    }

    private func waitForChange(_ asked: Collection, after revision: UInt64, until end: Timestamp) async -> Bool {
        let collection = asked.base
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    let last = state.collections[collection]?.log.last?.revision ?? 0
                    let hasNews = state.isClosed || last > revision || Task.isCancelled
                    if !hasNews {
                        state.contents(of: collection).waiters[id] = Waiter(continuation: continuation, end: end)
                    }
                    return hasNews
                }
                if isReady { continuation.resume(returning: true) } else { ends.set(noLaterThan: end) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.collections[collection]?.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume(returning: true)
        }
    }

    /// Forgets the log up to now, as a real server's compaction does: older watches get 410.
    func compactLog() {
        state.withLock { state in
            let revision = state.revision
            state.compacted = revision
            for contents in state.collections.values {
                contents.log.removeAll()
                contents.compacted = revision
            }
        }
    }

    /// Ends every watch, as a server does that is started anew; new ones may begin at once.
    func interruptWatches() {
        let waiters = state.withLock { state in
            state.epoch += 1
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.continuation.resume(returning: true) }
    }

    /// Counts the interruptions.
    var epoch: Int { state.withLock { $0.epoch } }

    /// Ends every watch, for good.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.continuation.resume(returning: true) }
    }
}
