import ClawBase
import Synchronization

/// What the ledger says of a call, apart from its outcome.
public struct UsageCall: Sendable, Hashable {
    /// Unique for all time.
    public var id: String
    public var subject: UsageSubject
    /// The alias that was asked for.
    public var model: String

    public init(id: String, subject: UsageSubject, model: String) {
        (self.id, self.subject, self.model) = (id, subject, model)
    }
}

/// Something set aside for one call, until it is settled or given back; whichever comes first counts, once.
///
/// One that nobody settles is not given back: its call may have cost all of it. It is written as
/// ``UsageRow/Settlement/forfeited`` when the last reference to it goes.
public final class UsageReservation: Sendable {
    public let call: UsageCall
    /// How many tokens the answer may have.
    public let tokens: Int64
    /// What was set aside, of each of the accounts.
    public let amounts: Amounts
    let accounts: [UsageAccountID]
    private let book: UsageBook
    private let isOver = Atomic(false)

    init(_ book: UsageBook, _ call: UsageCall, _ accounts: [UsageAccountID], _ amounts: Amounts, tokens: Int64) {
        (self.book, self.call, self.accounts, self.amounts, self.tokens) = (book, call, accounts, amounts, tokens)
    }

    deinit {
        end {
            UsageRow(
                id: call.id, at: book.time.now, subject: call.subject, model: call.model,
                tokens: UsageTokens(output: amounts.tokens), cost: amounts.cost, settlement: .forfeited)
        }
    }

    /// The call has ended; what it used is written and counted. It may be more than was set aside, where an upstream
    /// did not keep to the length it was told.
    public func settle(
        _ tokens: UsageTokens, cost: NanoDollars, deployment: String = "",
        settlement: UsageRow.Settlement = .exact
    ) {
        end {
            UsageRow(
                id: call.id, at: book.time.now, subject: call.subject, model: call.model, deployment: deployment,
                tokens: tokens, cost: cost, settlement: settlement)
        }
    }

    /// Nothing was asked of an upstream: nothing counts, and the ledger has no row.
    public func giveBack() { end { nil } }

    private func end(_ row: () -> UsageRow?) {
        guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return }
        book.settle(self, row())
    }
}
