import DequeModule

/// Keys of many tenants, whose turns go round: however many keys one tenant has, the next tenant waits for one of them.
struct FairLane<Key: Hashable & Sendable> {
    /// A key's place in the lane. It is void once the key has been given another number.
    struct Ticket {
        let key: Key
        let number: UInt64
    }

    private var tickets: [String: Deque<Ticket>] = [:]
    /// The tenants that have tickets, each once.
    private var turns: Deque<String> = []

    var isEmpty: Bool { turns.isEmpty }

    mutating func append(_ ticket: Ticket, of tenant: String) {
        if tickets[tenant]?.append(ticket) == nil {
            tickets[tenant] = [ticket]
            turns.append(tenant)
        }
    }

    /// The next ticket of the next tenant that may have one.
    ///
    /// Takes time in the number of tenants that may not, of which there are no more than keys in work.
    mutating func popFirst(where mayHave: (String) -> Bool) -> (Ticket, tenant: String)? {
        for _ in 0..<turns.count {
            guard let tenant = turns.popFirst() else { return nil }
            guard mayHave(tenant) else {
                turns.append(tenant)
                continue
            }
            guard let ticket = tickets[tenant]?.popFirst() else { continue }
            if tickets[tenant]?.isEmpty ?? true { tickets[tenant] = nil } else { turns.append(tenant) }
            return (ticket, tenant)
        }
        return nil
    }
}
