import ClawBase
import Synchronization

/// Telling the store.
extension UsageBook {
    /// Writes rows and gives idle shares back until cancelled; then everything that is left is told. While nothing
    /// happens nothing is written. A store that cannot be reached is tried again, with growing pauses; rows wait
    /// meanwhile.
    /// - Throws: what the store throws at the last.
    public func run() async throws {
        do { try await keep() } catch is CancellationError {
            // The last word follows all the same.
        }
        try await shieldedFromCancellation { [self] in
            // Not all rows go at once, and after a failure shares are returned only once it is known what they are.
            for _ in 0..<Self.mostFarewells {
                try await flush(all: true)
                if isQuiet { return }
            }
        }
    }

    private func keep() async throws {
        var (isBegun, failures) = (false, 0)
        while true {
            if isBegun, isQuiet { try await wake.wait() }
            if failures > 0 {
                try await time.sleep(
                    for: Backoff(initial: options.flush, cap: .seconds(10)).delay(afterFailures: failures))
            } else if isBegun, !isBehind {
                try await time.sleep(for: options.flush)
            }
            do {
                if !isBegun { try await store.takeOver(holder) }
                isBegun = true
                try await flush()
                failures = 0
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                failures += 1
            }
        }
    }

    /// More waits than is told at once.
    private var isBehind: Bool { state.withLock { $0.rows.count > Self.mostRows } }

    /// Tells the store what was used, and gives back what lies idle.
    /// - Parameter all: whether everything unused goes back, however lately it was touched.
    /// - Throws: what the store throws; nothing is lost then.
    public func flush(all: Bool = false) async throws {
        try await turns.take { try await tell(all: all) }
    }

    /// In turn only.
    ///
    /// After a failure it is not known what the store has done. Rows are told again, which counts them once; what it
    /// has given is then asked for, and until then what we hold is taken to be less rather than more.
    func tell(all: Bool) async throws {
        let isUncertain = state.withLock { $0.isUncertain }
        let settlement = prepare(all: all, returns: !isUncertain)
        let (store, holder) = (store, holder)
        do {
            if !settlement.isEmpty {
                let sums = try await shieldedFromCancellation { try await store.settle(settlement, from: holder) }
                conclude(settlement, sums)
            }
            if isUncertain { correct(try await store.shares(of: holder)) }
        } catch {
            state.withLock { $0.isUncertain = true }
            throw error
        }
    }

    private func correct(_ shares: [(account: UsageAccountID, amounts: Amounts)]) {
        let known = Dictionary(shares.map { ($0.account, $0.amounts) }) { first, _ in first }
        state.withLock { state in
            state.isUncertain = false
            for id in state.accounts { state[id]?.share = known[id] ?? .zero }
        }
    }

    private var isQuiet: Bool {
        state.withLock { state in
            !state.isUncertain && state.rows.isEmpty && state.present.values.allSatisfy(\.isQuiet)
                && state.former.values.allSatisfy(\.isQuiet)
        }
    }

    /// Whether the store has been told everything, and nothing is held.
    package var isSettled: Bool {
        state.withLock { state in
            !state.isUncertain && state.rows.isEmpty && state.accounts.allSatisfy { state[$0]?.share.isZero ?? true }
        }
    }

    private func prepare(all: Bool, returns: Bool) -> Settlement {
        let now = time.now
        return state.withLock { state in
            var settlement = Settlement(rows: Array(state.rows.prefix(Self.mostRows)))
            guard returns else { return settlement }
            for id in state.accounts {
                guard var account = state[id] else { continue }
                let free = account.available.reduced(by: .zero)
                if all || now - account.touched >= options.idle || !account.id.period.contains(now), !free.isZero {
                    settlement.returned[id] = free
                    account.share -= free
                    state[id] = account
                }
            }
            return settlement
        }
    }

    private func conclude(_ settlement: Settlement, _ sums: [ShareGrant]) {
        let now = time.now
        // Calls wait for the lock: what can be summed before is.
        let charges = settlement.charges
        state.withLock { state in
            state.rows.removeFirst(settlement.rows.count)
            for charge in charges {
                state.change(charge.account) { account in
                    // As the store does: what a call cost beyond its share comes out of nobody's.
                    account.share = account.share.reduced(by: charge.taken)
                    account.used -= charge.total
                }
            }
            for sum in sums {
                state[sum.account]?.spentByAll = sum.spent
                state[sum.account]?.givenToAll = sum.outstanding
            }
            state.former = state.former.filter { !($0.value.isSettled && $0.value.share.isZero) }
            state.present = state.present.filter { _, account in
                !(account.isSettled && account.share.isZero && (now - account.touched > .seconds(60)))
            }
        }
    }

    private static let mostRows = 1000
    private static let mostFarewells = 1000
}
