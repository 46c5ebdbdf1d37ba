public import ClawBase
public import ClawKubernetes
import ClawModels
public import Logging

/// One of several replicas leads, by a Lease (`coordination.k8s.io/v1`) that it renews.
///
///     let election = try LeaderElection(lease: "one-click", in: "ops", api: client)
///     try await election.run { leadership in
///         try await controller(leadership.fenced(client)).run()
///     }
///
/// The rules are client-go's, so that programs of both kinds may share a Lease. Beyond them a candidate watches the
/// Lease, so that it takes over at once what another one gives back, each term has a number of its own, and writes can
/// be fenced (``Leadership/fenced(_:)``).
///
/// Candidates that wait do so warm: caches and whatever else only reads may run beside `run`.
public final class LeaderElection: Sendable {
    public let lease: String
    public let namespace: String
    public let identity: String
    let options: ElectionOptions
    let api: any KubernetesAPI
    let time: any TimeSource
    let logger: Logger
    let board = StatusBoard()
    private let present = Mutexed<Term?>(nil)
    private let metrics: LeadershipMetrics

    /// - Parameters:
    ///   - identity: distinguishes this process from all others that want the Lease; two of one identity would both
    ///     lead. The host's name and a random part where not given.
    /// - Throws: ``Finding`` with ``FindingCode/badConfig`` where the options cannot keep two leaders apart.
    public init(
        lease: String, in namespace: String, identity: String? = nil, api: some KubernetesAPI,
        time: some TimeSource = .system, options: ElectionOptions = ElectionOptions(), metrics: LeadershipMetrics? = nil,
        logger: Logger = Logger(label: "clawkit.leadership") { _ in SwiftLogNoOpLogHandler() }
    ) throws(Finding) {
        let identity = identity ?? "\(Machine.hostName)_\(Chance.uuid())"
        if identity.isEmpty {
            throw Finding(.badConfig, "An empty identity means that nobody leads; name this process.", field: "identity")
        }
        (self.lease, self.namespace, self.identity) = (lease, namespace, identity)
        (self.options, self.api, self.time) = (try options.checked(), api, time)
        self.metrics = metrics ?? LeadershipMetrics(lease: lease)
        var logger = logger
        logger[metadataKey: "lease"] = "\(namespace)/\(lease)"
        self.logger = logger
    }

    /// Whether this candidate leads, and who does.
    public var status: LeadershipStatus { board.status }

    /// The present status, then each change; of several unread ones the newest.
    public var statuses: AsyncStream<LeadershipStatus> { board.follow() }

    /// The same API, whose writes are refused with ``FindingCode/notLeader`` while this candidate does not certainly lead:
    /// for what is built before anybody leads, and stays from one term to the next. In all else as
    /// ``Leadership/fenced(_:)``.
    public func fenced(_ api: some KubernetesAPI) -> FencedAPI {
        FencedAPI(api) { [self] () throws(Finding) in try term() }
    }

    /// The same way to others, on which nothing is sent while this candidate does not certainly lead, and what is under
    /// way then is given up.
    public func fenced(_ transport: some Transport) -> FencedTransport {
        FencedTransport(transport) { [self] () throws(Finding) in try term() }
    }

    private func term() throws(Finding) -> Term {
        guard let term = present.withLock({ $0 }) else { throw Term.refusal("\(namespace)/\(lease)") }
        return term
    }

    /// Waits to become the leader, and runs `body` for as long as it is.
    ///
    /// Where leadership is lost, or cannot be renewed in time, `body` is cancelled, and once it has ended the waiting
    /// begins anew. When `body` ends by itself, or this task is cancelled or shut down gracefully, the Lease is given
    /// back and another candidate follows at once. `body` sees a graceful shutdown too and may end its work; it is
    /// cancelled after ``ElectionOptions/drain``.
    /// - Throws: what `body` throws while it leads, `CancellationError`; ``KubernetesError`` where the Lease may not be
    ///   read or written.
    public func run(_ body: @escaping @Sendable (Leadership) async throws -> Void) async throws {
        while try await lead(body) == .lost {}
    }

    /// As ``run(_:)``, but for one term only: returns also when leadership is lost. For programs that begin anew as a
    /// whole then.
    public func runOnce(_ body: @escaping @Sendable (Leadership) async throws -> Void) async throws {
        _ = try await lead(body)
    }

    enum End: Sendable { case finished, lost }

    private func lead(_ body: @escaping @Sendable (Leadership) async throws -> Void) async throws -> End {
        guard let won = try await untilGracefulShutdown({ try await self.campaign() }) else { return .finished }
        let holding = Holding(won.1)
        logger.info("leading", metadata: ["identity": "\(identity)", "token": "\(won.0.token)"])
        present.withLock { $0 = won.0 }
        board.set(isLeader: true, leader: identity)
        metrics.set(isLeader: true)
        let end: Result<End, any Error>
        do { end = .success(try await serve(won.0, holding, body)) } catch { end = .failure(error) }
        let isLost = !won.0.isCertain
        won.0.finish()
        present.withLock { $0 = nil }
        board.set(isLeader: false, leader: nil)
        metrics.set(isLeader: false)
        logger.info("no longer leading", metadata: ["identity": "\(identity)", "token": "\(won.0.token)"])
        if !isLost { await release(holding) }
        return try end.get()
    }

    /// Runs `body` and renews meanwhile; returns when both have ended.
    private func serve(
        _ term: Term, _ holding: Holding, _ body: @escaping @Sendable (Leadership) async throws -> Void
    ) async throws -> End {
        let (time, drain) = (time, options.drain)
        return try await withThrowingTaskGroup(of: End.self) { group in
            group.addTask {
                try await body(Leadership(term: term))
                return .finished
            }
            group.addTask {
                try await self.hold(term, holding)
                return .lost
            }
            group.addTask {
                // Also while a renewal is still waiting for its answer.
                try await term.untilUncertain()
                return .lost
            }
            group.addTask {
                try await untilGracefulShutdown()
                try await time.sleep(for: drain)
                return .finished
            }
            let first = await group.nextResult() ?? .success(.finished)
            group.cancelAll()
            if case .success(.lost) = first { term.finish() }
            // Whatever the others end with follows from that.
            while await group.nextResult() != nil {}
            return try first.get()
        }
    }

    /// Best effort: where it fails, others wait until the lease has run out. Also of a cancelled task.
    private func release(_ holding: Holding) async {
        do {
            try await shieldedFromCancellation { [self] in
                try await time.withDeadline(options.requestDeadline, "Giving back the lease") { [self] in
                    try await giveBack(holding)
                }
            }
        } catch {
            logger.warning("the lease was not given back", metadata: ["error": "\(error)"])
        }
    }
}
