import ClawBase
import HeapModule

/// Which keys wait, which are worked on, and when the delayed ones are due: pure, without time of its own.
///
/// A key is never worked on twice at once. Added while in work, it comes again afterwards; added while it waits, it
/// keeps its place, or gets a better one in a more urgent lane; a delayed key comes once, at the earliest moment asked
/// for. Within a lane tenants take turns. Every operation takes constant time, or logarithmic in the number of delayed
/// keys.
struct WorkQueueState<Key: Hashable & Sendable> {
    struct Limits: Sendable {
        var concurrency = Int.max
        var concurrencyPerTenant = Int.max
        var rate: RateLimit?
        /// So many reconciles that do not end are borne; beyond that something is wrong with all of them.
        var givenUp: Int { max(16, concurrency < .max / 4 ? concurrency * 4 : .max) }
        init() {}
    }

    /// A key to work on, and why.
    struct Item {
        let key: Key
        let lane: Lane
        let causes: Causes
        /// Since when it was ready.
        let since: Timestamp
        /// The failures in a row before.
        let failures: Int
    }

    struct Delay: Comparable {
        let due: Timestamp
        /// Of two that are due at once the first added comes first.
        let number: UInt64
        let key: Key

        static func < (a: Self, b: Self) -> Bool { (a.due, a.number) < (b.due, b.number) }
        static func == (a: Self, b: Self) -> Bool { a.number == b.number }
    }

    struct Entry {
        /// The ticket in a lane; 0: it does not wait.
        var ticket: UInt64 = 0
        var lane = Lane.background
        var since = Timestamp(seconds: 0)
        var causes = Causes()
        var isInWork = false
        /// Its reconcile does not end: it is in work, but nobody waits for it any more.
        var isGivenUp = false
        /// Asked for while in work, in that lane.
        var again: Lane?
        var delay: Delay?
        var failures = 0

        var isNothing: Bool { ticket == 0 && !isInWork && delay == nil && failures == 0 }
    }

    private let limits: Limits
    private let tenant: @Sendable (Key) -> String
    private var entries: [Key: Entry] = [:]
    private var lanes = Lane.allCases.map { _ in FairLane<Key>() }
    private var inWorkByTenant: [String: Int] = [:]
    private var limiter: RateLimiter?
    /// The delays in order; those that no entry has any more are void. The first never is.
    private var timeline = Heap<Delay>()
    private var lastNumber: UInt64 = 0
    /// How many were taken: now and then the last lane goes first.
    private var taken: UInt64 = 0

    private(set) var readyCount = 0
    private(set) var inWorkCount = 0
    private(set) var delayedCount = 0
    /// How often a key joined those that are ready.
    private(set) var joinedCount = 0
    /// Keys in work that were given up: they hold no place.
    private(set) var givenUpCount = 0

    /// - Parameter tenant: who shares with whom; nil: all keys are one tenant's.
    init(_ limits: Limits = Limits(), tenant: (@Sendable (Key) -> String)? = nil) {
        self.limits = limits
        self.tenant = tenant ?? { _ in "" }
        limiter = limits.rate.map(RateLimiter.init)
    }

    /// Nothing waits and nothing is in work, delayed keys aside.
    var isIdle: Bool { readyCount == 0 && inWorkCount + givenUpCount == 0 }
    /// Whether another key may be worked on.
    var hasRoom: Bool { inWorkCount < limits.concurrency && givenUpCount < limits.givenUp }
    /// When the next delayed key is due.
    var nextDue: Timestamp? { timeline.min?.due }

    /// Whether more reconciles do not end than are borne.
    var isStuck: Bool { givenUpCount >= limits.givenUp }

    /// In time linear in the keys that the queue knows at the moment.
    func isInWork(where isMeant: (Key) -> Bool) -> Bool { entries.contains { $0.value.isInWork && isMeant($0.key) } }

    // MARK: asking

    mutating func add(_ key: Key, _ lane: Lane = .normal, cause: Cause? = nil, now: Timestamp) {
        modify(key) { entry, state in
            if let cause { entry.causes.add(cause) }
            state.dropDelay(of: &entry)
            if entry.isInWork {
                entry.again = min(lane, entry.again ?? lane)
            } else if entry.ticket == 0 {
                entry.since = now
                state.join(key, &entry, lane)
            } else if lane < entry.lane {
                // The place in the other lane becomes void.
                state.queue(key, &entry, lane)
            }
        }
    }

    /// Adds the key at `moment`, or earlier where it is already due earlier.
    /// - Parameter postpones: a later moment than the present one counts too: what settles is waited for.
    mutating func add(
        _ key: Key, at moment: Timestamp, _ lane: Lane = .normal, cause: Cause? = nil, postpones: Bool = false
    ) {
        modify(key) { entry, state in
            guard entry.ticket == 0, entry.again == nil else { return }
            if let cause { entry.causes.add(cause) }
            if let present = entry.delay, present.due <= moment, !postpones { return }
            if entry.delay == nil {
                state.delayedCount += 1
                if !entry.isInWork { entry.lane = lane }
            }
            state.lastNumber += 1
            let delay = Delay(due: moment, number: state.lastNumber, key: key)
            entry.delay = delay
            state.timeline.insert(delay)
        }
        dropVoidDelays()
    }

