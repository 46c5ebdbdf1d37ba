public import ClawBase

/// Keeps what was spent of all budgets, for all processes, and gives them shares.
///
/// The promise: for each account and unit, `spent + given ≤ limit` after every call, whichever fail and whoever crashes.
/// What was spent is the sum of the rows: they are written together.
///
/// A holder is a process, named `NAME/INCARNATION`: one that comes back under its name is another incarnation. One that
/// does not answer any more is *lost*: what it had counts as spent, for its last calls may have cost as much. One that was
/// taken for lost and is back finds its shares again, and what counted as spent is taken back.
///
/// Calls wait for the answers, so each must come, or fail, within seconds: a store over a network has deadlines of its own.
public protocol ShareStore: Sendable {
    /// Gives shares, as ``ShareSize`` has it: of each account what is wanted, or what there is. With the answer comes what
    /// is spent and given in all.
    /// - Throws: ``Finding``; `E_SHARES_LOST` where the holder was taken for lost: it has its shares again, and asks what they
    ///   are (``shares(of:)``). Where it throws it may have given all the same.
    func share(_ wishes: [ShareWish], to holder: String) async throws -> [ShareGrant]

    /// Writes what calls used, one row each, takes it from the holder's shares, and takes back what is not needed. All
    /// of it or nothing. A row that is there already (by its id) is not written or counted again.
    /// - Returns: the accounts' sums afterwards.
    /// - Throws: as ``share(_:to:)``.
    func settle(_ settlement: Settlement, from holder: String) async throws -> [ShareGrant]

    /// What a holder has been given and has neither used nor returned. One that was taken for lost is back by asking.
    func shares(of holder: String) async throws -> [(account: UsageAccountID, amounts: Amounts)]

    /// A process begins: earlier ones of its name are lost.
    func takeOver(_ holder: String) async throws
}

/// A process asks for a share.
public struct ShareWish: Sendable, Hashable {
    public var account: UsageAccountID
    /// The limits as this process knows them.
    public var limits: [UsageUnit: Int64]
    /// What its call would take; with less it may still go on.
    public var wanted: Amounts
    /// So much more would spare it coming back soon.
    public var spare: Amounts

    public init(_ account: UsageAccountID, limits: [UsageUnit: Int64], wanted: Amounts, spare: Amounts) {
        (self.account, self.limits, self.wanted, self.spare) = (account, limits, wanted, spare)
    }
}

/// What came of a wish.
public struct ShareGrant: Sendable, Hashable {
    public var account: UsageAccountID
    /// Given now; zero in the answer to a settlement.
    public var given: Amounts
    /// Spent in this period, by all.
    public var spent: Amounts
    /// Given out and not settled, to all, this holder's included.
    public var outstanding: Amounts

    public init(_ account: UsageAccountID, given: Amounts = .zero, spent: Amounts, outstanding: Amounts) {
        (self.account, self.given, self.spent, self.outstanding) = (account, given, spent, outstanding)
    }

    public init(_ account: UsageAccountID, given: Amounts = .zero, _ sums: ShareSums) {
        self.init(account, given: given, spent: sums.spent, outstanding: sums.outstanding)
    }
}

/// What a process tells the store.
public struct Settlement: Sendable, Hashable {
    public var rows: [UsageRow] = []
    /// Shares that are not needed any more.
    public var returned: [UsageAccountID: Amounts] = [:]

    public init(rows: [UsageRow] = [], returned: [UsageAccountID: Amounts] = [:]) {
        (self.rows, self.returned) = (rows, returned)
    }

    public var isEmpty: Bool { rows.isEmpty && returned.isEmpty }

    /// Whom it concerns.
    public var accounts: Set<UsageAccountID> {
        Set(charges.map(\.account)).union(returned.keys)
    }
}

/// How much of what is left one process gets at once.
public enum ShareSize {
    /// What the call wants, as far as it is there; something for later only as long as much is left, so that several
    /// processes can each go on to the end.
    public static func given(wanted: Int64, spare: Int64, left: Int64) -> Int64 {
        guard left > 0 else { return 0 }
        let now = min(left, max(0, wanted))
        return now + min(max(0, spare), (left - now) / 8)
    }
}

/// Names of holders: `NAME/INCARNATION`.
public enum ShareHolder {
    /// A new incarnation of a name.
    public static func incarnation(of name: String) -> String {
        "\(name)/\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    public static func name(of holder: String) -> Substring {
        holder.lastIndex(of: "/").map { holder[..<$0] } ?? holder[...]
    }

    /// Whether it is an earlier or later process of the same name.
    public static func isOther(_ holder: String, of mine: String) -> Bool {
        holder != mine && name(of: holder) == name(of: mine)
    }
}

extension Finding {
    /// What a store answers to who was taken for lost and is back.
    public static var lostHolder: Finding {
        Finding(.sharesLost, "This process was taken for lost; its shares are its own again: ask what they are.")
    }
}

extension FindingCode {
    /// A process that holds shares was taken for lost meanwhile.
    public static let sharesLost = FindingCode(rawValue: "E_SHARES_LOST")
}
