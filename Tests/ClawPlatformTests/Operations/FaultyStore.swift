import ClawBase
import ClawLedger
import ClawPlatform
import Synchronization

/// A process's way to a store that outlives it: it breaks at a commit, or when told to.
final class FaultyStore: PlatformStore {
    enum Fault: Sendable, CaseIterable {
        /// The process is killed before the commit reaches the store.
        case killedBefore
        /// It is killed when the commit is done and nobody has heard of it.
        case killedAfter
        /// The store cannot be reached any more; the process lives on.
        case unreachable
    }

    private struct State {
        var commits = 0
        var fault: (Fault, at: Int)?
        var broken: Fault?
    }

    let base: any PlatformStore
    private let state = Mutex(State())
    let broke = Gate()

    init(_ base: some PlatformStore, _ fault: Fault? = nil, at commit: Int = .max) {
        self.base = base
        state.withLock { $0.fault = fault.map { ($0, commit) } }
    }

    var commits: Int { state.withLock { $0.commits } }

    func fail(_ fault: Fault) {
        state.withLock { $0.broken = fault }
        broke.open()
    }

    private func pass() async throws {
        guard let broken = state.withLock({ $0.broken }) else { return }
        if broken == .unreachable { throw Finding(.unreachable, "The store is away.") }
        // Nobody is left to hear of it.
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    func row(_ kind: RecordKind, _ key: String) async throws -> RecordRow? {
        try await pass()
        return try await base.row(kind, key)
    }

    func rows(_ query: RecordQuery) async throws -> [RecordRow] {
        try await pass()
        return try await base.rows(query)
    }

    func commit<R: Sendable>(
        over keys: [RecordKey], usage ids: [String],
        _ decide: @escaping @Sendable (RecordRows) throws -> (RecordWrites, R)
    ) async throws -> (result: R, version: UInt64) {
        try await pass()
        let fault = state.withLock { state -> Fault? in
            state.commits += 1
            guard let (fault, number) = state.fault, number == state.commits else { return nil }
            return fault
        }
        if fault == .killedBefore { fail(.killedBefore) }
        try await pass()
        let committed = try await base.commit(over: keys, usage: ids, decide)
        if let fault { fail(fault) }
        try await pass()
        return committed
    }

    func usage(_ query: UsageQuery) async throws -> [UsageRow] { try await base.usage(query) }
    func total(_ query: UsageQuery) async throws -> UsageTotals { try await base.total(query) }
    func totals(_ query: UsageQuery, by dimension: UsageDimension) async throws -> [UsageGroup] {
        try await base.totals(query, by: dimension)
    }

    func changes(of kind: RecordKind) -> RecordChanges { base.changes(of: kind) }
}
