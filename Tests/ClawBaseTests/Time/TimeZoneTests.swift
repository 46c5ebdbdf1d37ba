import Testing

@testable import ClawBase

@Suite("Time zones")
struct TimeZoneTests {
    /// As the database has it for Berlin in years to come.
    private static let berlin = YearlyClockChanges("CET-1CEST,M3.5.0,M10.5.0/3")

    @Test("clocks change with the last Sundays of March and October")
    func clockChanges() throws {
        let berlin = try #require(Self.berlin)
        for (moment, hours) in [
            ("2026-01-15T00:00:00Z", 1), ("2026-03-29T00:59:59Z", 1), ("2026-03-29T01:00:00Z", 2),
            ("2026-10-25T00:59:59Z", 2), ("2026-10-25T01:00:00Z", 1),
        ] {
            let time = try #require(Timestamp(rfc3339: moment))
            #expect(berlin.offset(at: time.seconds) == Int64(hours * 3600), "\(moment)")
        }
        let sydney = try #require(YearlyClockChanges("AEST-10AEDT,M10.1.0,M4.1.0/3"))
        #expect(sydney.offset(at: try #require(Timestamp(rfc3339: "2026-01-15T00:00:00Z")).seconds) == 11 * 3600)
        #expect(sydney.offset(at: try #require(Timestamp(rfc3339: "2026-07-15T00:00:00Z")).seconds) == 10 * 3600)
        #expect(YearlyClockChanges("<-03>3")?.offset(at: 0) == -3 * 3600)
    }

    @Test("a name that leads to no zone, or out of the database, is none")
    func unknown() {
        #expect(TimeZoneRules(named: "Europe/Atlantis") == nil)
        #expect(TimeZoneRules(named: "../../etc/passwd") == nil)
    }
}
