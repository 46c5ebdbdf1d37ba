public import ClawBase
public import ClawKubernetes
import ClawModels
public import Logging
import Synchronization

/// One cache per kind and scope, however many controllers read it.
///
/// Ask for caches first, then ``run()``; a cache asked for later is started too.
public final class SharedCaches: Sendable {
    private struct Name: Hashable {
        /// By the Swift type: two views of one kind each have their own.
        let type: ObjectIdentifier
        let scope: CacheScope
    }

    /// A cache without its type.
    private struct Member: Sendable {
        let cache: any Sendable
        let type: ResourceType
        let run: @Sendable () async throws -> Void
        let statistics: @Sendable () -> CacheStatistics
        let isSynced: @Sendable () -> Bool
        let spill: @Sendable (SpillFile) -> Void
        let isSpilled: @Sendable () -> Bool
        let written: @Sendable (JSONObject, Writer?) -> Void
        let deleted: @Sendable (ObjectKey, _ uid: String?, _ version: UInt64, Writer?) -> Void
    }

    private struct State {
        var caches: [Name: Member] = [:]
        /// In the order they were asked for.
        var order: [Member] = []
        var transforms: [ObjectIdentifier: any Sendable] = [:]
        var refusal: Finding?
    }

    /// What all views of the caches have in common.
    private final class Store: Sendable {
        let state = Mutex(State())
        let news = Signal()
    }

    /// What those write with who have these caches.
    public let api: any KubernetesAPI
    public let time: any TimeSource
    /// What the caches are read from.
    private let source: any KubernetesAPI
    private let memoryBudget: Int?
    private let logger: Logger?
    private let store: Store

    /// - Parameter memoryBudget: how many bytes of objects may be in memory, by ``CacheStatistics/bytesInMemory``. Beyond
    ///   that the largest caches move to a file of the process (Secrets never do), where reading takes microseconds
    ///   longer: slower rather than dead.
    public init(
        _ api: some KubernetesAPI, time: some TimeSource = .system, memoryBudget: Int? = nil, logger: Logger? = nil
    ) {
        (self.api, source, self.time, self.memoryBudget, self.logger) = (api, api, time, memoryBudget, logger)
        store = Store()
    }

    private init(_ other: SharedCaches, writing api: any KubernetesAPI) {
        (self.api, source, time, memoryBudget) = (api, other.source, other.time, other.memoryBudget)
        (logger, store) = (other.logger, other.store)
    }

    /// The same caches for a part of the program that writes with another API, such as a fenced one
    /// (``LeaderElection/fenced(_:)``). They are kept once, whoever asked for them, by whichever of the two runs.
    public func writing(with api: some KubernetesAPI) -> SharedCaches { SharedCaches(self, writing: api) }

    /// Of the objects of a kind only what `transform` leaves is kept, in caches asked for from now on.
    ///
    /// An object changed so must not be written back as a whole: patch it, or apply what you own.
    public func transform<R: Resource>(_ type: R.Type, _ transform: @escaping @Sendable (inout R) -> Void) {
        store.state.withLock { $0.transforms[ObjectIdentifier(R.self)] = transform }
    }

    /// The cache of a kind.
    ///
    /// All Secrets of a cluster are not cached by accident: without a namespace, a selection or ``CacheScope/allSecrets``
    /// ``run()`` throws.
    public func cache<R: Resource>(_ type: R.Type = R.self, in scope: CacheScope = .all) -> ObjectCache<R> {
        let name = Name(type: ObjectIdentifier(R.self), scope: scope)
        let cache = store.state.withLock { state -> ObjectCache<R> in
            if let cache = state.caches[name]?.cache as? ObjectCache<R> { return cache }
            if Self.isAllSecrets(R.self, scope) { state.refusal = state.refusal ?? Self.refusal }
            let transform = state.transforms[ObjectIdentifier(R.self)] as? @Sendable (inout R) -> Void
            let cache = ObjectCache(R.self, of: source, in: scope, time: time, transform: transform)
            let member = Member(
                cache: cache, type: R.type, run: { try await cache.run() }, statistics: { cache.statistics },
                isSynced: { cache.isSynced }, spill: { cache.spill(to: $0) }, isSpilled: { cache.isSpilled },
                written: { cache.noteWritten($0, by: $1) }, deleted: { cache.noteDeleted($0, uid: $1, version: $2, by: $3) })
            state.caches[name] = member
            state.order.append(member)
            return cache
        }
        store.news.raise()
        return cache
    }

