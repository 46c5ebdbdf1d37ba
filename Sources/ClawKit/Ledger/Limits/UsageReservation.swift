import ClawBase
import Synchronization

/// What the ledger says of a call, apart from its outcome.
public struct UsageCall: Sendable, Hashable {
    /// Unique for all time.
    public var id: String
    public var subject: UsageSubject
    public var meter: UsageMeter
    /// Which of what is measured: the model's alias that was asked for.
    public var item: String
    /// In the meter's unit.
    public var amount: Int64

    public init(id: String, subject: UsageSubject, meter: UsageMeter, item: String, amount: Int64 = 1) {
        (self.id, self.subject, self.meter, self.item, self.amount) = (id, subject, meter, item, amount)
    }

    public init(id: String, subject: UsageSubject, model: String) {
        self.init(id: id, subject: subject, meter: .model, item: model)
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
        end { row(UsageTokens(output: amounts.tokens), amounts.cost, "", .forfeited) }
    }

    /// The call has ended; what it used is written and counted. It may be more than was set aside, where an upstream
    /// did not keep to the length it was told.
    public func settle(
        _ tokens: UsageTokens, cost: NanoDollars, deployment: String = "",
        settlement: UsageRow.Settlement = .exact, details: [String: String] = [:]
    ) {
        end { row(tokens, cost, deployment, settlement, details) }
    }

    /// Nothing was asked of an upstream: nothing counts, and the ledger has no row.
    public func giveBack() { end { nil } }

    private func row(
        _ tokens: UsageTokens, _ cost: NanoDollars, _ deployment: String, _ settlement: UsageRow.Settlement,
        _ details: [String: String] = [:]
    ) -> UsageRow {
        UsageRow(
            id: call.id, at: book.time.now, subject: call.subject, meter: call.meter, item: call.item,
            deployment: deployment, tokens: tokens, cost: cost, amount: call.amount, settlement: settlement, details: details)
    }

    private func end(_ row: () -> UsageRow?) {
        guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return }
        book.settle(self, row())
    }
}
