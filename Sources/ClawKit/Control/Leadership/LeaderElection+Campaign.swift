import ClawBase
import ClawKubernetes
import ClawModels
import Logging
import Synchronization

/// Waiting for the Lease, and taking it.
extension LeaderElection {
    /// Returns once this candidate leads.
    func campaign() async throws -> (Term, Lease) {
        let candidacy = Mutexed(Candidacy(identity, options))
        let news = Signal()
        return try await withThrowingTaskGroup(of: (Term, Lease)?.self) { group in
            group.addTask {
                try await self.watch(candidacy, news)
                return nil
            }
            group.addTask { try await self.contend(candidacy, news) }
            defer { group.cancelAll() }
            while let won = try await group.next() { if let won { return won } }
            throw CancellationError()
        }
    }

    /// Tells what becomes of the Lease. Whoever may not watch it still looks at it.
    private func watch(_ candidacy: Mutexed<Candidacy>, _ news: Signal) async throws {
        do {
            for try await event in api.watch(Lease.self, in: namespace, matching: .named(lease), time: time) {
                let now = time.now
                switch event {
                case .snapshot(let leases): candidacy.withLock { $0.saw(leases.first, at: now) }
                case .applied(let lease): candidacy.withLock { $0.saw(lease, at: now) }
                case .deleted: candidacy.withLock { $0.saw(nil, at: now) }
                }
                news.raise()
            }
        } catch let error as KubernetesError {
            logger.warning("the lease cannot be watched; it is looked at instead", metadata: ["error": "\(error)"])
        }
    }

    private func contend(_ candidacy: Mutexed<Candidacy>, _ news: Signal) async throws -> (Term, Lease) {
        let backoff = Backoff(initial: .milliseconds(100), cap: options.retryPeriod)
        var failures = 0
        while true {
            let holder = candidacy.withLock(\.holder)
            board.set(isLeader: false, leader: holder)
            do {
                switch candidacy.withLock({ $0.move(at: time.now) }) {
                case .look:
                    let found = try await look()
                    candidacy.withLock {
                        $0.saw(found, at: time.now)
                        $0.didLook(at: time.now)
                    }
                case .take(let lease, let record):
                    // Certainty begins with the request: when it arrived, nobody knows.
                    let start = time.now
                    let taken = try await put(record, into: lease)
                    let term = Term(
                        token: record.transitions, lease: "\(namespace)/\(self.lease)",
                        certainUntil: start + options.renewDeadline, time: time)
                    return (term, taken)
                case .wait(let moment): try await news.wait(until: moment, time)
                }
                failures = 0
            } catch let error as CancellationError {
                throw error
            } catch {
                try Task.checkCancellation()
                if Self.isFinal(error) { throw error }
                failures += 1
                candidacy.withLock { $0.mustLook() }
                // Of two who want it one is refused: he looks at once who has it.
                let isRefused = (error as? KubernetesError)?.code == 409
                if !isRefused || failures > 1 {
                    logger.warning("the lease cannot be had yet", metadata: ["error": "\(error)"])
                    try await time.sleep(for: backoff.delay(afterFailures: failures))
                }
            }
        }
    }

    /// What trying again does not mend.
    static func isFinal(_ error: any Error) -> Bool {
        switch error {
        case let error as KubernetesError: [401, 403, 422].contains(error.code)
        case let finding as Finding: [.badName, .badRequest].contains(finding.code)
        default: false
        }
    }

    // MARK: the Lease

    func look() async throws -> Lease? {
        try await time.withDeadline(options.requestDeadline, "Reading the lease") { [self] in
            try await api.find(Lease.self, lease, in: namespace)
        }
    }

    /// Writes a record into a Lease as it was seen, or makes the Lease.
    /// - Throws: a conflict where it is not as it was seen.
    func put(_ record: LeaseRecord, into seen: Lease) async throws -> Lease {
        var next = seen
        record.write(into: &next)
        let isNew = seen.resourceVersion == nil
        if isNew { (next.metadata.name, next.metadata.namespace) = (lease, namespace) }
        let written = next
        return try await time.withDeadline(options.requestDeadline, "Writing the lease") { [self] in
            isNew ? try await api.create(written) : try await api.replace(written)
        }
    }
}
