import ClawBase
import ClawPlatform
import Testing

@Suite("Operations outlive the process that carries them out", .timeLimit(.minutes(10)))
struct LostWorkerTests {
    /// So many commits an operation of these plans takes at most, with the lease's.
    private static let crashes = (1...8).flatMap { commit in
        [FaultyStore.Fault.killedBefore, .killedAfter].map { ($0, commit) }
    }

    private static func journey(_ deeds: Deeds, fails: Bool = false) -> OperationPlan<Move> {
        OperationPlan("move", on: "thing", taking: Move.self) {
            OperationStep("pack") { _ in deeds.note("pack") }.undone { _ in deeds.note("unpack") }
            OperationStep("pay", isIdempotent: false) { _ in deeds.note("pay") }.undone { _ in deeds.note("pay back") }
            OperationStep("drive") { _ in
                deeds.note("drive")
                if fails { throw Finding(.badRequest, "No road.") }
            }
        }
    }

    @Test(
        "killed at any commit it goes on elsewhere to its end; what must not be done twice is not, and asks where nobody knows",
        arguments: crashes)
    func killed(fault: FaultyStore.Fault, commit: Int) async throws {
        let (deeds, store) = (Deeds(), MemoryPlatformStore())
        let plan = Self.journey(deeds)
        let id = try await crash(plan, FaultyStore(store, fault, at: commit))
        try await withEngine(plan, on: store, options: .test(isAlone: true)) { engine in
            // A wish that never reached the store was never acknowledged.
            guard let id else { return }
            let stopped = try await engine.end(of: id, within: .seconds(120))
            if stopped.state == .needsAttention {
                #expect(deeds.count("drive") == 0)
                try await engine.settle(id, as: deeds.count("pay") == 0 ? .again : .done, by: "root")
            }
            let end = try await engine.wait(for: id, within: .seconds(120)) { $0.state.isFinal }
            #expect(end.state == .succeeded)
            #expect(deeds.count("pay") == 1 && deeds.count("pack") >= 1 && deeds.count("drive") >= 1)
            #expect(deeds.all.lastIndex(of: "pack")! < deeds.all.firstIndex(of: "pay")!)
            #expect(deeds.all.firstIndex(of: "pay")! < deeds.all.firstIndex(of: "drive")!)
        }
    }

    @Test("killed at any commit on the way back, everything is undone all the same", arguments: crashes)
    func killedGoingBack(fault: FaultyStore.Fault, commit: Int) async throws {
        let (deeds, store) = (Deeds(), MemoryPlatformStore())
        let plan = Self.journey(deeds, fails: true)
        let id = try await crash(plan, FaultyStore(store, fault, at: commit))
        try await withEngine(plan, on: store, options: .test(isAlone: true)) { engine in
            guard let id else { return }
            let stopped = try await engine.end(of: id, within: .seconds(120))
            if stopped.state == .needsAttention {
                try await engine.settle(id, as: deeds.count("pay") == 0 ? .again : .done, by: "root")
            }
            let end = try await engine.wait(for: id, within: .seconds(120)) { $0.state.isFinal }
            #expect(end.state == .failed && end.error?.message == "No road.")
            #expect(deeds.count("pay") == 1)
            let (paid, back) = (deeds.all.lastIndex(of: "pay")!, deeds.all.firstIndex(of: "pay back")!)
            #expect(paid < back && back < deeds.all.lastIndex(of: "unpack")!)
        }
    }

