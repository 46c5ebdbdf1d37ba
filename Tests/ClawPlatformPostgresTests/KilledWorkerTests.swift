import ClawBase
import ClawPlatform
import ClawPlatformPostgres
import Foundation
import OperationTesting
import ServiceTesting
import Testing

extension PostgresStores {
    /// With `CLAWKIT_TEST_JOURNEYS=1000` in the environment, as many operations.
    @Suite("Processes that are killed at random while they carry out operations", .timeLimit(.minutes(10)))
    struct KilledWorkerTests {
        private static let journeys =
            ProcessInfo.processInfo.environment["CLAWKIT_TEST_JOURNEYS"].flatMap { Int($0) } ?? 40
        /// Long enough that a worker that only was slow is not taken for lost, on a busy machine either.
        private static let lease = Duration.milliseconds(1_500)

        @Test(
            "every operation ends exactly once, no step that was acknowledged is lost, and none is done twice that must not be"
        )
        func killed() async throws {
            let file = FileManager.default.temporaryDirectory.appending(path: "ledger-\(UUID().uuidString)")
            _ = FileManager.default.createFile(atPath: file.path(), contents: nil)
            defer { try? FileManager.default.removeItem(at: file) }
            let ledger = Ledger(file)
            try await withDatabase { url in
                try await withStore(at: url) { store in
                    try await whileRunning({ try await Self.killAtRandom(url, file.path()) }) {
                        try await Self.travel(store, ledger)
                    }
                    let operations = try await store.list(Operation.self).map(\.record)
                    #expect(operations.count == Self.journeys)
                    let lines = ledger.lines
                    for operation in operations {
                        #expect(operation.state == .succeeded, "\(operation)")
                        #expect(operation.steps.allSatisfy { $0.state == .succeeded })
                        let deeds = lines.filter { $0.hasSuffix(" \(operation.target)") }.map {
                            $0.split(separator: " ")[0]
                        }
                        #expect(deeds.count { $0 == "pay" } == 1, "\(operation.target): \(deeds)")
                        #expect(deeds.first == "pack" && deeds.last == "drive", "\(operation.target): \(deeds)")
                        let (packed, paid) = (deeds.lastIndex(of: "pack"), deeds.firstIndex(of: "pay"))
                        #expect(
                            packed! < paid! && paid! < deeds.firstIndex(of: "drive")!, "\(operation.target): \(deeds)")
                    }
                }
            }
        }

        /// Three workers, of which one is killed every now and then, and another begins.
        private static func killAtRandom(_ url: String, _ ledger: String) async throws {
            var workers: [RunningWorker] = []
            defer { for worker in workers { worker.kill() } }
            while true {
                while workers.count < 3 {
                    let arguments = [url, ledger, "\(Int(lease / .milliseconds(1)))"]
                    workers.append(try RunningWorker("worker-fixture", arguments))
                }
                try await SystemTime().sleep(for: .milliseconds(Int.random(in: 50...400)))
                workers.remove(at: Int.random(in: 0..<workers.count)).kill()
            }
        }

        /// Asks for the operations, ten at a time, and settles those of which nobody knows whether they have paid.
        private static func travel(_ store: PostgresPlatformStore, _ ledger: Ledger) async throws {
            let asker = OperationEngine(store, logger: silent)
            let plan = makeJourney { _, _ in }
            var begun = 0
            while true {
                let operations = try await store.list(Operation.self, limit: 10_000).map(\.record)
                let open = operations.filter { !$0.state.isFinal }
                if begun == journeys, open.isEmpty { return }
                for operation in open where operation.state == .needsAttention {
                    // Whoever was killed in the step writes no more; whoever was only slow has had its time.
                    try await SystemTime().sleep(for: .milliseconds(200))
                    let hasPaid = ledger.lines.contains("pay \(operation.target)")
                    try await asker.settle(operation.id, as: hasPaid ? .done : .again, by: "test")
                }
                while begun < journeys, begun < operations.count - open.count + 10 {
                    try await asker.submit(plan, to: "journey/\(begun)", NoParameters(), by: "test")
                    begun += 1
                }
                try await SystemTime().sleep(for: .milliseconds(20))
            }
        }
    }
}

/// What was done, whoever did it.
private struct Ledger: Sendable {
    let file: URL
    init(_ file: URL) { self.file = file }
    var lines: [String] {
        String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
