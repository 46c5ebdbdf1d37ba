import ClawBase
import ClawControl
import ClawKubernetes
import ClawLedger
import ClawModels
import ClawResources
import Logging
import Synchronization

/// Writes into the ledger what pods and volumes of projects had set aside: once an hour for each that is there, and at its
/// end for the rest. Between those nothing is written.
///
/// Rows are named after what they measure and the hour, so that several control planes on one store, and one that was
/// lost on the way, write each once. What came and went while no control plane looked is not measured.
final class ResourceMeter: Sendable {
    struct Options: Sendable {
        /// One row covers at most so much.
        var window = Duration.seconds(3600)
        /// How soon the end of something is written.
        var delay = Duration.seconds(10)
        /// Back in time no further than this after a pause.
        var memory = Duration.seconds(24 * 3600)
        /// What ended and could not be written yet; more are lost, with an error in the log.
        var mostEnded = 100_000
    }

    private struct State {
        var live: [String: MeteredThing] = [:]
        var ended: [MeteredThing] = []
    }

    private let state = Mutex(State())
    private let store: any PlatformStore
    private let projects: ObjectCache<Project>
    private let options: Options
    private let price: @Sendable (UsageRow) -> NanoDollars
    private let time: any TimeSource
    private let logger: Logger

    /// - Parameter price: what a row costs; for whoever bills it.
    init(
        _ store: any PlatformStore, _ caches: SharedCaches, options: Options = Options(),
        price: @escaping @Sendable (UsageRow) -> NanoDollars, _ time: any TimeSource, _ logger: Logger
    ) {
        (self.store, self.options, self.price, self.time, self.logger) = (store, options, price, time, logger)
        projects = caches.cache(Project.self)
        caches.cache(Pod.self).onChange { [weak self] in
            self?.see($0.old.flatMap { MeteredThing($0) }, $0.new.flatMap { MeteredThing($0) })
        }
        caches.cache(PersistentVolumeClaim.self).onChange { [weak self] in
            self?.see($0.old.flatMap { MeteredThing($0) }, $0.new.flatMap { MeteredThing($0) })
        }
    }

    private func see(_ old: MeteredThing?, _ new: MeteredThing?) {
        let now = time.now
        state.withLock { state in
            if let old, old.uid != new?.uid, var gone = state.live.removeValue(forKey: old.uid) {
                gone.end = now
                state.ended.append(gone)
            }
            guard var thing = new else { return }
            // Whose it was is known as long as the project is there.
            thing.subject.tenant = thing.subject.project.flatMap { projects.get($0)?.tenant }
                ?? state.live[thing.uid]?.subject.tenant
            if thing.end == nil {
                state.live[thing.uid] = thing
            } else {
                state.live[thing.uid] = nil
                state.ended.append(thing)
            }
            if state.ended.count > options.mostEnded {
                logger.error("the use of resources could not be written for too long, and some of it is lost")
                state.ended.removeFirst(state.ended.count - options.mostEnded / 2)
            }
        }
    }

    // MARK: writing

    /// Runs until cancelled.
    func run(_ caches: SharedCaches) async throws {
        try await caches.cache(Pod.self).waitUntilSynced()
        try await caches.cache(PersistentVolumeClaim.self).waitUntilSynced()
        try await projects.waitUntilSynced()
        while true {
            do {
                try await settle()
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.warning("the use of resources cannot be written now", metadata: ["error": "\(error)"])
            }
            try await time.sleep(for: options.delay)
        }
    }

    /// Writes what has ended, and what there was in the windows that are over.
    func settle() async throws {
        let now = time.now
        let present = start(of: now)
        let mark = try await mark(or: present)
        let windows = windows(from: max(mark, start(of: now - options.memory)), through: present)
        let (live, ended) = state.withLock { state in
            defer { state.ended = [] }
            return (mark < present ? Array(state.live.values) : [], state.ended)
        }
        do {
            try await write(rows(of: ended, in: windows) + rows(of: live, in: windows.dropLast()))
            if mark < present { try await advance(to: present) }
        } catch {
            state.withLock { $0.ended = ended + $0.ended }
            throw error
        }
    }

    private func start(of time: Timestamp) -> Timestamp {
        let window = options.window.components.seconds
        return Timestamp(seconds: time.seconds - time.seconds % window)
    }

    private func windows(from first: Timestamp, through last: Timestamp) -> [Range<Timestamp>] {
        var windows: [Range<Timestamp>] = []
        var begin = first
        while begin <= last {
            windows.append(begin..<(begin + options.window))
            begin = begin + options.window
        }
        return windows
    }

    /// Of what belongs to a project.
    private func rows(of things: [MeteredThing], in windows: some Collection<Range<Timestamp>>) -> [UsageRow] {
        things.flatMap { thing -> [UsageRow] in
            var thing = thing
            thing.subject.tenant = thing.subject.project.flatMap { projects.get($0)?.tenant } ?? thing.subject.tenant
            guard thing.subject.tenant != nil else { return [] }
            return windows.flatMap { thing.rows(in: $0) }
        }
    }

    private func write(_ rows: [UsageRow]) async throws {
        var rest = rows[...]
        while !rest.isEmpty {
            let batch = rest.prefix(500).map { row in
                var row = row
                row.cost = price(row)
                return row
            }
            rest = rest.dropFirst(500)
            _ = try await store.commit(over: [], usage: batch.map(\.id)) { found in
                (RecordWrites(usage: batch.filter { !found.usage.contains($0.id) }), ())
            }
        }
    }

    // MARK: how far it has come

    private func mark(or present: Timestamp) async throws -> Timestamp {
        if let mark = try await store.get(MeteringMark.self, MeteringMark.name)?.record { return mark.through }
        try await advance(to: present)
        return present
    }

    private func advance(to through: Timestamp) async throws {
        _ = try await store.commit(over: [RecordKey(MeteringMark.kind, MeteringMark.name)]) { rows in
            let mark = MeteringMark(through: through)
            guard let there = try rows.get(MeteringMark.self, MeteringMark.name) else {
                return (RecordWrites([.create(mark.row)]), ())
            }
            return (RecordWrites(there.record.through < through ? [.replace(mark.row, version: nil)] : []), ())
        }
    }
}
