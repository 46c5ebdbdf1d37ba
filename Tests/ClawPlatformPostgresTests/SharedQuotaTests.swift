import ClawBase
import ClawDocuments
import ClawPlatform
import ClawPlatformPostgres
import Foundation
import QuotaTesting
import Testing

extension PostgresStores {
    @Suite("A tenant's cap that several processes give out in PostgreSQL", .timeLimit(.minutes(10)))
    struct SharedQuotaTests {
        /// With `CLAWKIT_TEST_KILLS=200` in the environment, as often.
        private static let kills = ProcessInfo.processInfo.environment["CLAWKIT_TEST_KILLS"].flatMap { Int($0) } ?? 10

        @Test("three processes that are killed at random never give out more than there is")
        func killed() async throws {
            try await withDatabase { url in
                try await withStore(at: url) { store in
                    try await QuotaLedger(store).setCap(
                        ["pods": Quantity(String(QuotaWork.cap)) ?? .zero], of: QuotaWork.tenant)
                    let work = QuotaWork(store)
                    var processes: [RunningWorker] = []
                    defer { for process in processes { process.kill() } }
                    for _ in 0..<3 { processes.append(try RunningWorker("quota-fixture", [url])) }
                    var highest: Int64 = 0
                    for _ in 0..<Self.kills {
                        let before = try await Self.witness(store)
                        // Killed while it works: only once something was given since.
                        let end = SystemTime().now + .seconds(120)
                        while try await Self.witness(store) == before {
                            try #require(SystemTime().now < end, "nothing is given out any more")
                            try await SystemTime().sleep(for: .milliseconds(5))
                        }
                        let number = Int.random(in: 0..<3)
                        processes[number].kill()
                        let sums = try await work.sums()
                        #expect(sums.granted <= QuotaWork.cap && sums.held <= QuotaWork.cap, "\(sums)")
                        highest = max(highest, sums.granted)
                        processes[number] = try RunningWorker("quota-fixture", [url])
                    }
                    for process in processes { process.kill() }
                    let sums = try await work.sums()
                    #expect(sums.granted <= sums.held && sums.held <= QuotaWork.cap, "\(sums)")
                    #expect(highest > QuotaWork.cap / 2, "the cap was never near")
                }
            }
        }

        private static func witness(_ store: any PlatformStore) async throws -> [String: Int64] {
            let all = try await store.list(GrantedPods.self).map { ($0.record.project, $0.record.pods) }
            return Dictionary(uniqueKeysWithValues: all)
        }
    }
}
