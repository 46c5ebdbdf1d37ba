public import ClawBase
public import ClawLedger
public import ClawPlatform
import Synchronization

/// Limits as a platform's store has them (``PlatformStore/setLimit(_:)``).
///
/// As long as ``run()`` runs all of them are kept in memory and follow every change, whoever makes it; otherwise every
/// request asks the store.
public final class StoreLimits: LimitDirectory {
    private struct State {
        var limits: [UsageHolder: [String: UsageLimit]] = [:]
        /// Whether everything that the store has is there.
        var isComplete = false

        mutating func set(_ key: String, _ limit: UsageLimit?) {
            guard let owner = limit?.id.owner ?? UsageLimitID(key: key)?.owner else { return }
            limits[owner, default: [:]][key] = limit
            if limits[owner]?.isEmpty == true { limits[owner] = nil }
        }
    }

    private let store: any PlatformStore
    private let time: any TimeSource
    private let state = Mutex(State())

    public init(_ store: some PlatformStore, time: some TimeSource = .system) { (self.store, self.time) = (store, time) }

    public func limits(of subject: UsageSubject) async throws -> [UsageLimit] {
        let known: [UsageLimit]? = state.withLock { state in
            guard state.isComplete else { return nil }
            if state.limits.isEmpty { return [] }
            return subject.holders.flatMap { state.limits[$0].map { Array($0.values) } ?? [] }
        }
        if let known { return known }
        var found: [UsageLimit] = []
        for holder in subject.holders { found += try await store.limits(of: holder).map(\.record) }
        return found
    }

    /// Follows the store until cancelled.
    /// - Throws: `CancellationError`.
    public func run() async throws {
        defer { state.withLock { $0 = State() } }
        var changes = store.changes(of: UsageLimit.kind).makeAsyncIterator()
        var failures = 0
        while true {
            do {
                if !state.withLock({ $0.isComplete }) { try await load() }
                failures = 0
                guard let news = try await changes.next() else { return }
                switch news {
                case .changed(let key, _):
                    let limit = try await store.get(UsageLimit.self, key)?.record
                    state.withLock { $0.set(key, limit) }
                case .missed: state.withLock { $0.isComplete = false }
                }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                // What is not known is asked for with each request, until it is known again.
                state.withLock { $0.isComplete = false }
                failures += 1
                try await time.sleep(for: Backoff(initial: .milliseconds(100), cap: .seconds(5)).delay(afterFailures: failures))
            }
        }
    }

    private func load() async throws {
        var (fresh, after) = (State(), String?.none)
        repeat {
            let page = try await store.list(UsageLimit.self, after: after)
            for limit in page { fresh.set(limit.record.key, limit.record) }
            after = page.count == 1000 ? page.last?.record.key : nil
        } while after != nil
        fresh.isComplete = true
        let complete = fresh
        state.withLock { $0 = complete }
    }
}

/// Asks several directories; of limits with the same id the first one's counts.
public struct CompositeLimits: LimitDirectory {
    private let directories: [any LimitDirectory]

    public init(_ directories: [any LimitDirectory]) { self.directories = directories }

    public func limits(of subject: UsageSubject) async throws -> [UsageLimit] {
        var all: [UsageLimit] = []
        for directory in directories {
            for limit in try await directory.limits(of: subject) where !all.contains(where: { $0.id == limit.id }) {
                all.append(limit)
            }
        }
        return all
    }
}
