import ClawBase
import ClawKubernetes
import ClawModels

/// What somebody who wants a Lease has seen of it, and what he may do about it. Values in, moves out: no I/O.
///
/// How old a record is, is told by the own clock alone: since when it has been seen unchanged. The times in it are
/// others' and may be wrong (client-go's rule).
struct Candidacy: Sendable {
    private let identity: String
    private let options: ElectionOptions
    /// Between two looks, with jitter, so that many do not look at once.
    private let lookInterval: Duration

    private var record: LeaseRecord?
    private var since = Timestamp(seconds: 0)
    private var lease: Lease?
    private var looked: Timestamp?

    init(_ identity: String, _ options: ElectionOptions) {
        (self.identity, self.options) = (identity, options)
        lookInterval = options.retryPeriod * (1 + 0.2 * Chance.unit())
    }

    enum Move: Sendable {
        case look
        /// Writes the Lease; one without a resource version is made.
        case take(Lease, LeaseRecord)
        case wait(until: Timestamp)
    }

    /// Whom it belongs to, as far as is known; nil where nobody has it.
    var holder: String? { record.flatMap { $0.holder.isEmpty ? nil : $0.holder } }

    /// - Parameter lease: nil where there is none.
    mutating func saw(_ lease: Lease?, at now: Timestamp) {
        self.lease = lease
        guard let found = lease.map(LeaseRecord.init) else {
            // Somebody deleted it. Who held it does not know yet, and goes on for as long as he may.
            return
        }
        guard found != record else { return }
        (record, since) = (found, now)
    }

    mutating func didLook(at now: Timestamp) { looked = now }

    /// What was known is not so: a write has been refused.
    mutating func mustLook() { looked = nil }

    func move(at now: Timestamp) -> Move {
        guard let looked else { return .look }
        if let record, !record.holder.isEmpty, record.holder != identity {
            let expiry = since + record.duration
            if now < expiry {
                let look = looked + lookInterval
                return now >= look ? .look : .wait(until: min(look, expiry))
            }
        }
        // Every term has a number of its own, also one that follows another of the same holder.
        let transitions = record.map { $0.transitions + 1 } ?? 0
        let mine = LeaseRecord(
            holder: identity, duration: options.leaseDuration, transitions: transitions, now: now)
        return .take(lease ?? Lease(), mine)
    }
}
