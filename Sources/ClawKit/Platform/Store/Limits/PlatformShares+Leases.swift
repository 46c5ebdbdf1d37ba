import ClawBase
import ClawLedger
import Synchronization

/// Who holds shares, and what becomes of them when their process is lost.
extension PlatformShares {
    /// Renews this process's lease while it holds shares, and looks for others that are lost, until cancelled. At rest
    /// nothing is written.
    /// - Throws: `CancellationError`.
    public func run() async throws {
        var watched: [String: (version: UInt64, since: Timestamp)] = [:]
        while true {
            try await time.sleep(for: options.lease / 3)
            do {
                try await renew()
                try await look(&watched)
                try await prune()
            } catch let error as CancellationError {
                throw error
            } catch {
                // A store that is away now is asked again; whoever it concerns hears of it by his own calls.
            }
        }
    }

    public func takeOver(_ holder: String) async throws {
        let start = "\(ShareHolder.name(of: holder))/"
        var after = start
        while true {
            let page = try await store.list(ShareHolderRecord.self, after: after, limit: 100)
            for other in page where ShareHolder.isOther(other.record.holder, of: holder) && other.record.state != .lost {
                try await lose(other.record.holder)
            }
            guard page.count == 100, let last = page.last?.record.key, last.hasPrefix(start) else { return }
            after = last
        }
    }

    // MARK: this process's holders

    private func renew() async throws {
        let now = time.now
        let due = state.withLock { $0.renewed.filter { now - $0.value >= options.lease / 4 }.map(\.key) }
        for holder in due {
            guard let found = try await store.get(ShareHolderRecord.self, holder), found.record.state == .live else {
                // Taken for lost: it hears of that at its next word.
                continue
            }
            do {
                let holds = try await store.rows(
                    RecordQuery(AccountSums.kind, index: (AccountSums.shareIndex, holder), limit: 1))
                if holds.isEmpty {
                    try await store.delete(ShareHolderRecord.self, holder, version: found.version)
                    state.withLock { $0.renewed[holder] = nil }
                } else {
                    var renewed = found
                    renewed.record.renewals += 1
                    try await store.update(renewed)
                    state.withLock { $0.renewed[holder] = now }
                }
            } catch let finding as Finding where [.stale, .notFound].contains(finding.code) {
                // It has just been heard of.
            }
        }
    }

    // MARK: others

    private func look(_ watched: inout [String: (version: UInt64, since: Timestamp)]) async throws {
        var (seen, after) = (Set<String>(), String?.none)
        repeat {
            let page = try await store.list(ShareHolderRecord.self, after: after)
            let mine = state.withLock { Set($0.renewed.keys) }
            for found in page where !mine.contains(found.record.holder) {
                let (holder, now) = (found.record.holder, time.now)
                if found.record.state == .lost {
                    if let lostAt = found.record.lostAt, now - lostAt >= options.memory { try await forget(found) }
                    continue
                }
                seen.insert(holder)
                guard let known = watched[holder], known.version == found.version else {
                    watched[holder] = (found.version, now)
                    continue
                }
                if now - known.since >= options.lease { try await lose(holder, version: found.version) }
            }
            after = page.count == 1000 ? page.last?.record.key : nil
        } while after != nil
        watched = watched.filter { seen.contains($0.key) }
    }

    /// What a holder has counts as spent from now on.
    /// - Parameter version: only where its row is this one still.
    func lose(_ holder: String, version: UInt64? = nil) async throws {
        let now = time.now
        guard
            try await move(
                holder, from: { ($0.record.state != .lost) && (version == nil || $0.version == version) }, to: .losing,
                lostAt: now)
        else { return }
        var hasLost = false
        while try await convert(holder, in: .losing, AccountSums.shareIndex, isReturned: false, { $0.lose(holder) }) {
            hasLost = true
        }
        if hasLost {
            _ = try await move(holder, from: { $0.record.state == .losing }, to: .lost, lostAt: now)
        } else if let found = try await store.get(ShareHolderRecord.self, holder), found.record.state == .losing {
            // It went without a word, and owed nothing.
            let owes = try await store.rows(
                RecordQuery(AccountSums.kind, index: (AccountSums.lostIndex, holder), limit: 1))
            if owes.isEmpty {
                try? await store.delete(ShareHolderRecord.self, holder, version: found.version)
            } else {
                _ = try await move(holder, from: { $0.record.state == .losing }, to: .lost, lostAt: now)
            }
        }
    }

