import DequeModule
import HeapModule

/// Who is at it, who waits, and who is next.
struct FairTurns {
    typealias Waiter = CheckedContinuation<Void, any Error>

    private struct Tenant {
        var underWay = 0
        /// In the order they came; those that left are skipped when their turn comes.
        var queue: Deque<UInt64> = []
        var waiting: [UInt64: Waiter] = [:]
    }

    /// A tenant's place among those that wait. Once the tenant has another number under way it is out of date.
    private struct Place: Comparable {
        let underWay: Int
        let order: UInt64
        let tenant: String

        static func < (a: Self, b: Self) -> Bool { (a.underWay, a.order) < (b.underWay, b.order) }
        static func == (a: Self, b: Self) -> Bool { (a.underWay, a.order) == (b.underWay, b.order) }
    }

    private var tenants: [String: Tenant] = [:]
    private var places: Heap<Place> = []
    private var count: UInt64 = 0
    private(set) var underWay = 0
    private(set) var waiting = 0

    func waiting(of tenant: String) -> Int { tenants[tenant]?.waiting.count ?? 0 }

    mutating func reserve() -> UInt64 {
        count += 1
        return count
    }

    mutating func begin(_ tenant: String) {
        underWay += 1
        tenants[tenant, default: Tenant()].underWay += 1
        place(tenant)
    }

    mutating func end(_ tenant: String) {
        underWay -= 1
        tenants[tenant]?.underWay -= 1
        place(tenant)
        forget(tenant)
    }

    mutating func wait(_ number: UInt64, _ tenant: String, _ waiter: Waiter) {
        waiting += 1
        tenants[tenant, default: Tenant()].queue.append(number)
        tenants[tenant]?.waiting[number] = waiter
        place(tenant)
    }

    /// - Returns: the one that waited, where it did.
    mutating func leaveQueue(_ number: UInt64, _ tenant: String) -> Waiter? {
        guard let waiter = tenants[tenant]?.waiting.removeValue(forKey: number) else { return nil }
        waiting -= 1
        // The number stays in the queue; with many that left, the queue is written anew.
        if let entry = tenants[tenant], entry.queue.count > 2 * entry.waiting.count + 16 {
            tenants[tenant]?.queue.removeAll { entry.waiting[$0] == nil }
        }
        forget(tenant)
        return waiter
    }

    /// Begins the next one's turn.
    mutating func next() -> Waiter? {
        while let place = places.popMin() {
            guard let tenant = tenants[place.tenant], tenant.underWay == place.underWay, !tenant.waiting.isEmpty else {
                continue
            }
            while let number = tenants[place.tenant]?.queue.popFirst() {
                guard let waiter = tenants[place.tenant]?.waiting.removeValue(forKey: number) else { continue }
                waiting -= 1
                begin(place.tenant)
                return waiter
            }
        }
        return nil
    }

    /// Where a tenant stands now, if anything of its waits.
    private mutating func place(_ name: String) {
        guard let tenant = tenants[name], !tenant.waiting.isEmpty else { return }
        count += 1
        places.insert(Place(underWay: tenant.underWay, order: count, tenant: name))
        // Out-of-date places must not pile up while nobody's turn comes.
        guard places.count > 4 * waiting + 64 else { return }
        let current = tenants.filter { !$0.value.waiting.isEmpty }
        places = Heap(
            current.map { name, tenant in
                count += 1
                return Place(underWay: tenant.underWay, order: count, tenant: name)
            })
    }

    private mutating func forget(_ name: String) {
        if let tenant = tenants[name], tenant.underWay == 0, tenant.waiting.isEmpty { tenants[name] = nil }
    }
}