    /// Adds the key once nothing was added for `quiet`, but at the latest after four times that.
    mutating func settle(_ key: Key, for quiet: Duration, _ lane: Lane, cause: Cause? = nil, now: Timestamp) {
        let first = entries[key].flatMap { $0.delay == nil ? nil : $0.since } ?? now
        let isFirst = entries[key]?.delay == nil
        add(key, at: min(now + quiet, first + quiet * 4), lane, cause: cause, postpones: true)
        if isFirst { entries[key]?.since = now }
    }

    // MARK: working

    /// The next key to work on; nil where none is ready, or none may be.
    mutating func take(now: Timestamp) -> Item? {
        while let first = timeline.min, first.due <= now { add(first.key, entries[first.key]?.lane ?? .normal, now: now) }
        guard readyCount > 0, hasRoom, limiter?.next(now: now) == nil else { return nil }
        taken += 1
        let order = taken.isMultiple(of: 8) ? Lane.allCases.reversed() : Lane.allCases
        for lane in order {
            guard let key = popTicket(of: lane) else { continue }
            limiter?.take()
            return begin(key)
        }
        return nil
    }

    /// When it is worth asking again although nothing is added or finished.
    mutating func nextChance(now: Timestamp) -> Timestamp? {
        guard readyCount > 0, let chance = limiter?.next(now: now) else { return nextDue }
        return min(chance, nextDue ?? chance)
    }

    /// The reconcile of a key does not end: others need not wait for its place, the key itself stays in work.
    mutating func giveUp(_ key: Key) {
        modify(key) { entry, state in
            guard entry.isInWork, !entry.isGivenUp else { return }
            entry.isGivenUp = true
            state.inWorkCount -= 1
            state.givenUpCount += 1
            state.leave(key)
        }
    }

    /// - Parameter succeeded: ends the row of failures, or makes it longer; nil leaves it.
    /// - Returns: the number of failures in a row.
    @discardableResult
    mutating func finish(_ key: Key, succeeded: Bool?, now: Timestamp) -> Int {
        modify(key) { entry, state in
            guard entry.isInWork else { return 0 }
            if entry.isGivenUp {
                state.givenUpCount -= 1
            } else {
                state.inWorkCount -= 1
                state.leave(key)
            }
            (entry.isInWork, entry.isGivenUp) = (false, false)
            switch succeeded {
            case true?: entry.failures = 0
            case false?: entry.failures += 1
            case nil: break
            }
            if let lane = entry.again {
                entry.again = nil
                entry.since = now
                state.dropDelay(of: &entry)
                state.join(key, &entry, lane)
            }
            return entry.failures
        }
    }

    // MARK: inside

    private mutating func modify<R>(_ key: Key, _ body: (inout Entry, inout Self) -> R) -> R {
        var entry = entries.removeValue(forKey: key) ?? Entry()
        defer { if !entry.isNothing { entries[key] = entry } }
        return body(&entry, &self)
    }

    private mutating func join(_ key: Key, _ entry: inout Entry, _ lane: Lane) {
        queue(key, &entry, lane)
        readyCount += 1
        joinedCount += 1
    }

    private mutating func queue(_ key: Key, _ entry: inout Entry, _ lane: Lane) {
        lastNumber += 1
        (entry.ticket, entry.lane) = (lastNumber, lane)
        lanes[lane.rawValue].append(.init(key: key, number: lastNumber), of: tenant(key))
    }

    private mutating func popTicket(of lane: Lane) -> Key? {
        while true {
            let (most, inWork) = (limits.concurrencyPerTenant, inWorkByTenant)
            let popped = lanes[lane.rawValue].popFirst { most == .max || inWork[$0] ?? 0 < most }
            guard let (ticket, _) = popped else { return nil }
            if entries[ticket.key]?.ticket == ticket.number { return ticket.key }
        }
    }

    private mutating func begin(_ key: Key) -> Item {
        readyCount -= 1
        inWorkCount += 1
        if limits.concurrencyPerTenant != .max { inWorkByTenant[tenant(key), default: 0] += 1 }
        return modify(key) { entry, _ in
            let item = Item(
                key: key, lane: entry.lane, causes: entry.causes, since: entry.since, failures: entry.failures)
            (entry.ticket, entry.isInWork, entry.causes) = (0, true, Causes())
            return item
        }
    }

    private mutating func leave(_ key: Key) {
        guard limits.concurrencyPerTenant != .max else { return }
        let tenant = tenant(key)
        let left = (inWorkByTenant[tenant] ?? 1) - 1
        inWorkByTenant[tenant] = left > 0 ? left : nil
    }

    private mutating func dropDelay(of entry: inout Entry) {
        guard let delay = entry.delay else { return }
        entry.delay = nil
        delayedCount -= 1
        // The first of the timeline is never void, and this key's entry is not among the others just now.
        if timeline.min == delay { timeline.removeMin() }
        dropVoidDelays()
    }

    private mutating func dropVoidDelays() {
        while let first = timeline.min, entries[first.key]?.delay != first { timeline.removeMin() }
        // Void ones further back would pile up where keys with long delays are often woken early.
        if timeline.count > 2 * delayedCount + 64 { timeline = Heap(entries.values.compactMap(\.delay)) }
    }
}
