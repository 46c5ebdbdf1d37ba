import ClawBase
import Testing

@testable import ClawControl

@Suite("Cron schedules")
struct CronScheduleTests {
    private func next(_ schedule: String, _ moment: String, _ zone: TimeZoneRules = .utc) throws -> String? {
        let start = try #require(Timestamp(rfc3339: moment))
        return try CronSchedule(schedule).next(after: start, in: zone)?.rfc3339()
    }

    @Test("the next moment", arguments: [
        ("* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"),
        ("* * * * *", "2026-01-01T00:00:59Z", "2026-01-01T00:01:00Z"),
        ("*/15 * * * *", "2026-01-01T00:46:10Z", "2026-01-01T01:00:00Z"),
        ("30 4 1,15 * 5", "2026-01-03T00:00:00Z", "2026-01-09T04:30:00Z"),
        ("0 0 31 * *", "2026-02-01T00:00:00Z", "2026-03-31T00:00:00Z"),
        ("0 0 29 feb *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("0 9 * * mon-fri", "2026-01-02T10:00:00Z", "2026-01-05T09:00:00Z"),
        ("5-10/5 23 * dec sun", "2026-01-01T00:00:00Z", "2026-12-06T23:05:00Z"),
        ("@yearly", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("@weekly", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"),
        ("@hourly", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"),
        ("@every 90s", "2026-01-01T00:00:00Z", "2026-01-01T00:01:30Z"),
        ("@every 1h30m", "2026-01-01T00:00:00Z", "2026-01-01T01:30:00Z"),
    ])
    func nextMoment(schedule: String, moment: String, expected: String) throws {
        #expect(try next(schedule, moment) == expected)
    }

    @Test("a day that never comes is not waited for")
    func never() throws { #expect(try next("0 0 31 2 *", "2026-01-01T00:00:00Z") == nil) }

    @Test("what cannot be read is refused", arguments: ["", "* * * *", "61 * * * *", "@every soon", "@fortnightly"])
    func refusals(schedule: String) { #expect(throws: CronProblem.self) { try CronSchedule(schedule) } }

    @Test("schedules follow the zone's clock: an hour left out is not due, one that comes twice is due twice")
    func zones() throws {
        guard let berlin = TimeZoneRules(named: "Europe/Berlin") else { return }
        #expect(try next("0 9 * * *", "2026-01-01T00:00:00Z", berlin) == "2026-01-01T08:00:00Z")
        #expect(try next("0 9 * * *", "2026-07-01T00:00:00Z", berlin) == "2026-07-01T07:00:00Z")
        #expect(try next("30 2 * * *", "2026-03-28T12:00:00Z", berlin) == "2026-03-30T00:30:00Z")
        #expect(try next("30 2 * * *", "2026-10-24T12:00:00Z", berlin) == "2026-10-25T00:30:00Z")
        #expect(try next("30 2 * * *", "2026-10-25T00:30:00Z", berlin) == "2026-10-25T01:30:00Z")
        #expect(try next("0 0 1 * *", "2026-03-15T00:00:00Z", berlin) == "2026-03-31T22:00:00Z")
        #expect(try next("0 0 * * *", "2026-10-24T22:00:00Z", berlin) == "2026-10-25T23:00:00Z")
    }

    @Test("of many that were missed the last is told, and how many there were")
    func missed() throws {
        let start = Timestamp(seconds: 1_767_225_600)
        let schedule = try CronSchedule("*/10 * * * *")
        #expect(try schedule.missed(after: start, until: start + .seconds(599)) == nil)
        #expect(try schedule.missed(after: start, until: start + .seconds(600))
            == CronSchedule.Missed(latest: start + .seconds(600), count: 1))
        let day = try #require(try schedule.missed(after: start, until: start + .seconds(86400)))
        #expect(day == CronSchedule.Missed(latest: start + .seconds(86400), count: 144))
        let uneven = try CronSchedule("0,1 0 * * *")
        #expect(try uneven.missed(after: start, until: start + .seconds(3 * 86400 + 7200))?.latest
            == start + .seconds(3 * 86400 + 60))
    }
}
