public import ClawBase
import ClawControl
public import ClawKubernetes
import ClawResources

/// Keeps the sum of what a tenant's projects may have, on all clusters, below the tenant's cap.
///
///     let reservation = try await ledger.reserve(["requests.cpu": "4"], for: "project/demo", of: "acme")
///     do {
///         try await enlarge(project)
///         try await ledger.commit(reservation)
///     } catch {
///         try await ledger.release(reservation)
///     }
///
/// The sum never exceeds the cap, however many processes share the store and wherever they crash: until a change is
/// committed or released, the larger of what was and what is to be counts. Who crashes in between leaves a reservation
/// that runs out; who then finds the project enlarged all the same says so by ``follow(_:for:of:)``.
public struct QuotaLedger: Sendable {
    /// A change that has been allowed.
    public struct Reservation: Sendable, Hashable {
        public let id: String
        public let tenant: String
        public let subject: String
        public let expiresAt: Timestamp
    }

    /// How a tenant stands.
    public struct Standing: Sendable, Hashable {
        /// Only what has a cap.
        public let cap: [String: Quantity]
        /// What is held, and what has been allowed.
        public let used: [String: Quantity]
    }

    let store: any PlatformStore
    let time: any TimeSource
    /// What an object says now, by its subject: ends changes of which nobody says how they went.
    let seen: (@Sendable (String) -> [String: Quantity])?

    public init(_ store: some PlatformStore, time: some TimeSource = .system) {
        (self.store, self.time, seen) = (store, time, nil)
    }

    /// - Parameter projects: by which it is known whether what was admitted has been stored.
    init(_ store: any PlatformStore, time: any TimeSource, projects: ObjectCache<Project>) {
        self.init(store, time: time) { projects.get(QuotaKeeper.project(of: $0))?.spec.quota ?? [:] }
    }

    init(
        _ store: any PlatformStore, time: any TimeSource, seeing seen: @escaping @Sendable (String) -> [String: Quantity]
    ) {
        (self.store, self.time, self.seen) = (store, time, seen)
    }

    // MARK: the cap

    /// - Throws: ``Finding`` (`E_QUOTA_TENANT`) where more is used already; (`E_INVALID`) for what is no amount.
    public func setCap(_ cap: [String: Quantity], of tenant: String) async throws {
        try await setCap(cap, of: tenant, evenBelowUse: false)
    }

    /// - Parameter evenBelowUse: as its object says it, whoever wrote that: nothing is added then until less is used.
    func setCap(_ cap: [String: Quantity], of tenant: String, evenBelowUse: Bool) async throws {
        let sums = try ResourceSums(cap)
        _ = try await store.commit(over: [Self.account(tenant)]) { rows in
            let found = try rows.get(QuotaAccount.self, tenant)
            var account = found?.record ?? QuotaAccount(tenant)
            (account.cap, account.cappedResources) = (sums, Set(cap.keys))
            for name in cap.keys.sorted() where account.used[name] > sums[name] && !evenBelowUse {
                throw Finding.capTooLow(account, name)
            }
            return (RecordWrites(Self.changes(found, to: account)), ())
        }
    }

    public func standing(of tenant: String) async throws -> Standing {
        let account = try await store.get(QuotaAccount.self, tenant)?.record ?? QuotaAccount(tenant)
        var cap: [String: Quantity] = [:]
        for name in account.cappedResources { cap[name] = ResourceSums.quantity(account.cap[name]) }
        return Standing(cap: cap, used: account.used.quantities)
    }

    /// What each of the tenant's projects holds, by its name; what has been allowed and not been done is left out.
    public func holdings(of tenant: String) async throws -> [String: [String: Quantity]] {
        var all: [String: [String: Quantity]] = [:]
        var after: String?
        while true {
            let page = try await store.list(
                QuotaClaim.self, index: (QuotaClaim.tenantIndex, tenant), after: after, limit: 1000)
            for claim in page.map(\.record) where !claim.held.isEmpty { all[claim.subject] = claim.held.quantities }
            guard page.count == 1000, let last = page.last else { return all }
            after = last.record.key
        }
    }

    // MARK: changing

