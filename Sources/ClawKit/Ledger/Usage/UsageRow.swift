public import ClawBase

/// One row of the ledger: who used what, what it cost, and of which budgets it was paid. Exact integers; never changed
/// once it is written, only corrected by further rows (whose numbers may be negative).
public struct UsageRow: Sendable, Hashable, Identifiable {
    /// How a row came to its numbers.
    public enum Settlement: String, Sendable, Hashable, CaseIterable {
        /// As the upstream counted.
        case exact
        /// The upstream did not say (the client left, the stream broke): estimated from what was seen.
        case estimated
        /// Nobody can say any more: all that had been set aside counts as used.
        case forfeited
        /// Takes back, or adds to, what earlier rows say.
        case corrected
    }

    /// Unique for all time: who writes a row again after an answer was lost does not write it twice.
    public let id: String
    /// Whole microseconds, as PostgreSQL keeps them.
    public let at: Timestamp
    public var subject: UsageSubject
    public var meter: UsageMeter
    /// Which of what is measured: the model's alias that was asked for, a storage class.
    public var item: String
    /// The deployment that answered, where one did.
    public var deployment: String
    public var tokens: UsageTokens
    public var cost: NanoDollars
    /// In the meter's unit.
    public var amount: Int64
    public var settlement: Settlement
    /// The accounts that paid, each this much; what each limits is counted.
    public var charges: [UsageCharge]
    /// Never holds a secret.
    public var details: [String: String]

    public init(
        id: String, at: Timestamp, subject: UsageSubject, meter: UsageMeter = .model, item: String,
        deployment: String = "", tokens: UsageTokens = .zero, cost: NanoDollars, amount: Int64 = 1,
        settlement: Settlement = .exact, charges: [UsageCharge] = [], details: [String: String] = [:]
    ) {
        (self.id, self.at, self.subject) = (id, at.wholeMicroseconds, subject)
        (self.meter, self.item, self.deployment) = (meter, item, deployment)
        (self.tokens, self.cost, self.amount) = (tokens, cost, amount)
        (self.settlement, self.charges, self.details) = (settlement, charges, details)
    }
}

/// What one account pays of a row.
public struct UsageCharge: Sendable, Hashable {
    public var account: UsageAccountID
    public var amounts: Amounts

    public init(_ account: UsageAccountID, _ amounts: Amounts) { (self.account, self.amounts) = (account, amounts) }
}

extension UsageRow {
    /// No text is longer, in bytes.
    public static let longestText = 512
    public static let mostCharges = 64
    public static let mostDetails = 32

    /// The row as every store can keep it: what a client or a configuration put into its texts must not keep the ledger
    /// from being written.
    var fitted: UsageRow {
        do throws(Finding) {
            try check()
            return self
        } catch {
            var row = self
            func cut(_ part: WritableKeyPath<UsageSubject, String?>) {
                row.subject[keyPath: part] = row.subject[keyPath: part]?.fittingText
            }
            for part in [\UsageSubject.tenant, \.project, \.user, \.runtime, \.key] { cut(part) }
            row.meter = UsageMeter(rawValue: meter.rawValue.fittingText)
            (row.item, row.deployment) = (item.fittingText, deployment.fittingText)
            row.details = [:]
            for (name, value) in details.sorted(by: { $0.key < $1.key }).prefix(Self.mostDetails) {
                row.details[name.fittingText] = value.fittingText
            }
            return row
        }
    }

    /// Refuses what not every store could keep and give back as it was.
    /// - Throws: ``Finding`` (`E_INVALID`).
    public func check() throws(Finding) {
        let subjects = [subject.tenant, subject.project, subject.user, subject.runtime, subject.key].compactMap(\.self)
        let texts =
            [id, meter.rawValue, item, deployment] + subjects + details.flatMap { [$0.key, $0.value] }
            + charges.map(\.account.key)
        let isUsable = texts.allSatisfy { $0.utf8.count <= Self.longestText && !$0.utf8.contains { $0 < 0x20 } }
        guard isUsable, !id.isEmpty, charges.count <= Self.mostCharges, details.count <= Self.mostDetails else {
            throw Finding(
                .invalid,
                "A row of the ledger has a text of more than \(Self.longestText) bytes or with control characters, "
                    + "or has too many; shorten it.", field: "usage")
        }
    }
}

extension String {
    /// Without control characters, and cut.
    fileprivate var fittingText: String {
        var fitting = String(String.UnicodeScalarView(unicodeScalars.filter { $0.value >= 0x20 }))
        while fitting.utf8.count > UsageRow.longestText {
            fitting = String(fitting.unicodeScalars.dropLast(max(1, (fitting.utf8.count - UsageRow.longestText) / 4)))
        }
        return fitting
    }
}

extension Timestamp {
    /// Cut to what PostgreSQL keeps.
    package var wholeMicroseconds: Timestamp {
        let rest = nanoseconds % 1000
        return Timestamp(nanoseconds: nanoseconds - (rest < 0 ? rest + 1000 : rest))
    }
}
