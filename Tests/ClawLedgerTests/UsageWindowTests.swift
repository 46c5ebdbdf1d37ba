import ClawBase
import Testing

@testable import ClawLedger

@Suite("Budget windows")
struct UsageWindowTests {
    private static let zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]

    @Test("each period begins where the one before it ends, through every change of the clocks", arguments: zones)
    func tiling(zone: String) throws {
        let windows: [UsageWindow] = [.hour(zone: zone), .day(zone: zone), .month(zone: zone), .minute]
        for window in windows {
            var moment = try #require(Timestamp(rfc3339: "2026-01-01T00:00:00Z"))
            let until = try #require(Timestamp(rfc3339: "2026-12-31T00:00:00Z"))
            var count = 0
            while moment < until, count < 2000 {
                let period = try window.period(at: moment)
                let (start, end) = (try #require(period.start), try #require(period.end))
                #expect(period.contains(moment))
                #expect(start < end)
                #expect(try window.period(at: start) == period)
                #expect(try window.period(at: Timestamp(nanoseconds: end.nanoseconds - 1)) == period)
                // The next one begins just there.
                #expect(try window.period(at: end).start == end)
                moment = end + .seconds(Int64(count) % 3 * 1000)
                count += 1
            }
        }
    }

    @Test("a month begins at midnight by the clocks of its zone")
    func month() throws {
        let moment = try #require(Timestamp(rfc3339: "2026-03-31T23:30:00Z"))
        let period = try UsageWindow.month(zone: "Europe/Berlin").period(at: moment)
        #expect(period.start?.rfc3339() == "2026-03-31T22:00:00Z")
        #expect(period.end?.rfc3339() == "2026-04-30T22:00:00Z")
    }

    @Test("the hour that comes twice is one period of two hours")
    func doubledHour() throws {
        let moment = try #require(Timestamp(rfc3339: "2026-10-25T00:30:00Z"))
        let period = try UsageWindow.hour(zone: "Europe/Berlin").period(at: moment)
        #expect(period.start?.rfc3339() == "2026-10-25T00:00:00Z")
        #expect(period.end?.rfc3339() == "2026-10-25T02:00:00Z")
    }

    @Test("windows and limits' names are read as they are written")
    func texts() throws {
        let windows: [UsageWindow] = [
            .forever, .minute, .every(seconds: 18_000), .hour(zone: "UTC"), .day(zone: "Asia/Kolkata"), .month(zone: "UTC"),
        ]
        for window in windows { #expect(UsageWindow(window.description) == window) }
        #expect(UsageWindow("minute") == .minute && UsageWindow("day") == .day(zone: "UTC"))
        for text in ["", "s", "0s", "-5s", "5", "day@", "forever@UTC", "week"] { #expect(UsageWindow(text) == nil) }
        let ids = [
            UsageLimitID(.runtime, "demo/a", "month"), UsageLimitID(.user, "a#b@c", "x"), UsageLimitID(.platform, "", "day"),
        ]
        for id in ids {
            #expect(UsageLimitID(key: id.key) == id)
            let period = UsagePeriod(start: Timestamp(seconds: 60), end: Timestamp(seconds: 120))
            let account = UsageAccountID(id, period)
            #expect(UsageAccountID(key: account.key, end: period.end) == account)
        }
        for text in ["", "user", "user/#x", "galaxy/a#x", "platform/a#x"] { #expect(UsageLimitID(key: text) == nil) }
    }

    @Test(
        "days begin by the zone's clock, those on which it is changed too",
        arguments: [
            (UsageWindow.hour(zone: "Asia/Kolkata"), "2026-05-06T07:08:09Z", "2026-05-06T06:30:00Z", "2026-05-06T07:30:00Z"),
            // The day on which clocks go forward has 23 hours, the one on which they go back 25.
            (.day(zone: "Europe/Berlin"), "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            (.day(zone: "Europe/Berlin"), "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
            // Where clocks skip midnight the day begins at one.
            (.day(zone: "Asia/Beirut"), "2026-03-29T12:00:00Z", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z"),
            (.month(zone: "America/New_York"), "2026-03-01T04:59:59Z", "2026-02-01T05:00:00Z", "2026-03-01T05:00:00Z"),
        ])
    func clocks(window: UsageWindow, moment: String, start: String, end: String) throws {
        let period = try window.period(at: try #require(Timestamp(rfc3339: moment)))
        #expect([period.start?.rfc3339(), period.end?.rfc3339()] == [start, end])
    }

    @Test("a zone that does not exist is refused by name")
    func unknownZone() {
        #expect {
            try UsageWindow.day(zone: "Europe/Atlantis").period(at: Timestamp(seconds: 0))
        } throws: { error in
            (error as? Finding)?.message.contains("Europe/Atlantis") ?? false
        }
    }
}
