import ClawBase
import ClawPlatformPostgres
import Testing

@testable import ClawPlatform

extension PostgresStores {
    @Suite("Guessing of passwords at several control planes over PostgreSQL")
    struct SharedLockoutTests {
        @Test("failures count together, however many guess at once, and a success forgets them for all")
        func together() async throws {
            try await withDatabase { url in
                try await withStore(at: url) { first in
                    try await withStore(at: url) { second in try await Self.guess(first, second) }
                }
            }
        }

        private static func guess(_ first: PostgresPlatformStore, _ second: PostgresPlatformStore) async throws {
            let time = VirtualTime(startingAt: SystemTime().now)
            let planes = [PasswordThrottle(first, time: time), PasswordThrottle(second, time: time)]
            let failed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<24 {
                    group.addTask {
                        let plane = planes[number % 2]
                        do {
                            try await plane.failed(plane.begin("ada"))
                            return true
                        } catch let finding as Finding where finding.code == .throttled {
                            return false
                        }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect((6...7).contains(failed))
            for plane in planes {
                await #expect(throws: Finding.self) { _ = try await plane.begin("ada") }
            }
            time.advance(by: .seconds(2))
            try await planes[1].succeeded(planes[1].begin("ada"))
            #expect(try await first.get(PasswordFailures.self, PasswordFailures.key(of: "ada")) == nil)
            let again = try await planes[0].begin("ada")
            await planes[0].takeBack(again)
        }
    }
}
