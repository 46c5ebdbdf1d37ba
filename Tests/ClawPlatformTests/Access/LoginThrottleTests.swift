import ClawBase
import ClawPlatform
import Testing

@Suite("Slowing down guessing")
struct LoginThrottleTests {
    let time = VirtualTime()

    @Test("waits double after each failure, and a success forgets them")
    func backOff() throws {
        let throttle = LoginThrottle(time: time, free: 2, maximum: .seconds(8))
        func waits() -> String? {
            do {
                try throttle.admit("ada", "10.0.0.1")
                return nil
            } catch {
                return error.details["retryAfter"]
            }
        }
        for expected in [nil, nil, "1", "2", "4", "8", "8"] as [String?] {
            throttle.noteFailure("ada")
            #expect(waits() == expected)
            time.advance(by: .seconds(Int(expected ?? "0") ?? 0))
            #expect(waits() == nil)
        }
        throttle.noteFailure("ada")
        #expect(waits() == "8")
        #expect(throws: Never.self) { try throttle.admit("eve") }
        throttle.noteSuccess("ada")
        #expect(waits() == nil)
    }

    @Test("remembers no more than it may, the newest longest")
    func bounded() throws {
        let throttle = LoginThrottle(time: time, free: 0, capacity: 100)
        for number in 0..<1000 {
            time.advance(by: .milliseconds(1))
            throttle.noteFailure("peer \(number)")
        }
        #expect(throws: Finding.self) { try throttle.admit("peer 999") }
        #expect(throws: Never.self) { try throttle.admit("peer 0") }
    }
}
