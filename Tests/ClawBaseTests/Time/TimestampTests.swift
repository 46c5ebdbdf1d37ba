import ClawBase
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "RFC 3339 as Kubernetes writes it, there and back",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:34:56Z", 951_827_696), ("1969-12-31T23:59:59Z", -1),
            ("2100-03-01T00:00:00Z", 4_107_542_400), ("1900-01-01T00:00:00Z", -2_208_988_800),
        ])
    func roundTrip(text: String, seconds: Int64) {
        #expect(Timestamp(rfc3339: text) == Timestamp(seconds: seconds))
        #expect(Timestamp(seconds: seconds).rfc3339() == text)
    }

    @Test("microseconds are written with six digits, cut and not rounded")
    func micro() {
        #expect(Timestamp(nanoseconds: 1_999_999_999).rfc3339(fractionDigits: 6) == "1970-01-01T00:00:01.999999Z")
        #expect(Timestamp(nanoseconds: -1).rfc3339(fractionDigits: 6) == "1969-12-31T23:59:59.999999Z")
    }

    @Test("offsets and fractions are read")
    func offsets() {
        #expect(Timestamp(rfc3339: "1970-01-01T01:00:00.5+01:00") == Timestamp(nanoseconds: 500_000_000))
        #expect(Timestamp(rfc3339: "1969-12-31t19:00:00-05:00") == Timestamp(seconds: 0))
    }

    @Test(
        "anything else is not a timestamp",
        arguments: [
            "", "1970-01-01", "1970-01-01 00:00:00Z", "1970-13-01T00:00:00Z", "1970-01-01T24:00:00Z",
            "1970-01-01T00:00:00", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00+0100", "1970-1-01T00:00:00ZZ",
            "9999-12-31T23:59:59Z",
        ])
    func refused(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

    @Test(
        "HTTP's dates",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-86_400, "Wed, 31 Dec 1969 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        ])
    func httpDate(seconds: Int64, text: String) { #expect(Timestamp(seconds: seconds).httpDate == text) }

    @Test("every day of four centuries comes back as itself")
    func days() {
        for day in stride(from: Int64(-73_000), to: 73_000, by: 1) {
            let moment = Timestamp(seconds: day * 86400)
            #expect(Timestamp(rfc3339: moment.rfc3339()) == moment)
        }
    }
}
