import ClawBase
import Testing

@testable import ClawPlatform

@Suite("Slowing down guessing of passwords at several control planes")
struct PasswordThrottleTests {
    let time = VirtualTime(startingAt: SystemTime().now)
    let store = MemoryPlatformStore()
    var here: PasswordThrottle { PasswordThrottle(store, time: time) }

    private func fail(_ user: String, at throttle: PasswordThrottle) async throws {
        try await throttle.failed(throttle.begin(user))
    }

    private func wait(_ user: String, at throttle: PasswordThrottle) async throws -> String? {
        do {
            await throttle.takeBack(try await throttle.begin(user))
            return nil
        } catch let finding as Finding where finding.code == .throttled {
            return finding.details["retryAfter"]
        }
    }

    @Test("failures at one count at the others, and a success anywhere forgets them")
    func together() async throws {
        let planes = [here, here, here]
        for number in 0..<6 {
            #expect(try await wait("ada", at: planes[number % 3]) == nil)
            try await fail("ada", at: planes[number % 3])
        }
        for plane in planes + [here] { #expect(try await wait("ada", at: plane) == "1") }
        #expect(try await wait("eve", at: planes[0]) == nil)
        time.advance(by: .seconds(1))
        try await fail("ada", at: planes[1])
        #expect(try await wait("ada", at: planes[2]) == "2")
        time.advance(by: .seconds(2))
        try await planes[2].succeeded(planes[2].begin("ada"))
        #expect(try await wait("ada", at: planes[0]) == nil)
        #expect(try await store.list(PasswordFailures.self).isEmpty)
    }

    @Test("who signs in without a failure before costs no write")
    func quiet() async throws {
        let before = try await store.create(PasswordFailures(key: "before", count: 1, last: time.now)).version
        for _ in 0..<10 { try await here.succeeded(here.begin("ada")) }
        let after = try await store.create(PasswordFailures(key: "after", count: 1, last: time.now)).version
        #expect(after == before + 1)
    }

    @Test("many attempts at once, at several control planes, are few")
    func atOnce() async throws {
        let planes = [here, here, here]
        let begun = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<60 {
                group.addTask { (try? await planes[number % 3].begin("ada")) != nil }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        // Six in all, and one that is not counted yet at each of the others.
        #expect((6...8).contains(begun))
    }

    @Test("old failures are forgotten, and their rows go as others fail")
    func pruned() async throws {
        for number in 0..<6 { try await fail("user-\(number % 2)", at: here) }
        time.advance(by: .seconds(1800))
        try await fail("user-0", at: here)
        #expect(try await store.get(PasswordFailures.self, PasswordFailures.key(of: "user-0"))?.record.count == 1)
        for number in 0..<40 { try await fail("other-\(number)", at: here) }
        #expect(try await store.get(PasswordFailures.self, PasswordFailures.key(of: "user-1")) == nil)
    }
}
