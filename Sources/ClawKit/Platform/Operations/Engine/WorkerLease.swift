import ClawBase
import ClawControl
import Synchronization

/// This process's own lease on life: as long as it is certain, nobody else takes up what this process holds.
final class WorkerLease: Sendable {
    private struct State {
        var renewals = 0
        var certainUntil: Timestamp?
    }

    let id: String
    let length: Duration
    private let store: any PlatformStore
    private let time: any TimeSource
    private let state = Mutex(State())

    init(_ id: String, length: Duration, _ store: any PlatformStore, _ time: any TimeSource) {
        (self.id, self.length, self.store, self.time) = (id, length, store, time)
    }

    var isCertain: Bool { state.withLock { $0.certainUntil.map { $0 > time.now } ?? false } }

    /// The moment from which others may take over; nil where nothing was ever held.
    var end: Timestamp? { state.withLock { $0.certainUntil } }

    /// Makes sure of at least half a lease. Call it from one task at a time.
    /// - Throws: what the store throws.
    func ensure() async throws {
        if let end, end - time.now >= length / 2 { return }
        try await renew()
    }

    func renew() async throws {
        // What others see later begins later: counted from before the write, this end is never after theirs.
        let start = time.now
        let worker = Worker(id: id, renewals: state.withLock { $0.renewals += 1; return $0.renewals })
        do {
            try await store.commit([.replace(worker.row, version: nil)])
        } catch let finding as Finding where finding.code == .notFound {
            try await store.commit([.create(worker)])
        }
        state.withLock { $0.certainUntil = start + length }
    }
}
