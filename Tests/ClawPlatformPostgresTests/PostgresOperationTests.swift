import ClawBase
import ClawPlatform
import ClawPlatformPostgres
import Synchronization
import Testing

extension PostgresStores {
    @Suite("Operations of several processes on one database")
    struct PostgresOperationTests {
        @Test("each is carried out once, whoever asked and whoever took it up")
        func race() async throws {
            let done = Mutex<[String]>([])
            let plan = OperationPlan("move", on: "thing", taking: NoParameters.self) {
                OperationStep("carry", isIdempotent: false) { context in done.withLock { $0.append(context.target) } }
                OperationStep("tell") { _ in }
            }
            try await withDatabase { url in
                try await withStore(at: url) { asker in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<3 {
                            group.addTask {
                                try await withStore(at: url) { store in
                                    let engine = OperationEngine(store, logger: silent)
                                    engine.add(plan)
                                    try await engine.run()
                                }
                            }
                        }
                        group.addTask {
                            let engine = OperationEngine(asker, logger: silent)
                            for number in 0..<60 {
                                try await engine.submit(plan, to: "thing/\(number)", NoParameters(), by: "ada")
                            }
                            while try await asker.list(Operation.self).contains(where: { !$0.record.state.isFinal }) {
                                try await SystemTime().sleep(for: .milliseconds(20))
                            }
                        }
                        _ = try await group.next()
                        group.cancelAll()
                        while await group.nextResult() != nil {}
                    }
                    #expect(try await asker.list(Operation.self).allSatisfy { $0.record.state == .succeeded })
                }
            }
            #expect(done.withLock { $0.count } == 60 && Set(done.withLock { $0 }).count == 60)
        }
    }
}
