import ClawBase
import ClawDocuments
import Synchronization

/// Slows down guessing of a user's password at all control planes over one store together.
///
/// Who signs in at the first attempt costs one read. Only where somebody has failed, or tries more than once at a time,
/// is each attempt counted in the store before its password is looked at, so that many at once gain nothing. Each control
/// plane may have one attempt under way that is counted when it has failed.
final class PasswordThrottle: Sendable {
    /// An attempt that may be made. Its outcome is told to the throttle.
    struct Attempt: Sendable {
        fileprivate let key: String
        /// Whether the store has it as a failure already.
        fileprivate let isCounted: Bool
    }

    private let store: any PlatformStore
    private let time: any TimeSource
    private let pace = GuessingPace()
    /// Whose first attempt is under way, uncounted.
    private let first = Mutex<Set<String>>([])

    init(_ store: any PlatformStore, time: any TimeSource) { (self.store, self.time) = (store, time) }

    /// - Throws: ``Finding``: `E_THROTTLED`; `E_STORAGE`, `E_UNREACHABLE`.
    func begin(_ user: String) async throws -> Attempt {
        let key = PasswordFailures.key(of: user)
        let isFirst = first.withLock { $0.insert(key).inserted }
        guard isFirst else { return try await counted(key, besides: 1) }
        do {
            if try await store.get(PasswordFailures.self, key) == nil { return Attempt(key: key, isCounted: false) }
            let attempt = try await counted(key, besides: 0)
            forget(key)
            return attempt
        } catch {
            forget(key)
            throw error
        }
    }

    func failed(_ attempt: Attempt) async throws {
        guard !attempt.isCounted else { return }
        defer { forget(attempt.key) }
        let now = time.now
        // The place in the order of keys is as good as random: a few rows after it are looked at each time.
        let stale = try await store.list(PasswordFailures.self, after: attempt.key, limit: 8)
            .filter { now - $0.record.last >= pace.memory }.map(\.record.key)
        _ = try await store.commit(over: ([attempt.key] + stale).map { RecordKey(PasswordFailures.kind, $0) }) {
            [pace] rows in
            var changes = [try Self.oneMore(attempt.key, rows, pace, now)]
            for key in stale {
                guard let row = try rows.get(PasswordFailures.self, key), now - row.record.last >= pace.memory
                else { continue }
                changes.append(.delete(PasswordFailures.kind, key: key, version: nil))
            }
            return (RecordWrites(changes), ())
        }
    }

    /// The password was right: the failures before it are forgotten.
    func succeeded(_ attempt: Attempt) async throws {
        defer { if !attempt.isCounted { forget(attempt.key) } }
        guard attempt.isCounted else { return }
        try await change(attempt.key) { _ in nil }
    }

    /// The attempt was not made.
    func takeBack(_ attempt: Attempt) async {
        guard attempt.isCounted else { return forget(attempt.key) }
        // Where the store fails here the attempt counts: a wait too many is better than one too few.
        try? await change(attempt.key) { old in
            old.count > 1 ? PasswordFailures(key: old.key, count: old.count - 1, last: old.last) : nil
        }
    }

    private func forget(_ key: String) { first.withLock { _ = $0.remove(key) } }

    /// - Parameter others: attempts under way that the store does not know of.
    private func counted(_ key: String, besides others: Int) async throws -> Attempt {
        let now = time.now
        _ = try await store.commit(over: [RecordKey(PasswordFailures.kind, key)]) { [pace] rows in
            if let old = try rows.get(PasswordFailures.self, key)?.record {
                try GuessingPace.refuse(old.last + pace.wait(old.count + others) - now)
            }
            return (RecordWrites([try Self.oneMore(key, rows, pace, now)]), ())
        }
        return Attempt(key: key, isCounted: true)
    }

    private static func oneMore(
        _ key: String, _ rows: RecordRows, _ pace: GuessingPace, _ now: Timestamp
    ) throws -> RecordChange {
        guard var old = try rows.get(PasswordFailures.self, key) else {
            return .create(PasswordFailures(key: key, count: 1, last: now))
        }
        let isFresh = now - old.record.last < pace.memory
        old.record.count = min((isFresh ? old.record.count : 0) + 1, 64)
        old.record.last = max(now, old.record.last)
        return .replace(old)
    }

    private func change(
        _ key: String, _ body: @escaping @Sendable (PasswordFailures) -> PasswordFailures?
    ) async throws {
        _ = try await store.commit(over: [RecordKey(PasswordFailures.kind, key)]) { rows in
            guard var found = try rows.get(PasswordFailures.self, key) else { return (RecordWrites(), ()) }
            guard let changed = body(found.record) else {
                return (RecordWrites([.delete(PasswordFailures.kind, key: key, version: found.version)]), ())
            }
            found.record = changed
            return (RecordWrites([.replace(found)]), ())
        }
    }
}
