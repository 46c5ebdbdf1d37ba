import ClawBase
@testable import ClawPlatform
import Testing

@Suite("Budgets")
struct BudgetTests {
    private func period(_ window: BudgetWindow, _ moment: String) throws -> [String?] {
        let (start, end) = try window.period(containing: try #require(Timestamp(rfc3339: moment)))
        return [start.rfc3339(), end?.rfc3339()]
    }

    @Test(
        "hours, days and months begin by the zone's clock",
        arguments: [
            (BudgetWindow.Length.hour, "UTC", "2026-05-06T07:08:09Z", "2026-05-06T07:00:00Z", "2026-05-06T08:00:00Z"),
            (.hour, "Asia/Kolkata", "2026-05-06T07:08:09Z", "2026-05-06T06:30:00Z", "2026-05-06T07:30:00Z"),
            (.day, "UTC", "2026-05-06T00:00:00Z", "2026-05-06T00:00:00Z", "2026-05-07T00:00:00Z"),
            (.day, "Europe/Berlin", "2026-05-06T22:30:00Z", "2026-05-06T22:00:00Z", "2026-05-07T22:00:00Z"),
            // The day on which clocks go forward has 23 hours, the one on which they go back 25.
            (.day, "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            (.day, "Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
            // Where clocks skip midnight the day begins at one.
            (.day, "Asia/Beirut", "2026-03-29T12:00:00Z", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z"),
            (.month, "UTC", "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            (.month, "America/New_York", "2026-03-01T04:59:59Z", "2026-02-01T05:00:00Z", "2026-03-01T05:00:00Z"),
        ])
    func periods(length: BudgetWindow.Length, zone: String, moment: String, start: String, end: String) throws {
        guard let window = try? BudgetWindow(length, timeZone: zone) else { return }
        #expect(try period(window, moment) == [start, end])
    }

    @Test("a zone that nobody knows is refused")
    func unknownZone() {
        #expect(throws: Finding.self) { try BudgetWindow(.day, timeZone: "Europe/Atlantis") }
    }

    @Test("a refusal says which budget, how much is left, how much was asked for, and when there is more")
    func refusal() throws {
        let start = try #require(Timestamp(rfc3339: "2026-05-06T12:00:00Z"))
        var budget = try Budget(
            .tenant("acme"), name: "daily", limit: SpendingLimit(cost: 2_500_000_000), window: try BudgetWindow(.day),
            createdAt: start)
        try budget.reserve(Spending(cost: 2_000_000_000), at: start)
        let finding = #expect(throws: Finding.self) { try budget.reserve(Spending(cost: 500_000_001), at: start) }
        #expect(finding?.code == .budget)
        #expect(
            finding?.message
                == "The budget 'daily' of tenant/acme has 0.500000000 $ left, and 0.500000001 $ were asked for; "
                + "wait until 2026-05-07T00:00:00Z.")
        #expect(finding?.details["resetsAt"] == "2026-05-07T00:00:00Z")
        #expect(budget.reserved.cost == 2_000_000_000)
    }

    @Test("amounts beyond 64 bits are refused, not wrapped")
    func overflow() throws {
        var budget = try Budget(.platform, limit: SpendingLimit(), createdAt: Timestamp(seconds: 0))
        try budget.reserve(Spending(cost: .max, tokens: .max), at: Timestamp(seconds: 1))
        #expect(throws: Finding.self) { try budget.reserve(Spending(cost: 1), at: Timestamp(seconds: 1)) }
        #expect(throws: Finding.self) { try Spending(cost: .min).minus(Spending(cost: 1)) }
        #expect(Spending.dollars(.min) == "-9223372036.854775808")
        #expect(Spending.dollars(-1) == "-0.000000001")
    }

    @Test("notice is given from the soft limit on")
    func softLimit() throws {
        var budget = try Budget(
            .user("ada"), limit: SpendingLimit(tokens: 10), softLimit: SpendingLimit(tokens: 7),
            createdAt: Timestamp(seconds: 0))
        try budget.reserve(Spending(tokens: 7), at: Timestamp(seconds: 1))
        #expect(!budget.isOverSoftLimit)
        try budget.reserve(Spending(tokens: 1), at: Timestamp(seconds: 1))
        #expect(budget.isOverSoftLimit)
    }
}
