public import ClawBase
public import ClawKubernetes
public import Logging
import Synchronization

/// Shares keys over the replicas of a program, each key to one of them.
///
///     let sharding = try Sharding(group: "rollouts", in: "ops", api: client)
///     sharding.onChange { controller.askForAll() }
///     try await sharding.run { isKept in await controller.drain(except: isKept) }
///     …
///     guard sharding.owns(key) else { return }
///
/// Each replica has a member Lease, renewed and labelled `clawkit.dev/shard-group`; members find each other by it. When
/// one comes or goes only its own keys move: each is worked on by nobody for the moment until all replicas know, never
/// by two. A member that dies is passed over once its Lease has run out, one that leaves in good order at once.
public final class Sharding: Sendable {
    public let group: String
    public let namespace: String
    public let identity: String
    let options: ElectionOptions
    let api: any KubernetesAPI
    let time: any TimeSource
    let logger: Logger

    struct Board: Sendable {
        var state: ShardState
        /// Until when this replica has what it owns, by its own clock.
        var certainUntil = Timestamp(nanoseconds: .min)
        /// What the handlers were last told.
        var told: [ShardView]?
        /// Up to which view the work on keys that go has ended.
        var drained: ShardView?
    }

    let board: Mutex<Board>
    let news = Signal()
    private let handlers = Mutex<[@Sendable () -> Void]>([])

    /// - Parameters:
    ///   - group: a DNS label; replicas of one group share keys.
    ///   - identity: distinguishes this process from all others of the group; the host's name and a random part where not
    ///     given.
    ///   - options: how long a member Lease lasts, and how long a member goes on without a renewal.
    /// - Throws: ``Finding`` with ``FindingCode/badConfig``.
    public init(
        group: String, in namespace: String, identity: String? = nil, api: some KubernetesAPI,
        time: some TimeSource = .system, options: ElectionOptions = ElectionOptions(),
        logger: Logger = Logger(label: "clawkit.sharding") { _ in SwiftLogNoOpLogHandler() }
    ) throws(Finding) {
        let identity = identity ?? "\(Machine.hostName)_\(Chance.uuid())"
        guard !identity.isEmpty, !identity.contains("\n") else {
            throw Finding(.badConfig, "A member's identity is one line of text; name this process.", field: "identity")
        }
        guard !group.isEmpty, group.utf8.count <= 40 else {
            throw Finding(.badConfig, "A group's name is a DNS label of at most 40 characters.", field: "group")
        }
        (self.group, self.namespace, self.identity) = (group, namespace, identity)
        (self.options, self.api, self.time) = (try options.checked(), api, time)
        var logger = logger
        logger[metadataKey: "shards"] = "\(namespace)/\(group)"
        self.logger = logger
        board = Mutex(Board(state: ShardState(identity)))
    }

    // MARK: who has what

    /// Whether this replica may work on a key at this moment. Ask before each piece of work.
    public func owns(_ key: ObjectKey) -> Bool {
        board.withLock { $0.certainUntil > time.now && $0.state.owns(key) }
    }

    /// The members as this replica knows them, itself among them; empty before it has come.
    public var members: [String] { board.withLock { $0.state.members } }

    /// Whether all members act by the same view, so that every key has somebody who works on it.
    public var isSettled: Bool { board.withLock { $0.certainUntil > time.now && $0.state.isSettled } }

    /// Calls `handler` whenever this replica may own other keys than before: then all keys are to be looked at again. It
    /// must be quick.
    public func onChange(_ handler: @escaping @Sendable () -> Void) { handlers.withLock { $0.append(handler) } }

    func tellChanges() {
        let isChanged = board.withLock { board in
            let views = board.certainUntil > time.now ? board.state.held : nil
            guard views != board.told else { return false }
            board.told = views
            return true
        }
        if isChanged { for handler in handlers.withLock({ $0 }) { handler() } }
    }

    /// The same API, but for writes while another replica may work on `key`: they are refused here, with
    /// ``FindingCode/notOwner``. Work that has begun may go on while a key goes: nobody gets it before the work has ended.
    public func fenced(_ api: some KubernetesAPI, for key: ObjectKey) -> ModifiedAPI {
        ModifiedAPI(api) { [self] request in
            let mayWrite = board.withLock { $0.certainUntil > time.now && $0.state.mayFinish(key) }
            guard request.isWrite, !mayWrite else { return }
            throw Finding(
                .notOwner, "Another replica may have \(key) by now, so this one must not write; end the work on it.",
                field: "\(key)")
        }
    }
}

extension FindingCode {
    /// Another replica works on this key.
    public static let notOwner = FindingCode(rawValue: "E_NOT_OWNER")
}