    /// Allows a project to have these amounts, in place of what it has.
    /// - Parameter lifetime: how long the change may take.
    /// - Throws: ``Finding``: `E_QUOTA_TENANT` with the resource, its cap, what is used and what was asked for in
    ///   `details`; `E_ACTION_CONFLICT` while another change of the project's is under way.
    public func reserve(
        _ amounts: [String: Quantity], for subject: String, of tenant: String,
        lasting lifetime: Duration = .seconds(300)
    ) async throws -> Reservation {
        let wanted = try ResourceSums(amounts)
        do {
            return try await reserve(wanted, subject, tenant, lifetime)
        } catch let refusal as Finding where refusal.code == .tenantQuota {
            // Some of what counts may have been given up.
            guard try await dropExpired(of: tenant) else { throw refusal }
            return try await reserve(wanted, subject, tenant, lifetime)
        }
    }

    private func reserve(
        _ wanted: ResourceSums, _ subject: String, _ tenant: String, _ lifetime: Duration
    ) async throws -> Reservation {
        let now = time.now
        let id = RecordID.make(at: now)
        return try await change(subject, tenant) { claim, account in
            if let other = claim.change, other.expiresAt > now { throw Finding.underWay(other, subject) }
            let before = claim.counted
            try settleExpired(&claim, now)
            claim.change = QuotaClaim.Change(id: id, amounts: wanted, expiresAt: now + lifetime)
            try Self.checkCap(claim, before, account)
            return Reservation(id: id, tenant: tenant, subject: subject, expiresAt: now + lifetime)
        }
    }

    /// The change has been made.
    /// - Throws: ``Finding`` (`E_STALE`) where the reservation ran out and was taken for given up: whoever made the
    ///   change undoes it, or reserves it anew.
    public func commit(_ reservation: Reservation) async throws {
        try await change(reservation.subject, reservation.tenant) { claim, _ in
            guard let change = claim.change, change.id == reservation.id else { throw Finding.reservationGone }
            (claim.held, claim.change) = (change.amounts, nil)
        }
    }

    /// The change has not been made, and will not be. Done twice it does nothing.
    public func release(_ reservation: Reservation) async throws {
        try await change(reservation.subject, reservation.tenant) { claim, _ in
            if claim.change?.id == reservation.id { claim.change = nil }
        }
    }

    /// Takes over what the project's object says, unless a reserved change of it is under way: what is there counts,
    /// even where somebody enlarged it without asking, and nothing more is allowed until it is less.
    /// - Returns: where a change is under way, when to look again.
    @discardableResult
    public func follow(
        _ amounts: [String: Quantity], for subject: String, of tenant: String
    ) async throws -> Timestamp? {
        let (held, now) = (try ResourceSums(amounts), time.now)
        return try await change(subject, tenant) { claim, _ in
            if let change = claim.change, change.expiresAt > now, !(change.endsWhenSeen && change.amounts == held) {
                return change.expiresAt
            }
            (claim.held, claim.change) = (held, nil)
            return nil
        }
    }

    /// The project is no more.
    /// - Returns: where a change is under way, when to look again.
    @discardableResult
    public func drop(_ subject: String) async throws -> Timestamp? {
        var later: Timestamp?
        let claims = try await store.list(QuotaClaim.self, index: (QuotaClaim.subjectIndex, subject))
        for claim in claims.map(\.record) {
            guard let moment = try await follow([:], for: subject, of: claim.tenant) else { continue }
            later = max(later ?? moment, moment)
        }
        return later
    }

    /// All projects that have something.
    public func subjects() async throws -> Set<String> {
        var all: Set<String> = []
        var after: String?
        while true {
            let page = try await store.list(QuotaClaim.self, after: after, limit: 1000)
            all.formUnion(page.map(\.record.subject))
            guard page.count == 1000, let last = page.last else { return all }
            after = last.record.key
        }
    }

    /// Drops changes that nobody has ended in time.
    /// - Returns: whether there were any.
    func dropExpired(of tenant: String) async throws -> Bool {
        let now = time.now
        var (dropped, after) = (false, String?.none)
        while true {
            let page = try await store.list(
                QuotaClaim.self, index: (QuotaClaim.tenantIndex, tenant), after: after, limit: 1000)
            for claim in page.map(\.record) {
                guard let expired = claim.change, expired.expiresAt <= now else { continue }
                try await change(claim.subject, tenant) { claim, _ in
                    if claim.change?.id == expired.id { try settleExpired(&claim, now) }
                }
                dropped = true
            }
            guard page.count == 1000, let last = page.last else { return dropped }
            after = last.record.key
        }
    }

