public import ClawBase
import ClawDocuments
public import ClawPlatform
import Synchronization

/// Grants as a platform's store has them: ``ModelKey`` records, those of people and services.
///
/// What was looked up is kept until its record changes, so that a request costs no look-up in the store, and for half a
/// minute at most: so long a revoked key may be good while the store cannot tell of its changes. Only as long as
/// ``run()`` runs are changes heard of; otherwise every request asks the store.
public final class StoreGrants: GrantDirectory {
    /// So many keys are kept at most.
    private static let limit = 10_000
    private static let maximumAge = Duration.seconds(30)

    private struct State {
        /// By the keys' hashes.
        var known: [String: (grant: ModelGrant, since: Timestamp)] = [:]
        var hashes: [String: String] = [:]
        var isFollowing = false
        /// Counts what was heard: a look-up that began before it may be out of date.
        var news = 0

        mutating func forget(_ id: String) {
            news += 1
            if let hash = hashes.removeValue(forKey: id) { known[hash] = nil }
        }

        mutating func forgetAll() {
            news += 1
            known = [:]
            hashes = [:]
        }
    }

    private let store: any PlatformStore
    private let time: any TimeSource
    private let state = Mutex(State())
    private let followers = GrantFollowers()

    public init(_ store: some PlatformStore, time: some TimeSource = .system) {
        (self.store, self.time) = (store, time)
    }

    /// Hears of changes until cancelled.
    /// - Throws: `CancellationError`.
    public func run() async throws {
        var changes = store.changes(of: ModelKey.kind).makeAsyncIterator()
        state.withLock { $0.isFollowing = true }
        defer {
            state.withLock { state in
                state.isFollowing = false
                state.forgetAll()
            }
        }
        while let news = try await changes.next() {
            switch news {
            case .changed(let id, _):
                state.withLock { $0.forget(id) }
                followers.tell(id)
            case .missed:
                state.withLock { $0.forgetAll() }
                followers.tell(nil)
            }
        }
    }

    public func follow(_ changed: @escaping @Sendable (_ grant: String?) -> Void) { followers.add(changed) }

    public func grant(forKeyHash keyHash: String) async -> ModelGrant? {
        let (known, news) = state.withLock { ($0.known[keyHash], $0.news) }
        let now = time.now
        if let known, now - known.since < Self.maximumAge { return known.grant }
        // A store that cannot be asked lets nobody in.
        guard let found = try? await store.modelKey(hash: keyHash) else { return nil }
        let grant = ModelGrant(found.record)
        state.withLock { state in
            guard state.isFollowing, state.news == news else { return }
            if state.known.count >= Self.limit { state.forgetAll() }
            state.known[keyHash] = (grant, now)
            state.hashes[grant.id] = keyHash
        }
        return grant
    }
}

extension ModelGrant {
    init(_ key: ModelKey) {
        // What was revoked has expired long ago.
        let end = key.revokedAt == nil ? key.expiresAt : Timestamp(seconds: 0)
        self.init(id: key.id, keyHash: key.hash, subject: key.subject, models: key.models, expiresAt: end)
        allowsEstimates = key.allowsEstimates
        cache = Self.cache(key.metadata["cache"])
    }
}

extension ModelGrant {
    /// What a key's metadata say of the cache, in LiteLLM's words: `{"ttl": 600}`, `{"no-cache": true}`.
    fileprivate static func cache(_ said: JSON?) -> Duration? {
        guard let said else { return nil }
        if said["no-cache"]?.bool == true || said["no-store"]?.bool == true { return .zero }
        guard let seconds = said["ttl"]?.number, seconds >= 0, seconds < 1e9 else { return nil }
        return .milliseconds(Int64(seconds * 1000))
    }
}

/// Asks several directories in order.
public struct CompositeGrants: GrantDirectory {
    private let directories: [any GrantDirectory]

    public init(_ directories: [any GrantDirectory]) { self.directories = directories }

    public func follow(_ changed: @escaping @Sendable (_ grant: String?) -> Void) {
        for directory in directories { directory.follow(changed) }
    }

    public func grant(forKeyHash keyHash: String) async -> ModelGrant? {
        for directory in directories {
            if let grant = await directory.grant(forKeyHash: keyHash) { return grant }
        }
        return nil
    }
}
