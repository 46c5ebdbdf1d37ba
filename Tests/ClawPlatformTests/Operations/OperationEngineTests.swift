import ClawBase
import ClawDocuments
import ClawPlatform
import Synchronization
import Testing

@Suite("Operations", .timeLimit(.minutes(10)))
struct OperationEngineTests {
    private let deeds = Deeds()

    @Test("steps run in order, each knows what the earlier ones gave, and the last one's output is the result")
    func inOrder() async throws {
        let deeds = deeds
        let plan = OperationPlan("move", on: "thing", taking: Move.self) {
            OperationStep("measure") { context in
                deeds.note("measure \(context.target) \(context.attempt)")
                return ["width": 3]
            }
            OperationStep("carry") { context in
                let width = try context.output(of: "measure", as: [String: Int].self)["width"]
                deeds.note("carry \(width ?? 0) \(context.parameters.to)")
                return "carried"
            }
        }
        try await withEngine(plan) { engine in
            let begun = try await engine.submit(plan, to: "thing/a", Move(to: "home"), by: "ada")
            #expect(begun.state == .pending && begun.steps.map(\.name) == ["measure", "carry"])
            let end = try await engine.end(of: begun.id, within: .seconds(120))
            #expect(end.state == .succeeded && end.result == "carried")
            #expect(end.steps.allSatisfy { $0.state == .succeeded && $0.attempts == 1 && $0.endedAt != nil })
            #expect(end.claim.number == 1)
        }
        #expect(deeds.all == ["measure thing/a 1", "carry 3 home"])
    }

    @Test("a step that fails for the moment is tried again, and the message says why it waits")
    func retries() async throws {
        let deeds = deeds
        let plan = OperationPlan("move", on: "thing", taking: Move.self) {
            OperationStep("carry") { context in
                deeds.note("carry")
                if context.attempt < 3 { throw Finding(.notReady, "The road is closed.") }
            }
        }
        let end = try await run(plan)
        #expect(end.state == .succeeded && end.steps[0].attempts == 3 && end.steps[0].message == nil)
        #expect(deeds.count("carry") == 3)
    }

    @Test("a refusal is final: what was done before is undone, the last first, and the operation has failed")
    func compensation() async throws {
        let deeds = deeds
        let plan = OperationPlan("move", on: "thing", taking: Move.self) {
            for name in ["pack", "load"] {
                OperationStep(name) { _ in
                    deeds.note(name)
                    return name.uppercased()
                }
                .undone { context in deeds.note("undo \(try context.output(of: name, as: String.self))") }
            }
            OperationStep("look") { _ in deeds.note("look") }
            OperationStep("drive") { _ in throw Finding(.badRequest, "No licence.", field: "driver") }
                .undone { _ in deeds.note("undo drive") }
            OperationStep("unload") { _ in deeds.note("unload") }
        }
        let end = try await run(plan)
        #expect(end.state == .failed && end.error == .init(code: .badRequest, message: "No licence."))
        #expect(deeds.all == ["pack", "load", "look", "undo drive", "undo LOAD", "undo PACK"])
        #expect(end.steps.map(\.state) == [.succeeded, .succeeded, .succeeded, .failed, .cancelled])
        #expect(end.steps.map { $0.undo?.state } == [.succeeded, .succeeded, nil, .succeeded, nil])
    }

