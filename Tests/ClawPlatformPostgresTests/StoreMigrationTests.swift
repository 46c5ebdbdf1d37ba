import ClawBase
import ClawKitPostgres
import ClawLedger
import ClawPlatform
import Testing

@testable import ClawPlatformPostgres

extension PostgresStores {
    @Suite("A store that an earlier version has written")
    struct StoreMigrationTests {
        @Test("its budgets become limits with what was spent of them, and its ledger counts no token twice")
        func shares() async throws {
            try await withDatabase { url in
                let pool = PostgresPool(PostgresPool.Configuration(url, maximum: 2))
                let all = try StoreSchema.migrations()
                try await Migrations(Array(all.all.prefix(2)), table: all.table).apply(to: pool)
                try await pool.execute(
                    """
                    insert into claw_records (kind, key, version, retirable, body, indexes) values
                    ('budget', 'project/demo#month', nextval('claw_version'), false,
                        '{"name": "month", "scope": "project/demo", "limit": {"cost": 500, "tokens": 7},
                          "window": "month@Europe/Berlin", "periodStart": "2025-12-31T23:00:00.000000000Z",
                          "periodEnd": "2026-01-31T23:00:00.000000000Z", "spent": {"cost": 120, "tokens": 3},
                          "reserved": {"cost": 5, "tokens": 0}, "createdAt": "2026-01-01T12:00:00.000000000Z"}', '[]'),
                    ('budget', 'platform#all', nextval('claw_version'), false,
                        '{"name": "all", "scope": "platform", "limit": {"tokens": 9}, "window": "total@UTC",
                          "periodStart": "2026-01-01T12:00:00.000000000Z", "spent": {"cost": 0, "tokens": 4},
                          "reserved": {"cost": 0, "tokens": 0}, "createdAt": "2026-01-01T12:00:00.000000000Z"}', '[]'),
                    ('reservation', 'r1', nextval('claw_version'), false, '{}', '[]')
                    """)
                try await pool.execute(
                    """
                    insert into claw_usage values ('u1', '2026-01-02T00:00:00Z', 'acme', 'demo', 'ada', null, null, 'model',
                        'echo', 120, 10, 4, 3, 1, 1, array['project/demo#month'], '{}')
                    """)
                try await withStore(at: url) { store in
                    let monthly = UsageLimit(
                        UsageLimitID(.project, "demo", "month"), [.cost: 500, .tokens: 7],
                        per: .month(zone: "Europe/Berlin"))
                    let total = UsageLimit(UsageLimitID(.platform, "", "all"), [.tokens: 9])
                    #expect(try await store.limits(of: .project("demo")).map(\.record) == [monthly])
                    #expect(try await store.limits(of: .platform).map(\.record) == [total])
                    let moment = try #require(Timestamp(rfc3339: "2026-01-15T00:00:00Z"))
                    let account = UsageAccountID(monthly.id, try monthly.window.period(at: moment))
                    let sums = try await store.get(AccountSums.self, account.key)?.record
                    #expect(sums?.account == account)
                    #expect(sums?.sums.spent == Amounts(cost: NanoDollars(nanos: 120), tokens: 3))
                    #expect(try await store.sums(of: total.id).first?.sums.spent.tokens == 4)
                    let row = try #require(try await store.usage(UsageQuery()).first)
                    #expect(row.tokens == UsageTokens(input: 6, cached: 4, output: 3, reasoning: 1))
                    #expect(row.settlement == .exact && row.charges.isEmpty)
                    #expect(try await store.rows(RecordQuery(RecordKind("reservation"))).isEmpty)
                    // From here on it goes on as any other.
                    let wish = ShareWish(account, limits: [:], wanted: Amounts(cost: .dollars(1)), spare: .zero)
                    #expect(try await PlatformShares(store).share([wish], to: "g/1")[0].given.cost.nanos == 380)
                }
            }
        }
    }
}
