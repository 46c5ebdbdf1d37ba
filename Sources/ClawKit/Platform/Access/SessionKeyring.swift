public import ClawBase
import Logging
import Synchronization

/// The session keys of a platform, which all its control planes share by their store: who signs in at one is signed in
/// at all of them.
public final class SessionKeyring: Sendable {
    /// The newest key is followed by another after this long.
    public static let rotationInterval = Duration.seconds(30 * 86400)
    /// How often it is looked at whether a rotation is due.
    private static let watchInterval = Duration.seconds(3600)
    /// A cookie that names a key nobody knows makes this process read the keys, and so does every cookie while the store
    /// does not tell what others do; but not more often than this.
    private static let readInterval = Duration.seconds(1)

    private struct State {
        var keys: SessionKeys
        /// Of the row they stand in: what was read late does not replace what came after.
        var version: UInt64 = 0
        var lastRead: Timestamp?

        mutating func take(_ keys: SessionKeys, _ version: UInt64) {
            if version > self.version { (self.keys, self.version) = (keys, version) }
        }
    }

    private struct Source {
        let store: any PlatformStore
        let sealing: SealingKey?
        let lifetime: Duration
        let time: any TimeSource
        let changes: RecordChanges
    }

    private let state: Mutex<State>
    private let source: Source?

    /// Keys that nobody else has and that never change: for tests, and for what stands alone.
    public init(_ keys: SessionKeys) {
        state = Mutex(State(keys: keys))
        source = nil
    }

    private init(_ keys: SessionKeys, version: UInt64, _ source: Source) {
        state = Mutex(State(keys: keys, version: version))
        self.source = source
    }

    /// The keys in a store, made where there are none.
    /// - Parameters:
    ///   - sealing: with what they are sealed there; nil: they stand in the store as they are, and whoever can read it
    ///     can sign in as anybody.
    ///   - lifetime: how long a session lasts at most: so long the keys are kept that a newer one has followed.
    /// - Throws: ``Finding`` (`E_CONFIG` where they are sealed with another secret, `E_STORAGE`, `E_UNREACHABLE`).
    public static func open(
        in store: some PlatformStore, sealing: SealingKey? = nil, sessionsLasting lifetime: Duration,
        time: some TimeSource = .system
    ) async throws -> SessionKeyring {
        // Listened to first, so that nothing is missed between reading and listening.
        let source = Source(
            store: store, sealing: sealing, lifetime: lifetime, time: time,
            changes: store.changes(of: SessionKeyRecord.kind))
        let now = time.now
        let key = RecordKey(SessionKeyRecord.kind, SessionKeyRecord.key)
        let ((keys, read), written) = try await store.commit(over: [key]) { rows in
            if let found = try rows.get(SessionKeyRecord.self, SessionKeyRecord.key) {
                let keys = try found.record.keys(openedWith: sealing)
                guard sealing != nil, !found.record.isSealed else { return (RecordWrites(), (keys, found.version)) }
                let sealed = Versioned(try SessionKeyRecord(keys, sealedWith: sealing), version: found.version)
                return (RecordWrites([.replace(sealed)]), (keys, found.version))
            }
            let keys = SessionKeys.generate(at: now)
            return (RecordWrites([.create(try SessionKeyRecord(keys, sealedWith: sealing))]), (keys, 0))
        }
        return SessionKeyring(keys, version: max(read, written), source)
    }

    var keys: SessionKeys { state.withLock { $0.keys } }

    // MARK: following

    /// Follows what other control planes do to the keys, and rotates them when it is time, until cancelled.
    /// - Throws: `CancellationError`.
    func run(_ logger: Logger) async throws {
        guard let source else { return }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                var changes = source.changes.makeAsyncIterator()
                while try await changes.next() != nil { try await self.read(logger) }
            }
            group.addTask {
                while true {
                    do {
                        try await self.renew()
                    } catch {
                        try Task.checkCancellation()
                        logger.warning("the session keys could not be renewed", metadata: ["error": "\(error)"])
                    }
                    try await source.time.sleep(for: Self.watchInterval)
                }
            }
        }
    }

    private func read(_ logger: Logger) async throws {
        do {
            try await read()
        } catch {
            try Task.checkCancellation()
            // Old keys go on; a cookie by a new one makes this process read again.
            logger.warning("the session keys could not be read", metadata: ["error": "\(error)"])
        }
    }

    private func read() async throws {
        guard let source else { return }
        guard let found = try await source.store.get(SessionKeyRecord.self, SessionKeyRecord.key) else { return }
        let keys = try found.record.keys(openedWith: source.sealing)
        state.withLock { $0.take(keys, found.version) }
    }

    /// Reads the keys where one of this name is not known: another control plane may just have made it; and where it
    /// could have been taken away without this process hearing of it.
    /// - Throws: ``Finding`` (`E_STORAGE`, `E_UNREACHABLE`).
    func learn(_ id: Substring) async throws {
        guard let source, !source.changes.isComplete || keys.key(id) == nil else { return }
        let now = source.time.now
        let isDue = state.withLock { state in
            if let last = state.lastRead, now - last < Self.readInterval { return false }
            state.lastRead = now
            return true
        }
        if isDue { try await read() }
    }

    // MARK: rotating

    private func renew() async throws {
        guard let lifetime = source?.lifetime else { return }
        try await change { keys, now in
            keys.renew(every: Self.rotationInterval, sessionsLasting: lifetime, at: now)
        }
    }

    /// Puts a new key in front of all others, at every control plane.
    /// - Parameter revokes: drops all others, so that every session ends.
    /// - Throws: ``Finding`` (`E_STORAGE`, `E_UNREACHABLE`).
    public func rotate(revoking revokes: Bool = false) async throws {
        try await change { keys, now in
            keys.rotate(keeping: revokes ? 1 : keys.keys.count + 1, at: now)
            return true
        }
    }

    private func change(_ change: @escaping @Sendable (inout SessionKeys, Timestamp) -> Bool) async throws {
        guard let source else {
            state.withLock { _ = change(&$0.keys, Timestamp(seconds: 0)) }
            return
        }
        let (now, sealing) = (source.time.now, source.sealing)
        let key = RecordKey(SessionKeyRecord.kind, SessionKeyRecord.key)
        let (keys, version) = try await source.store.commit(over: [key]) { rows in
            let found = try rows.require(SessionKeyRecord.self, SessionKeyRecord.key)
            var keys = try found.record.keys(openedWith: sealing)
            guard change(&keys, now) else { return (RecordWrites(), keys) }
            let changed = Versioned(try SessionKeyRecord(keys, sealedWith: sealing), version: found.version)
            return (RecordWrites([.replace(changed)]), keys)
        }
        state.withLock { $0.take(keys, version) }
    }
}
