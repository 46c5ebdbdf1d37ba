import ClawBase
import ClawKubernetes
import ClawModels
import Logging
import Synchronization

extension Sharding {
    /// Takes part until cancelled or shut down gracefully; then leaves in good order, so that others go on at once.
    /// - Parameter drain: ends the work on all keys for which its argument is false, and returns when that has ended:
    ///   before that the others do not get them. It is asked again when more keys go.
    /// - Throws: `CancellationError`; ``KubernetesError`` where member Leases may not be read or written.
    public func run(
        draining drain: @escaping @Sendable (_ isKept: @escaping @Sendable (ObjectKey) -> Bool) async -> Void
    ) async throws {
        let membership = Membership()
        let end: Result<Void?, any Error>
        do {
            end = .success(try await untilGracefulShutdown { try await self.takePart(membership, drain) })
        } catch {
            end = .failure(error)
        }
        board.withLock { $0.state.retire() }
        tellChanges()
        try? await shieldedFromCancellation { [self] in
            await drain { _ in false }
            stop()
            try await time.withDeadline(options.requestDeadline, "Leaving the group") { [self] in
                try await leave(membership)
            }
        }
        _ = try end.get()
    }

    private func stop() {
        board.withLock { board in
            board.state.stop()
            board.certainUntil = Timestamp(nanoseconds: .min)
        }
        tellChanges()
    }

    private func takePart(
        _ membership: Membership, _ drain: @escaping @Sendable (@escaping @Sendable (ObjectKey) -> Bool) async -> Void
    ) async throws {
        while true {
            try await enter(membership)
            let isLost = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await self.watch()
                    return false
                }
                group.addTask { try await self.drainWhenDue(drain, membership) }
                group.addTask {
                    try await self.keep(membership)
                    return true
                }
                defer { group.cancelAll() }
                while let isLost = try await group.next() { if isLost { return true } }
                throw CancellationError()
            }
            if isLost {
                logger.warning("the member lease could not be renewed in time; coming back", metadata: ["identity": "\(identity)"])
                stop()
                await drain { _ in false }
            }
        }
    }

    /// Writes the own Lease, then finds the others.
    private func enter(_ membership: Membership) async throws {
        let backoff = Backoff(initial: .milliseconds(200), cap: options.retryPeriod)
        var failures = 0
        while true {
            do {
                membership.lease = nil
                let start = time.now
                try await renew(membership, publishing: nil)
                let fresh = try await list().compactMap(ShardMember.init)
                board.withLock { board in
                    board.state.enter(fresh, at: time.now)
                    board.certainUntil = start + options.renewDeadline
                    board.drained = nil
                }
                return
            } catch let error as CancellationError {
                throw error
            } catch {
                try Task.checkCancellation()
                if LeaderElection.isFinal(error) { throw error }
                failures += 1
                logger.warning("cannot join the group yet", metadata: ["error": "\(error)"])
                try await time.sleep(for: backoff.delay(afterFailures: failures))
            }
        }
    }

    /// Tells of the others as they change. Whoever may not watch them hears of them when he looks.
    private func watch() async throws {
        do {
            for try await event in api.watch(Lease.self, in: namespace, matching: selection, time: time) {
                let now = time.now
                let leases: [Lease]
                switch event {
                case .snapshot(let all): leases = all
                case .applied(let lease): leases = [lease]
                // That it is gone is believed to a list only.
                case .deleted: leases = []
                }
                board.withLock { board in
                    for member in leases.compactMap(ShardMember.init) { board.state.saw(member, at: now) }
                }
                tellChanges()
                news.raise()
            }
        } catch let error as KubernetesError {
            logger.warning("members cannot be watched; they are listed instead", metadata: ["error": "\(error)"])
        }
    }

    /// Ends the work on keys that go, before the view by which they go is published.
    private func drainWhenDue(
        _ drain: @escaping @Sendable (@escaping @Sendable (ObjectKey) -> Bool) async -> Void, _ membership: Membership
    ) async throws -> Bool {
        while true {
            try await membership.moves.wait()
            guard let view = board.withLock({ $0.drained == $0.state.current ? nil : $0.state.current }) else { continue }
            await drain { [self] key in owns(key) }
            try Task.checkCancellation()
            board.withLock { $0.drained = view }
            news.raise()
        }
    }

    /// Renews, publishes, and looks for those who are gone; returns when the own Lease could not be renewed in time.
    private func keep(_ membership: Membership) async throws {
        let interval = options.leaseDuration / 3
        let backoff = Backoff(initial: .milliseconds(200), cap: options.retryPeriod)
        var failures = 0
        var renewal = time.now + interval
        var look = time.now
        // What the last list found; of those who are gone something is left behind.
        var remains: [Lease] = []
        while true {
            let start = time.now
            let (end, toPublish, isDrained, doubt) = board.withLock { board in
                (
                    board.certainUntil, board.state.unpublished, board.drained == board.state.current,
                    board.state.nextDoubt
                )
            }
            guard start < end else { return }
            if toPublish != nil, !isDrained { membership.moves.raise() }
            do {
                if let stamp = toPublish, isDrained {
                    board.withLock { $0.state.willPublish() }
                    try await renew(membership, publishing: stamp)
                    guard renewed(start) else { return }
                    board.withLock { $0.state.didPublish(stamp) }
                    renewal = start + interval
                } else if start >= renewal {
                    try await renew(membership, publishing: nil)
                    guard renewed(start) else { return }
                    renewal = start + interval
                } else if let doubt, start >= max(doubt, look) {
                    let leases = try await list()
                    let fresh = leases.compactMap(ShardMember.init)
                    board.withLock { $0.state.listed(fresh, since: start, at: time.now) }
                    remains = leases
                    look = start + options.retryPeriod / 4
                } else {
                    tellChanges()
                    if !remains.isEmpty, board.withLock({ $0.state.isSettled }) {
                        await collect(remains)
                        remains = []
                        continue
                    }
                    try await news.wait(until: min(renewal, end, doubt.map { max($0, look) } ?? end), time)
                }
                failures = 0
                tellChanges()
            } catch let error as CancellationError {
                throw error
            } catch {
                try Task.checkCancellation()
                if LeaderElection.isFinal(error) { throw error }
                if (error as? KubernetesError)?.isNotFound == true || error is Membership.Taken {
                    logger.warning("the member lease was taken away; coming back", metadata: ["identity": "\(identity)"])
                    return
                }
                failures += 1
                logger.warning("the group could not be kept up with", metadata: ["error": "\(error)"])
                try await time.sleep(until: min(end, time.now + backoff.delay(afterFailures: failures)))
            }
        }
    }

    /// - Returns: false where the answer came too late: others may have passed this member over meanwhile.
    private func renewed(_ start: Timestamp) -> Bool {
        board.withLock { board in
            guard time.now < board.certainUntil else { return false }
            board.certainUntil = start + options.renewDeadline
            return true
        }
    }
}
