import ClawBase
import ClawLedger
import ClawPlatform
import ClawPlatformPostgres
import Foundation
import LedgerTesting
import ServiceTesting
import Testing

extension ShareRace.Inspection {
    init(_ store: any PlatformStore) {
        self.init(
            sums: { try await store.list(AccountSums.self).map { ($0.record.account, $0.record.sums) } },
            rows: { try await store.usage(UsageQuery(limit: UsageQuery.maximumLimit)) })
    }
}

extension PostgresStores {
    @Suite("Limits that several processes share in PostgreSQL", .timeLimit(.minutes(10)))
    struct SharedLimitsTests {
        @Test(
            "never a billionth over, nothing lost, and the rows are the sums",
            arguments: [(failures: 0, loses: false), (5, false), (5, true)])
        func race(failures: Int, loses: Bool) async throws {
            try await withDatabase { url in
                try await withStore(at: url) { first in
                    try await withStore(at: url) { second in
                        var race = ShareRace()
                        (race.failures, race.losesHolders, race.callsEach) = (failures, loses, 20)
                        let shares = [first, second, first].map { PlatformShares($0) }
                        try await race.run(shares, ShareRace.Inspection(first))
                    }
                }
            }
        }

        /// With `CLAWKIT_TEST_KILLS=200` in the environment, as often.
        private static let kills = ProcessInfo.processInfo.environment["CLAWKIT_TEST_KILLS"].flatMap { Int($0) } ?? 10

        @Test("three processes that are killed at random: never over, the rows are the sums, and nothing stays given out")
        func killed() async throws {
            let (levels, lease) = (SpendingLevels(scale: 200), Duration.milliseconds(1500))
            try await withDatabase { url in
                try await withStore(at: url) { store in
                    let inspection = ShareRace.Inspection(store)
                    var processes: [RunningWorker] = []
                    defer { for process in processes { process.kill() } }
                    func begin(_ number: Int) throws -> RunningWorker {
                        try RunningWorker(
                            "share-fixture", [url, "gateway-\(number)", "\(Int(lease / .milliseconds(1)))", "200"])
                    }
                    for number in 0..<3 { processes.append(try begin(number)) }
                    for kill in 0..<Self.kills {
                        let rows = try await store.total(UsageQuery(meter: .model)).rows
                        // Killed while it works: only once something was written since.
                        try await waiting { try await store.total(UsageQuery(meter: .model)).rows > rows }
                        try await SystemTime().sleep(for: .milliseconds(Int.random(in: 0...200)))
                        let number = Int.random(in: 0..<3)
                        processes[number].kill()
                        try await levels.check(inspection)
                        if kill < Self.kills - 1 { processes[number] = try begin(number) }
                    }
                    for process in processes { process.terminate() }
                    try await waiting { processes.allSatisfy(\.hasEnded) }
                    // One has not come back; another process finds that out.
                    var options = PlatformShares.Options()
                    options.lease = lease
                    let watcher = PlatformShares(store, options: options)
                    try await whileRunning({ try await watcher.run() }) {
                        try await waiting {
                            try await levels.check(inspection)
                            return try await inspection.sums().allSatisfy { $0.sums.outstanding.isZero }
                        }
                    }
                    for account in try await store.list(AccountSums.self) {
                        #expect(try await store.reconcile(account.record.account).isExact, "\(account.record.key)")
                    }
                    #expect(try await store.total(UsageQuery(meter: .share)).rows >= 1)
                }
            }
        }

        private func waiting(_ condition: () async throws -> Bool) async throws {
            let end = SystemTime().now + .seconds(120)
            while try await !condition() {
                try #require(SystemTime().now < end, "it took too long")
                try await SystemTime().sleep(for: .milliseconds(20))
            }
        }
    }
}