    /// A holder that was taken for lost is back, and has again what it had.
    func restore(_ holder: String) async throws {
        _ = try await move(holder, from: { $0.record.state != .live }, to: .returning, lostAt: nil)
        while try await convert(holder, in: .returning, AccountSums.lostIndex, isReturned: true, { $0.restore(holder) }) {}
        _ = try await move(holder, from: { $0.record.state == .returning }, to: .live, lostAt: nil)
        state.withLock { $0.renewed[holder] = time.now }
    }

    /// - Returns: whether it is in that state now, by this commit.
    private func move(
        _ holder: String, from isPossible: @escaping @Sendable (Versioned<ShareHolderRecord>) -> Bool,
        to target: ShareHolderRecord.State, lostAt: Timestamp?
    ) async throws -> Bool {
        try await store.commit(over: [RecordKey(ShareHolderRecord.kind, holder)]) { rows in
            guard var found = try rows.get(ShareHolderRecord.self, holder), isPossible(found) else {
                return (RecordWrites(), false)
            }
            found.record.state = target
            found.record.renewals += 1
            found.record.lostAt = lostAt
            return (RecordWrites([.replace(found)]), true)
        }.result
    }

    /// Turns shares of a holder into what is spent, or back, for some accounts; with a row that says so.
    /// - Returns: whether there were any, and may be more.
    private func convert(
        _ holder: String, in expected: ShareHolderRecord.State, _ index: String, isReturned: Bool,
        _ change: @escaping @Sendable (inout ShareSums) -> Amounts?
    ) async throws -> Bool {
        let now = time.now
        let page = try await store.list(AccountSums.self, index: (index, holder), limit: UsageRow.mostCharges)
        if page.isEmpty { return false }
        let keys = page.map { RecordKey(AccountSums.kind, $0.record.key) }
        return try await store.commit(over: [RecordKey(ShareHolderRecord.kind, holder)] + keys) { rows in
            guard try rows.get(ShareHolderRecord.self, holder)?.record.state == expected else {
                return (RecordWrites(), false)
            }
            var (accounts, charges) = (AccountChanges(rows), [UsageCharge]())
            for found in page where rows.row(AccountSums.kind, found.record.key) != nil {
                guard let amounts = try accounts.change(found.record.account, change), !amounts.isZero else { continue }
                charges.append(UsageCharge(found.record.account, amounts))
            }
            var writes = RecordWrites(accounts.changes)
            if !charges.isEmpty {
                writes.usage = [
                    .share(id: RecordID.make(at: now), at: now, of: holder, charges, isReturned: isReturned)
                ]
            }
            return (writes, true)
        }.result
    }

    /// It was lost for so long that it does not come back: what it held stays spent.
    private func forget(_ holder: Versioned<ShareHolderRecord>) async throws {
        let name = holder.record.holder
        while true {
            let page = try await store.list(AccountSums.self, index: (AccountSums.lostIndex, name), limit: 100)
            if page.isEmpty { break }
            for account in page {
                try await store.modify(AccountSums.self, account.record.key) { $0.sums.lost[name] = nil }
            }
        }
        do { try await store.delete(ShareHolderRecord.self, name, version: holder.version) } catch let finding as Finding
            where [.stale, .notFound].contains(finding.code)
        {}
    }

    // MARK: what is over

    /// Accounts of minutes long past would otherwise stay for ever.
    private func prune() async throws {
        let (grown, now) = (state.withLock { $0.grown }, time.now)
        for limit in grown {
            let start = "\(limit.key)@"
            let page = try await store.list(AccountSums.self, after: start, limit: 100)
            for found in page.prefix(while: { $0.record.key.hasPrefix(start) }) 
            where found.record.sums.shares.isEmpty && found.record.account.isOver(at: now) {
                do { try await store.delete(AccountSums.self, found.record.key, version: found.version) } catch
                    let finding as Finding where [.stale, .notFound].contains(finding.code)
                {
                    // A latecomer's call is being written, or another process was quicker.
                }
            }
            state.withLock { _ = $0.grown.remove(limit) }
        }
    }

}

extension UsageAccountID {
    /// Whether its period has been over for so long that its sums are not needed any more.
    func isOver(at now: Timestamp) -> Bool {
        guard let start = period.start, let end = period.end else { return false }
        return now - end >= max(end - start, .hours(1))
    }
}
