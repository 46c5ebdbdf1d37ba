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

    @Test("a zone that does not exist is refused by name")
    func unknownZone() {
        #expect {
            try UsageWindow.day(zone: "Europe/Atlantis").period(at: Timestamp(seconds: 0))
        } throws: { error in
            (error as? Finding)?.message.contains("Europe/Atlantis") ?? false
        }
    }
}
