import ClawBase
import ClawKubernetes
import ClawModels
import Logging
import Synchronization

/// The Lease as its holder last wrote or saw it.
final class Holding: Sendable {
    private let state: Mutex<Lease>
    init(_ lease: Lease) { state = Mutex(lease) }
    var lease: Lease {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// Keeping the Lease, and giving it back.
extension LeaderElection {
    /// Renews until that fails for so long that leadership is uncertain, or somebody else has it; then returns.
    /// - Throws: `CancellationError`.
    func hold(_ term: Term, _ holding: Holding) async throws {
        let backoff = Backoff(initial: .milliseconds(200), cap: options.retryPeriod)
        var failures = 0
        while true {
            let pause = failures == 0 ? options.retryPeriod : backoff.delay(afterFailures: failures)
            try await time.sleep(until: min(time.now + pause, term.end))
            guard term.isCertain else {
                return logger.warning("leadership could not be renewed in time", metadata: ["token": "\(term.token)"])
            }
            do {
                guard try await renew(term, holding) else {
                    return logger.warning("somebody else leads", metadata: ["token": "\(term.token)"])
                }
                failures = 0
            } catch let error as CancellationError {
                throw error
            } catch {
                try Task.checkCancellation()
                failures += 1
                logger.warning("the lease was not renewed", metadata: ["error": "\(error)"])
            }
        }
    }

    /// - Returns: whether the Lease is still this term's.
    private func renew(_ term: Term, _ holding: Holding) async throws -> Bool {
        let start = time.now
        var lease = holding.lease
        var record = LeaseRecord(lease)
        record.renew(start)
        do {
            lease = try await put(record, into: lease)
        } catch let error as KubernetesError where error.isAlreadyExists || error.isConflict || error.isNotFound {
            guard let found = try await look() else {
                // It was deleted under us: make it again, of the same term, before somebody else makes one.
                holding.lease = try await put(record, into: Lease())
                term.extend(to: start + options.renewDeadline)
                return true
            }
            // Written by others, or by us without our hearing of it: it is whose name is in it.
            let present = LeaseRecord(found)
            guard present.holder == identity, present.transitions == term.token else { return false }
            holding.lease = found
            lease = try await put(record, into: found)
        }
        holding.lease = lease
        term.extend(to: start + options.renewDeadline)
        return true
    }

    /// Gives the Lease back, unless somebody else has it.
    func giveBack(_ holding: Holding) async throws {
        var lease = holding.lease
        for _ in 0..<3 {
            let record = LeaseRecord(lease)
            guard record.holder == identity, record.transitions == LeaseRecord(holding.lease).transitions else { return }
            do {
                _ = try await put(record.released(time.now), into: lease)
                return
            } catch let error as KubernetesError where error.isConflict {
                guard let found = try await look() else { return }
                lease = found
            } catch let error as KubernetesError where error.isNotFound {
                return
            }
        }
    }
}
