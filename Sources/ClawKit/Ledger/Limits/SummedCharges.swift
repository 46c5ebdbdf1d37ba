/// What many rows charge, by account: so that each account is looked up once for all of them.
struct SummedCharges: Sendable {
    struct Sum: Sendable {
        let account: UsageAccountID
        var total = Amounts.zero
        /// What comes out of a share: of negative amounts, corrections of earlier ones, nothing.
        var taken = Amounts.zero
    }

    private(set) var sums: [Sum] = []
    private var places: [UsageAccountID: Int] = [:]
    /// Where the row before found its accounts: those of one key, one after the other, are the same in the same order.
    private var last: [Int] = []

    mutating func add(_ charges: [UsageCharge]) {
        for (number, charge) in charges.enumerated() {
            let place = place(of: charge.account, number)
            sums[place].total += charge.amounts
            sums[place].taken += charge.amounts.reduced(by: .zero)
        }
    }

    private mutating func place(of account: UsageAccountID, _ number: Int) -> Int {
        if number < last.count, sums[last[number]].account == account { return last[number] }
        let place = places[account] ?? sums.count
        if place == sums.count {
            sums.append(Sum(account: account))
            places[account] = place
        }
        if number < last.count { last[number] = place } else { last.append(place) }
        return place
    }
}

extension Settlement {
    var charges: [SummedCharges.Sum] {
        var charges = SummedCharges()
        for row in rows { charges.add(row.charges) }
        return charges.sums
    }
}
