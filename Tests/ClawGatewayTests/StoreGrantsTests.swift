import ClawBase
import ClawGateway
import ClawLedger
import ClawPlatform
import ServiceTesting
import Testing

@Suite("Model keys in the platform's store")
struct StoreGrantsTests {
    let store = MemoryPlatformStore()
    let time = VirtualTime()

    private func make() async throws -> ModelKey {
        let subject = UsageSubject(tenant: "acme", user: "ada")
        let record = ModelKey.make(label: "laptop", subject: subject, models: ["echo"], by: "root", at: time.now).record
        return try await store.create(record).record
    }

    private func isGood(_ key: ModelKey, _ grants: StoreGrants) async -> Bool {
        guard let grant = await grants.grant(forKeyHash: key.hash) else { return false }
        return grant.expiresAt.map { time.now < $0 } ?? true
    }

    @Test("a key is a grant for whom it was made; nobody else's hash is one")
    func grant() async throws {
        let (key, grants) = (try await make(), StoreGrants(store, time: time))
        let grant = try #require(await grants.grant(forKeyHash: key.hash))
        #expect(grant.subject == UsageSubject(tenant: "acme", user: "ada", key: key.id))
        #expect(grant.models == ["echo"])
        #expect(await grants.grant(forKeyHash: Token.hash("other")) == nil)
        let both = CompositeGrants([InMemoryGrants(), grants])
        #expect(await both.grant(forKeyHash: key.hash) == grant)
        #expect(await both.grant(forKeyHash: "") == nil)
    }

    @Test("a revoked key is void from the next request, whether or not changes are followed")
    func revocation() async throws {
        let grants = StoreGrants(store, time: time)
        let (first, second) = (try await make(), try await make())
        #expect(await isGood(first, grants))
        try await store.revokeModelKey(first.id, at: time.now)
        #expect(await !isGood(first, grants))
        try await whileRunning({ try await grants.run() }) { [time] in
            #expect(await isGood(second, grants))
            try await store.revokeModelKey(second.id, at: time.now)
            let end = ContinuousClock.now + .seconds(60)
            while await isGood(second, grants), ContinuousClock.now < end { await Task.yield() }
            #expect(await !isGood(second, grants))
        }
    }
}