    @Test("a step that is not idempotent is tried once; failed, it asks a person, unless it says that nothing was done")
    func once() async throws {
        let deeds = deeds
        let plan = OperationPlan("move", on: "thing", taking: Move.self) {
            OperationStep("pay", isIdempotent: false) { context in
                deeds.note("pay")
                if context.parameters.to == "refused" { throw StepRefusal(Finding(.notReady, "No cash.")) }
                if deeds.count("pay") == 1 { throw Finding(.unreachable, "The bank hung up.") }
            }
            OperationStep("drive") { _ in deeds.note("drive") }
        }
        try await withEngine(plan) { engine in
            let id = try await engine.submit(plan, to: "thing/a", Move(), by: "ada").id
            let doubt = try await engine.end(of: id, within: .seconds(120))
            #expect(doubt.state == .needsAttention && doubt.steps[0].state == .running)
            #expect(doubt.steps[0].message?.hasPrefix("The bank hung up.") == true)
            #expect(deeds.all == ["pay"])
            let other = await #expect(throws: Finding.self) {
                try await engine.submit(plan, to: "thing/a", Move(), by: "bob")
            }
            #expect(other?.code == .conflict && other?.details["operation"] == id)
            try await engine.settle(id, as: .done, by: "root")
            let end = try await engine.wait(for: id, within: .seconds(120)) { $0.state.isFinal }
            #expect(end.state == .succeeded)
            #expect(deeds.all == ["pay", "drive"])

            let refused = try await engine.submit(plan, to: "thing/b", Move(to: "refused"), by: "ada").id
            let failed = try await engine.end(of: refused, within: .seconds(120))
            #expect(failed.state == .failed && failed.error?.message == "No cash.")
        }
    }

    @Test("what needs attention is done again, or given up and undone, as a person says", arguments: [true, false])
    func settled(again: Bool) async throws {
        let deeds = deeds
        let plan = OperationPlan("move", on: "thing", taking: Move.self) {
            OperationStep("pack") { _ in deeds.note("pack") }.undone { _ in deeds.note("unpack") }
            OperationStep("pay", isIdempotent: false) { _ in
                deeds.note("pay")
                if deeds.count("pay") == 1 { throw Finding(.unreachable, "The bank hung up.") }
            }
        }
        try await withEngine(plan) { engine in
            let id = try await engine.submit(plan, to: "thing/a", Move(), by: "ada").id
            _ = try await engine.end(of: id, within: .seconds(120))
            try await engine.settle(id, as: again ? .again : .back, by: "root")
            let end = try await engine.wait(for: id, within: .seconds(120)) { $0.state.isFinal }
            #expect(end.state == (again ? .succeeded : .failed))
            #expect(deeds.all == (again ? ["pack", "pay", "pay"] : ["pack", "pay", "unpack"]))
            await #expect(throws: Finding.self) { try await engine.settle(id, as: .done, by: "root") }
        }
    }

    @Test("cancelling waits for the end of the step, then undoes what was done")
    func cancelled() async throws {
        let (deeds, gate, entered) = (deeds, Gate(), Gate())
        let plan = OperationPlan("move", on: "thing", taking: Move.self) {
            OperationStep("pack") { _ in
                entered.open()
                try await gate.pass()
                deeds.note("packed")
            }
            .undone { _ in deeds.note("unpacked") }
            OperationStep("drive") { _ in deeds.note("drove") }
        }
        try await withEngine(plan) { engine in
            let id = try await engine.submit(plan, to: "thing/a", Move(), by: "ada").id
            try await entered.pass()
            let asked = try await engine.cancel(id, by: "bob")
            #expect(asked.state == .running && asked.cancellation?.actor == "bob")
            #expect(deeds.all.isEmpty)
            gate.open()
            let end = try await engine.end(of: id, within: .seconds(120))
            #expect(end.state == .cancelled && end.error == nil)
            #expect(end.steps[1].message == "Cancelled by bob.")
            // Once more is the same.
            #expect(try await engine.cancel(id, by: "eve").cancellation?.actor == "bob")
        }
        #expect(deeds.all == ["packed", "unpacked"])
    }

    @Test("an interruptible step ends at once when it is cancelled")
    func interrupted() async throws {
        let (deeds, entered) = (deeds, Gate())
        let plan = OperationPlan("move", on: "thing", taking: Move.self) {
            OperationStep("wait", deadline: .seconds(900), isInterruptible: true) { context in
                entered.open()
                try await context.time.sleep(for: .seconds(800))
            }
            .undone { _ in deeds.note("undone") }
        }
        try await withEngine(plan) { engine in
            let id = try await engine.submit(plan, to: "thing/a", Move(), by: "ada").id
            try await entered.pass()
            try await engine.cancel(id, by: "ada")
            #expect(try await engine.end(of: id, within: .seconds(120)).state == .cancelled)
        }
        #expect(deeds.all == ["undone"])
    }

    @Test("a step that does not end is ended by its deadline")
    func deadline() async throws {
        let plan = OperationPlan("move", on: "thing", taking: Move.self) {
            OperationStep("wait", attempts: 2, deadline: .milliseconds(5)) { try await $0.time.sleep(for: .seconds(800)) }
        }
        let end = try await run(plan)
        #expect(end.state == .failed && end.error?.code == .deadline && end.steps[0].attempts == 2)
    }

    @Test("the same wish with the same key is the same operation")
    func idempotency() async throws {
        let plan = OperationPlan("move", on: "thing", taking: Move.self) { OperationStep("carry") { _ in } }
        try await withEngine(plan) { engine in
            let first = try await engine.submit(plan, to: "thing/a", Move(), by: "ada", idempotencyKey: "k")
            _ = try await engine.end(of: first.id, within: .seconds(120))
            let second = try await engine.submit(plan, to: "thing/a", Move(), by: "ada", idempotencyKey: "k")
            #expect(second.id == first.id && second.state == .succeeded)
            await #expect(throws: Finding.self) {
                try await engine.submit(plan, to: "thing/b", Move(), by: "ada", idempotencyKey: "k")
            }
        }
    }

    @Test("a check refuses before anything is written; its warnings are kept")
    func checked() async throws {
        let plan = OperationPlan("move", on: "thing", taking: Move.self) { OperationStep("carry") { _ in } }
            .checked { _, move in
                switch move.to {
                case "nowhere": [Finding(.badRequest, "There is no such place.", field: "to")]
                default: [Finding(FindingCode(rawValue: "W_FAR"), "It is far.")]
                }
            }
        let store = MemoryPlatformStore()
        try await withEngine(plan, on: store) { engine in
            let refusal = await #expect(throws: Finding.self) {
                try await engine.submit(plan, to: "thing/a", Move(to: "nowhere"), by: "ada")
            }
            #expect(refusal?.field == "to")
            #expect(try await store.list(Operation.self).isEmpty)
            let id = try await engine.submit(plan, to: "thing/a", Move(), by: "ada").id
            #expect(try await engine.end(of: id, within: .seconds(120)).findings.map(\.message) == ["It is far."])
        }
    }

    @Test("progress is told to who follows")
    func progress() async throws {
        let gate = Gate()
        let plan = OperationPlan("move", on: "thing", taking: Move.self) {
            OperationStep("carry") { context in
                await context.report("half of it", progress: 0.5)
                try await gate.pass()
            }
        }
        try await withEngine(plan) { engine in
            let id = try await engine.submit(plan, to: "thing/a", Move(), by: "ada").id
            let half = try await engine.wait(for: id, within: .seconds(120)) { $0.steps[0].progress != nil }
            #expect(half.steps[0].progress == 0.5 && half.steps[0].message == "half of it")
            gate.open()
            #expect(try await engine.end(of: id, within: .seconds(120)).steps[0].progress == nil)
        }
    }

    private func run(_ plan: OperationPlan<Move>) async throws -> Operation {
        try await withEngine(plan) { engine in
            let id = try await engine.submit(plan, to: "thing/a", Move(), by: "ada").id
            return try await engine.end(of: id, within: .seconds(120))
        }
    }
}