    private static func isAllSecrets<R: Resource>(_ type: R.Type, _ scope: CacheScope) -> Bool {
        R.type.group.isEmpty && R.type.plural == "secrets" && R.representation == .whole && scope.namespace == nil
            && scope.selection.labelSelector == nil && scope.selection.fieldSelector == nil && !scope.includesAllSecrets
    }

    private static let refusal = Finding(
        .secretsOfAll,
        "All Secrets of the cluster would be cached; name a namespace or labels, cache their metadata alone "
            + "(PartialObjectMetadata), or say CacheScope.allSecrets.")

    /// Whether every cache asked for so far has its first list.
    public var areSynced: Bool { store.state.withLock { $0.order }.allSatisfy { $0.isSynced() } }

    /// What the caches asked for so far ask of the API server.
    public var permissions: [Permission] {
        store.state.withLock { state in
            state.caches.map { name, member in .watching(member.type, in: name.scope.namespace) }
        }.merged
    }

    /// What the caches hold, by kind (`pods`, `deployments.apps`).
    public var statistics: [String: CacheStatistics] {
        store.state.withLock { $0.order }.reduce(into: [:]) { all, member in
            let part = member.statistics()
            all[member.type.qualifiedName, default: CacheStatistics()].objects += part.objects
            all[member.type.qualifiedName, default: CacheStatistics()].bytesInMemory += part.bytesInMemory
            all[member.type.qualifiedName, default: CacheStatistics()].bytesOnDisk += part.bytesOnDisk
        }
    }

    /// Keeps all caches until cancelled. Runs once at a time.
    /// - Throws: what one of the watches cannot mend (see ``Watch``), ``Finding`` with ``FindingCode/secretsOfAll``,
    ///   `CancellationError`.
    public func run() async throws {
        // Not a discarding group: there, a watch that fails would end the others but not the wait for news.
        try await withThrowingTaskGroup(of: Void.self) { group in
            var started = 0
            if memoryBudget != nil { group.addTask { try await self.keepBudget() } }
            repeat {
                let (members, refusal) = store.state.withLock { ($0.order, $0.refusal) }
                if let refusal { throw refusal }
                for member in members[started...] {
                    group.addTask {
                        try await member.run()
                        // A watch never ends by itself; its task was cancelled.
                        throw CancellationError()
                    }
                }
                started = members.count
                group.addTask { try await self.store.news.wait() }
            } while try await group.next() != nil
        }
    }

    // MARK: memory

    private static let budgetInterval = Duration.seconds(1)

    private func keepBudget() async throws {
        while true {
            try enforceBudget()
            try await time.sleep(for: Self.budgetInterval)
        }
    }

    /// Moves the largest caches to a file until the others are within the budget.
    func enforceBudget() throws {
        guard let memoryBudget else { return }
        var members = store.state.withLock { $0.order }.filter { !$0.isSpilled() }.map { ($0, $0.statistics().bytesInMemory) }
        members.sort { $0.1 > $1.1 }
        var total = members.reduce(0) { $0 + $1.1 }
        for (member, bytes) in members where total > memoryBudget && bytes > 0 && member.type.plural != "secrets" {
            member.spill(try SpillFile())
            total -= bytes
            logger?.warning(
                "The caches hold more than their memory budget: a kind moves to disk.",
                metadata: [
                    "kind": "\(member.type.qualifiedName)", "bytes": "\(bytes)", "budget": "\(memoryBudget)",
                ])
        }
    }

    // MARK: what this process writes

    /// Enters what the server answered to a write, for a reader that must not act on what was before it. Everybody hears
    /// of it as of a change that the watch tells.
    package func noteWritten<R: Resource>(_ object: R) { noteWritten(object.document, R.type, by: nil) }

    func noteWritten(_ document: JSONObject, _ type: ResourceType, by writer: Writer?) {
        for member in members(of: type) { member.written(document, writer) }
    }

    func noteDeleted(_ key: ObjectKey, _ type: ResourceType, uid: String?, version: UInt64, by writer: Writer?) {
        for member in members(of: type) { member.deleted(key, uid, version, writer) }
    }

    private func members(of type: ResourceType) -> [Member] {
        store.state.withLock { $0.order.filter { $0.type.plural == type.plural && $0.type.apiVersion == type.apiVersion } }
    }
}

extension FindingCode {
    /// All Secrets of a cluster would be kept in memory without anybody having said so.
    public static let secretsOfAll = FindingCode(rawValue: "E_CACHE_ALL_SECRETS")
}