    /// - Parameter before: what has counted of the claim until now, in the account too.
    static func checkCap(_ claim: QuotaClaim, _ before: ResourceSums, _ account: QuotaAccount) throws(Finding) {
        for name in account.cappedResources.sorted() {
            let (asked, others) = (claim.counted[name], account.used[name] - before[name])
            guard asked > before[name], others + asked > account.cap[name] else { continue }
            throw Finding.overCap(account, name, asked: asked, others: others)
        }
    }

    /// What nobody ended in time has not been done; where nobody would have, the object says what holds.
    func settleExpired(_ claim: inout QuotaClaim, _ now: Timestamp) throws(Finding) {
        guard let change = claim.change, change.expiresAt <= now else { return }
        claim.change = nil
        if change.endsWhenSeen, let seen { claim.held = try ResourceSums(seen(claim.subject)) }
    }

    // MARK: the two rows

    private static func account(_ tenant: String) -> RecordKey { RecordKey(QuotaAccount.kind, tenant) }

    /// An account that says nothing is not kept.
    private static func changes(_ found: Versioned<QuotaAccount>?, to account: QuotaAccount) -> [RecordChange] {
        if account == QuotaAccount(account.tenant) {
            return found.map { [.delete(QuotaAccount.kind, key: account.key, version: $0.version)] } ?? []
        }
        return found?.record == account ? [] : [change(found, to: account)]
    }

    private static func change<R: StoredRecord>(_ found: Versioned<R>?, to record: R) -> RecordChange {
        found.map { .replace(Versioned(record, version: $0.version)) } ?? .create(record)
    }

    /// Changes a claim, and the sum with it.
    func change<Result: Sendable>(
        _ subject: String, _ tenant: String,
        _ body: @escaping @Sendable (inout QuotaClaim, QuotaAccount) throws -> Result
    ) async throws -> Result {
        let key = QuotaClaim.key(tenant, subject)
        return try await store.commit(over: [Self.account(tenant), RecordKey(QuotaClaim.kind, key)]) { rows in
            let foundAccount = try rows.get(QuotaAccount.self, tenant)
            let foundClaim = try rows.get(QuotaClaim.self, key)
            let old = foundClaim?.record ?? QuotaClaim(tenant, subject)
            var (account, claim) = (foundAccount?.record ?? QuotaAccount(tenant), old)
            let result = try body(&claim, account)
            guard claim != old else { return (RecordWrites(), result) }
            account.used = account.used - old.counted + claim.counted
            var changes = Self.changes(foundAccount, to: account)
            if claim.change == nil, claim.held.isEmpty {
                if let foundClaim { changes.append(.delete(QuotaClaim.kind, key: key, version: foundClaim.version)) }
            } else {
                changes.append(Self.change(foundClaim, to: claim))
            }
            return (RecordWrites(changes), result)
        }.result
    }
}

extension FindingCode {
    /// More than the tenant may have in sum.
    public static let tenantQuota = FindingCode(rawValue: "E_QUOTA_TENANT")
}

extension Finding {
    static func underWay(_ other: QuotaClaim.Change, _ subject: String) -> Finding {
        Finding(
            .conflict, "Another change of what \(subject) may have is under way; try again in a moment.",
            details: ["reservation": other.id])
    }

    fileprivate static let reservationGone = Finding(
        .stale, "The reservation ran out before the change was committed; reserve it again.")

    fileprivate static func overCap(
        _ account: QuotaAccount, _ name: String, asked: Int128, others: Int128
    ) -> Finding {
        let (cap, used) = (ResourceSums.quantity(account.cap[name]), ResourceSums.quantity(others))
        let asked = ResourceSums.quantity(asked)
        return Finding(
            .tenantQuota,
            "Tenant '\(account.tenant)' may have \(cap) of \(name) in all its projects, of which the others have "
                + "\(used); \(asked) were asked for. Ask for less, or have an administrator raise the tenant's cap.",
            field: name,
            details: ["resource": name, "cap": "\(cap)", "used": "\(used)", "asked": "\(asked)"])
    }

    static func capTooLow(_ account: QuotaAccount, _ name: String) -> Finding {
        let (cap, used) = (ResourceSums.quantity(account.cap[name]), ResourceSums.quantity(account.used[name]))
        return Finding(
            .tenantQuota,
            "The projects of tenant '\(account.tenant)' have \(used) of \(name), more than the new cap of \(cap). "
                + "Lower what they have first, or choose a higher cap.",
            field: name, details: ["resource": name, "cap": "\(cap)", "used": "\(used)"])
    }
}
