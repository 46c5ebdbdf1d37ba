import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawResources
import Logging
import Synchronization

/// Carries out operations on runtimes: journal first, then the wish in the cluster, then waiting for its controller.
final class RuntimeOperations: Sendable {
    /// After this long an operation fails, whatever the runtime may still become.
    static let deadline = Duration.seconds(900)

    let journal: OperationJournal
    let feed: OperationFeed
    private let declarer: RuntimeDeclarer
    private let api: any KubernetesAPI
    private let runtimes: ObjectCache<Runtime>
    private let store: any PlatformStore
    private let time: any TimeSource
    private let log: Logger
    private let represent: @Sendable (Runtime) -> JSON
    /// Target → the operation under way on it, as far as this process knows.
    private let active = Mutex<[String: String]>([:])
    private let tracker: Mutex<Controller?> = Mutex(nil)

    init(
        api: any KubernetesAPI, caches: SharedCaches, store: any PlatformStore, time: any TimeSource, log: Logger,
        represent: @escaping @Sendable (Runtime) -> JSON
    ) {
        feed = OperationFeed()
        journal = OperationJournal(store: store, feed: feed, time: time)
        declarer = RuntimeDeclarer(api: api, journal: journal)
        runtimes = caches.cache(Runtime.self)
        (self.api, self.store, self.time, self.log, self.represent) = (api, store, time, log, represent)
        let controller = Controller("operations", caches: caches, logger: log) { [weak self] key in
            try await self?.track(key) ?? .settled
        }
        controller.reconciles(Runtime.self)
        tracker.withLock { $0 = controller }
    }

    var activeCount: Int { active.withLock { $0.count } }

    // MARK: beginning

    /// What somebody asks for.
    struct Wish: Sendable {
        var verb: RuntimeVerb
        var project: String
        var name: String
        var actor: String
        /// For a creation `user` and `template?`; else `uid`.
        var parameters: JSON
        var idempotencyKey: String?
    }

    /// Journals the wish, writes it into the cluster, and returns while the cluster works on it.
    /// - Throws: ``Finding`` (`E_ACTION_CONFLICT` and others), ``KubernetesError`` where the cluster refuses: the
    ///   operation has failed then.
    func begin(_ wish: Wish) async throws -> Operation {
        let now = time.now
        let operation = Operation(
            id: RecordID.make(at: now), idempotencyKey: wish.idempotencyKey, actor: wish.actor,
            target: RuntimeTarget.text(wish.project, wish.name), action: wish.verb.rawValue,
            parameters: wish.parameters,
            steps: [Operation.Step(name: Operation.declareStep), Operation.Step(name: Operation.reconcileStep)],
            createdAt: now)
        let (begun, isNew) = try await journal.begin(operation, wish.verb)
        guard isNew else { return begun }
        active.withLock { $0[begun.target] = begun.id }
        // Whatever happens from here, also to this request: the tracker goes on with it.
        defer { ask(begun.target) }
        do {
            try await declare(begun)
        } catch {
            guard let failure = Self.finalFailure(error) else {
                log.warning(
                    "a wish is not yet in the cluster", metadata: ["operation": "\(begun.id)", "error": "\(error)"])
                return begun
            }
            try await journal.fail(begun.id, failure)
            throw error
        }
        return try await store.get(Operation.self, begun.id)?.record ?? begun
    }

    private func declare(_ operation: Operation) async throws {
        try await declarer.declare(operation)
        try await journal.note(operation.id, Operation.declareStep, .succeeded)
    }

    /// What an error means for the operation; nil where trying again may help.
    private static func finalFailure(_ error: any Error) -> Operation.Failure? {
        switch error {
        case let finding as Finding where finding.code != .storage && finding.code != .notReady:
            return Operation.Failure(code: finding.code, message: finding.message)
        case let error as KubernetesError where error.isFinal:
            let finding = Finding(error)
            return Operation.Failure(code: finding.code, message: finding.message)
        default: return nil
        }
    }

    private func ask(_ target: String) {
        guard let (project, name) = RuntimeTarget.parse(target) else { return }
        tracker.withLock { $0 }?.ask(for: ObjectKey(namespace: project, name: name))
    }

    // MARK: tracking

    /// Follows operations to their end until cancelled; first takes up those that an earlier process left.
    func run() async throws {
        try await resume()
        try await tracker.withLock { $0 }?.run()
    }

    private func resume() async throws {
        var after: String?
        while true {
            let page = try await store.list(Operation.self, after: after, limit: 1000, isDescending: true)
            for operation in page.map(\.record) where !operation.state.isFinal {
                active.withLock { $0[operation.target] = operation.id }
                ask(operation.target)
            }
            guard page.count == 1000, let last = page.last else { return }
            after = last.record.id
        }
    }

    private func track(_ key: ObjectKey) async throws -> Reconciled {
        let target = RuntimeTarget.text(key.namespace, key.name)
        guard let id = active.withLock({ $0[target] }) else { return .settled }
        guard let operation = try await store.get(Operation.self, id)?.record, !operation.state.isFinal else {
            return forget(target, id)
        }
        let end = operation.createdAt + Self.deadline
        do {
            if !operation.isDeclared { try await declare(operation) }
        } catch {
            guard let failure = Self.finalFailure(error) else {
                guard time.now >= end else { throw error }
                try await fail(operation, "The cluster could not be told within")
                return forget(target, id)
            }
            try await journal.fail(id, failure)
            return forget(target, id)
        }
        var runtime = runtimes[key]
        var progress = RuntimeProgress.of(operation, runtime)
        if !progress.isUnderWay {
            // The cache may still show the time before the wish; only the server's word ends an operation.
            runtime = try await api.find(Runtime.self, key.name, in: key.namespace)
            progress = RuntimeProgress.of(operation, runtime)
        }
        switch progress {
        case .reached:
            try await journal.succeed(id, result: runtime.flatMap { operation.verb == .delete ? nil : represent($0) })
        case .failed(let failure): try await journal.fail(id, failure)
        case .underWay(let message):
            guard time.now < end else {
                try await fail(operation, "\(message) It did not get further within")
                return forget(target, id)
            }
            try await journal.note(id, Operation.reconcileStep, .running, message)
            return .again(after: end - time.now)
        }
        return forget(target, id)
    }

    private func fail(_ operation: Operation, _ what: String) async throws {
        try await journal.fail(
            operation.id,
            Operation.Failure(
                code: .deadline,
                message: "\(what) \(Self.deadline.components.seconds) s; see the runtime's conditions, then ask again.")
        )
    }

    private func forget(_ target: String, _ id: String) -> Reconciled {
        // The next operation on the target may have begun already.
        active.withLock { if $0[target] == id { $0[target] = nil } }
        return .settled
    }
}
