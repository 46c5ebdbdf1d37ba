@testable import ClawCluster
import ClawBase
import Testing

@Suite("What processes use")
struct UsageTests {
    @Test("the kernel's line is read whatever the process is called")
    func line() throws {
        let fields = (3...52).map { field in
            switch field {
            case 3: "S"
            case 6: "4242"
            case 14: "150"
            case 15: "50"
            case 24: "10"
            default: "0"
            }
        }
        let parsed = try #require(ProcessUsage.parse("7 (a ) b) (c)) " + fields.joined(separator: " ")))
        #expect(parsed.session == 4242)
        #expect(parsed.usage.processorNanoseconds > 0 && parsed.usage.residentBytes > 0)
        #expect(ProcessUsage.parse("7 (x) S 1") == nil)
    }

    @Test("the rate is what was used between two questions, and the same within a second")
    func rate() {
        let meter = UsageMeter()
        let begin = Timestamp(seconds: 100)
        #expect(meter.rate("c", 5_000_000_000, since: begin, now: begin + .seconds(10)) == 500_000_000)
        #expect(meter.rate("c", 9_000_000_000, since: begin, now: begin + .milliseconds(10_500)) == 500_000_000)
        #expect(meter.rate("c", 7_000_000_000, since: begin, now: begin + .seconds(12)) == 1_000_000_000)
        // A container that began anew counts from nothing.
        #expect(meter.rate("c", 1_000_000_000, since: begin, now: begin + .seconds(14)) == 500_000_000)
    }
}