    /// Runs the plan in a process that is lost.
    /// - Returns: the operation's id, where it was acknowledged.
    private func crash(_ plan: OperationPlan<Move>, _ store: FaultyStore) async throws -> String? {
        try await withEngine(plan, on: store) { engine in
            try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask {
                    let id = try await engine.submit(plan, to: "thing/a", Move(), by: "ada").id
                    // Without a crash it comes to its end.
                    _ = try? await engine.end(of: id, within: .seconds(120))
                    return id
                }
                group.addTask {
                    try await store.broke.pass()
                    return nil
                }
                _ = try await group.next()
                group.cancelAll()
                return try await store.base.list(Operation.self).first?.record.id
            }
        }
    }

    @Test("another process takes over once the lease of the lost one has ended, not before")
    func takenOver() async throws {
        let (deeds, store, gate, entered, time) = (Deeds(), MemoryPlatformStore(), Gate(), Gate(), VirtualTime())
        let plan = OperationPlan("move", on: "thing", taking: Move.self) {
            OperationStep("carry", deadline: .seconds(86_400)) { context in
                deeds.note("carry \(context.fencingToken)")
                entered.open()
                if context.fencingToken == 1 { try await gate.pass() }
            }
        }
        let (first, faulty) = (OperationEngine.Options.test(), FaultyStore(store))
        let renewals: @Sendable () async throws -> UInt64? = {
            try await store.row(RecordKind("worker"), first.worker)?.version
        }
        try await withEngine(plan, on: faulty, options: first, time: time) { engine in
            let id = try await engine.submit(plan, to: "thing/a", Move(), by: "ada").id
            try await entered.pass()
            try await withEngine(plan, on: store, time: time) { _ in
                // As long as the first lives, however long its step takes, nobody takes over.
                for _ in 0..<12 {
                    let before = try await renewals()
                    while try await renewals() == before {
                        time.advance(by: .seconds(1))
                        try await Task.sleep(for: .milliseconds(5))
                    }
                }
                #expect(deeds.all == ["carry 1"])
                faulty.fail(.unreachable)
                while try await store.get(Operation.self, id)?.record.state.isFinal != true {
                    time.advance(by: .seconds(1))
                    try await Task.sleep(for: .milliseconds(5))
                }
                let end = try await store.require(Operation.self, id).record
                #expect(end.state == .succeeded && end.claim.number == 2 && end.steps[0].attempts == 2)
                #expect(deeds.all == ["carry 1", "carry 2"])
            }
            // The first has let go of it by itself: its step was cancelled when its lease became uncertain.
            while engine.activeCount > 0 {
                time.advance(by: .seconds(1))
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    @Test("a graceful shutdown hands everything back: another goes on at once")
    func handedBack() async throws {
        let (deeds, store, entered) = (Deeds(), MemoryPlatformStore(), Gate())
        let plan = OperationPlan("move", on: "thing", taking: Move.self) {
            OperationStep("carry") { context in
                deeds.note("carry \(context.fencingToken)")
                entered.open()
                if context.fencingToken == 1 { try await context.time.sleep(for: .seconds(50)) }
            }
        }
        let engine = OperationEngine(store, options: .test(), logger: silent)
        engine.add(plan)
        let id = try await engine.submit(plan, to: "thing/a", Move(), by: "ada").id
        try await runUntilShutDown(engine) { try await entered.pass() }
        #expect(try await store.get(Operation.self, id)?.record.claim.worker == nil)
        try await withEngine(plan, on: store) { other in
            let end = try await other.end(of: id, within: .seconds(120))
            #expect(end.state == .succeeded)
        }
        #expect(deeds.all == ["carry 1", "carry 2"])
    }

    @Test("ten processes on one store: each of many operations is carried out once")
    func race() async throws {
        let (deeds, store) = (Deeds(), MemoryPlatformStore())
        let plan = OperationPlan("move", on: "thing", taking: Move.self) {
            OperationStep("carry", isIdempotent: false) { deeds.note($0.target) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    let engine = OperationEngine(store, options: .test(), logger: silent)
                    engine.add(plan)
                    try await engine.run()
                }
            }
            group.addTask {
                let asker = OperationEngine(store, options: .test(), logger: silent)
                for number in 0..<200 { try await asker.submit(plan, to: "thing/\(number)", Move(), by: "ada") }
                while try await store.list(Operation.self).contains(where: { !$0.record.state.isFinal }) {
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            while let _ = try await group.next() {
                group.cancelAll()
                break
            }
            while await group.nextResult() != nil {}
        }
        #expect(deeds.all.count == 200 && Set(deeds.all).count == 200)
        #expect(try await store.list(Operation.self).allSatisfy { $0.record.state == .succeeded })
    }
}
