import ClawBase
public import ClawKubernetes

/// What others are about to store, without this process.
extension QuotaLedger {
    /// Allows an object that somebody is about to store, without this process, to say these amounts: for admission.
    ///
    /// Nobody says whether it was stored: the change ends when ``follow(_:for:of:)`` is told of these amounts, or once
    /// no API server would still store it (after 60 s, kube-apiserver's `--request-timeout`).
    /// - Parameter isDryRun: whether it would be allowed; nothing is kept.
    /// - Throws: ``Finding`` as ``reserve(_:for:of:lasting:)``.
    public func admit(
        _ amounts: [String: Quantity], for subject: String, of tenant: String, isDryRun: Bool = false
    ) async throws {
        let wanted = try ResourceSums(amounts)
        do {
            try await admit(wanted, subject, tenant, isDryRun)
        } catch let refusal as Finding where refusal.code == .tenantQuota && !isDryRun {
            guard try await dropExpired(of: tenant) else { throw refusal }
            try await admit(wanted, subject, tenant, isDryRun)
        }
    }

    private static let longestRequest = Duration.seconds(60)

    private func admit(_ wanted: ResourceSums, _ subject: String, _ tenant: String, _ isDryRun: Bool) async throws {
        let now = time.now
        try await change(subject, tenant) { claim, account in
            if let other = claim.change, other.expiresAt > now {
                if other.endsWhenSeen, wanted.fits(in: claim.counted) {
                    // Covered by what counts anyway, which does so until this one cannot come any more either.
                    if !isDryRun { claim.change?.expiresAt = now + Self.longestRequest }
                } else if other.amounts != wanted {
                    throw Finding.underWay(other, subject)
                }
                // Else it has been reserved for just this.
                return
            }
            // Also what is less than is held: the ledger may hear of something still smaller before this is stored.
            let before = claim.counted
            var changed = claim
            try settleExpired(&changed, now)
            changed.change = QuotaClaim.Change(
                id: RecordID.make(at: now), amounts: wanted, expiresAt: now + Self.longestRequest,
                endsWhenSeen: true)
            try Self.checkCap(changed, before, account)
            if !isDryRun { claim = changed }
        }
    }

    /// - Throws: ``Finding`` (`E_QUOTA_TENANT`) where a tenant's cap cannot be so low, as more is used already.
    public func check(cap: [String: Quantity], of tenant: String) async throws {
        let sums = try ResourceSums(cap)
        guard let account = try await store.get(QuotaAccount.self, tenant)?.record else { return }
        for name in cap.keys.sorted() where account.used[name] > sums[name] {
            var wanted = account
            wanted.cap = sums
            throw Finding.capTooLow(wanted, name)
        }
    }

    /// - Throws: ``Finding`` (`E_QUOTA_TENANT`) where a project's quota leaves out what its tenant has a cap on: it could
    ///   have any amount of that.
    public func check(isComplete quota: [String: Quantity], of tenant: String) async throws {
        for name in try await standing(of: tenant).cap.keys.sorted() where quota[name] == nil {
            throw Finding(
                .tenantQuota,
                "Tenant '\(tenant)' has a cap on \(name), so that its projects need a quota for it; give one.",
                field: "quota.\(name)", details: ["resource": name])
        }
    }
}
