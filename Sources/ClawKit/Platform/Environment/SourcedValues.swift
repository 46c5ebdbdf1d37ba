public import ClawBase
public import ClawControl
import Logging
import Synchronization

/// The values of places that runtimes name: each place is read once for all of them, and again from time to time, with
/// back-off while its source does not answer. What was read last goes on to hold.
final class SourcedValues: Sendable {
    private struct Entry {
        var reading: ValueReading?
        var failure: Finding?
        var failures = 0
        var due: Timestamp
        var refresh: Duration
        var users: Set<ObjectKey> = []
        var isBeingRead = false
    }

    private struct State {
        var entries: [ValuePlace: Entry] = [:]
        var places: [ObjectKey: Set<ValuePlace>] = [:]
    }

    private static let deadline = Duration.seconds(10)
    private static let atOnce = 16
    private static let backoff = Backoff(initial: .seconds(2), cap: .seconds(120))

    private let source: any ValueSource
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())
    private let news = Signal()

    init(_ source: some ValueSource, time: any TimeSource, logger: Logger) {
        (self.source, self.time, self.logger) = (source, time, logger)
    }

    /// The values of a user's references, by variable; reads what was not read yet.
    /// - Throws: ``Finding`` where one of them is not to be had.
    func values(
        of references: [String: ValueReference], for user: ObjectKey, refresh: Duration
    ) async throws(Finding) -> [String: Secret<String>] {
        register(user, Set(references.values.map(\.place)), refresh)
        var values: [String: Secret<String>] = [:]
        for (name, reference) in references.sorted(by: { $0.key < $1.key }) {
            let entry = try await entry(reference.place)
            guard let reading = entry.reading else {
                throw (entry.failure ?? Finding.notHere(reference.place)).at("environment \(name)")
            }
            guard let value = reading.values[reference.key] else {
                throw Finding(
                    .secretMissing, "There is no \(reference); add it, or name another.", field: "environment \(name)")
            }
            values[name] = value
        }
        return values
    }

    func forget(_ user: ObjectKey) { register(user, [], .zero) }

    private func register(_ user: ObjectKey, _ places: Set<ValuePlace>, _ refresh: Duration) {
        let now = time.now
        let isNew = state.withLock { state in
            let old = state.places[user] ?? []
            for place in old.subtracting(places) {
                state.entries[place]?.users.remove(user)
                if state.entries[place]?.users.isEmpty ?? false { state.entries[place] = nil }
            }
            state.places[user] = places.isEmpty ? nil : places
            for place in places {
                // The one who wants it soonest counts.
                var entry = state.entries[place] ?? Entry(due: now, refresh: refresh)
                entry.users.insert(user)
                entry.refresh = min(refresh, entry.refresh)
                state.entries[place] = entry
            }
            return !places.isSubset(of: old)
        }
        if isNew { news.raise() }
    }

    /// What is known of a place; read now where it never was.
    private func entry(_ place: ValuePlace) async throws(Finding) -> Entry {
        let now = time.now
        let known = state.withLock { $0.entries[place] }
        if let known, known.reading != nil || known.failure != nil && known.due > now { return known }
        _ = await read(place)
        // Who follows the sources has passed it over meanwhile.
        news.raise()
        return state.withLock { $0.entries[place] } ?? Entry(due: now, refresh: RuntimeEnvironment.standardRefresh)
    }

    // MARK: reading anew

    /// Reads what is due until cancelled, and tells who uses what has changed.
    func run(changed: @Sendable ([ObjectKey]) -> Void) async throws {
        while true {
            let now = time.now
            let (due, next) = state.withLock { state in
                let waiting = state.entries.filter { !$0.value.isBeingRead }
                return (
                    waiting.filter { $0.value.due <= now }.prefix(Self.atOnce).map(\.key),
                    waiting.values.map(\.due).min()
                )
            }
            if due.isEmpty {
                if let next { try await news.wait(until: next, time) } else { try await news.wait() }
                continue
            }
            await withTaskGroup(of: [ObjectKey].self) { group in
                for place in due { group.addTask { await self.read(place) } }
                for await users in group where !users.isEmpty { changed(users) }
            }
            try Task.checkCancellation()
        }
    }

    /// - Returns: who uses it, where its values are others than before.
    private func read(_ place: ValuePlace) async -> [ObjectKey] {
        let last: ValueReading?? = state.withLock { state in
            guard let entry = state.entries[place] else { return nil }
            state.entries[place]?.isBeingRead = true
            return .some(entry.reading)
        }
        guard let last else { return [] }
        let source = source
        let result: Result<ValueReading, any Error>
        do {
            result = .success(
                try await time.withDeadline(Self.deadline, "Reading \(place)") {
                    try await source.read(place, last: last)
                })
        } catch {
            result = .failure(error)
        }
        let now = time.now
        return state.withLock { state in
            guard var entry = state.entries[place] else { return [] }
            defer { state.entries[place] = entry }
            entry.isBeingRead = false
            switch result {
            case .success(let reading):
                let isOther = reading.values != entry.reading?.values
                (entry.reading, entry.failure, entry.failures) = (reading, nil, 0)
                // A loan is prolonged in good time, and not before: each reading may make another credential.
                entry.due = now + (reading.lease.map { max(.seconds(1), $0.duration * 2 / 3) } ?? entry.refresh)
                return isOther ? Array(entry.users) : []
            case .failure(let error):
                entry.failures += 1
                entry.failure = Self.finding(error, place)
                entry.due = now + Self.backoff.delay(afterFailures: entry.failures)
                logger.warning(
                    "a source of secrets could not be read",
                    metadata: ["place": "\(place)", "error": "\(entry.failure?.description ?? "")"])
                return []
            }
        }
    }

    private static func finding(_ error: any Error, _ place: ValuePlace) -> Finding {
        if let finding = error as? Finding, finding.code != .deadline { return finding }
        // What else is thrown may repeat what a server said.
        return Finding(.secretUnavailable, "\(place) cannot be read now; it is tried again.")
    }
}
