import ClawBase
import ClawPlatform
import Testing

@Suite("A newer wish for the same target", .timeLimit(.minutes(10)))
struct OperationPreemptionTests {
    private let deeds = Deeds()

    private func plans(_ gate: Gate, _ entered: Gate) -> [OperationPlan<Move>] {
        let deeds = deeds
        let start = OperationPlan("start", on: "thing", taking: Move.self) {
            OperationStep("start") { _ in
                entered.open()
                try await gate.pass()
                deeds.note("started")
            }
            .undone { _ in deeds.note("start undone") }
            OperationStep("wait") { _ in deeds.note("waited") }
        }
        let stop = OperationPlan("stop", on: "thing", taking: Move.self, preempting: ["start"]) {
            OperationStep("stop") { _ in deeds.note("stopped") }
        }
        let delete = OperationPlan("delete", on: "thing", taking: Move.self, preempting: ["start", "stop"]) {
            OperationStep("delete") { _ in deeds.note("deleted") }
        }
        return [start, stop, delete]
    }

    @Test("takes the place of the one under way, which is undone first; a third takes the place of the second")
    func replaced() async throws {
        let (gate, entered, deeds) = (Gate(), Gate(), deeds)
        let plans = plans(gate, entered)
        try await withEngine(plans) { engine in
            let start = try await engine.submit(plans[0], to: "thing/a", Move(), by: "ada")
            try await entered.pass()
            let stop = try await engine.submit(plans[1], to: "thing/a", Move(), by: "bob")
            #expect(stop.predecessor == start.id && stop.state == .pending)
            let delete = try await engine.submit(plans[2], to: "thing/a", Move(), by: "eve")
            #expect(try await engine.end(of: stop.id, within: .seconds(120)).state == .cancelled)
            let again = await #expect(throws: Finding.self) {
                try await engine.submit(plans[1], to: "thing/a", Move(), by: "bob")
            }
            #expect(again?.code == .conflict && again?.details["operation"] == delete.id)
            #expect(deeds.all.isEmpty)
            gate.open()
            #expect(try await engine.end(of: delete.id, within: .seconds(120)).state == .succeeded)
            let first = try await engine.end(of: start.id, within: .seconds(120))
            #expect(first.state == .cancelled && first.cancellation?.replacement != nil)
        }
        #expect(deeds.all == ["started", "start undone", "deleted"])
    }

    @Test("that does not pre-empt is refused with the other's id")
    func refused() async throws {
        let (gate, entered) = (Gate(), Gate())
        let plans = plans(gate, entered)
        try await withEngine(plans) { engine in
            let start = try await engine.submit(plans[0], to: "thing/a", Move(), by: "ada")
            try await entered.pass()
            let error = await #expect(throws: Finding.self) {
                try await engine.submit(plans[0], to: "thing/a", Move(), by: "bob")
            }
            #expect(error?.code == .conflict && error?.details["operation"] == start.id)
            let elsewhere = try await engine.submit(plans[1], to: "thing/b", Move(), by: "bob")
            #expect(try await engine.end(of: elsewhere.id, within: .seconds(120)).state == .succeeded)
            gate.open()
            #expect(try await engine.end(of: start.id, within: .seconds(120)).state == .succeeded)
        }
    }

    @Test("of an operation that nobody has begun begins at once")
    func untouched() async throws {
        let plans = plans(Gate(), Gate())
        let store = MemoryPlatformStore()
        let idle = OperationEngine(store, options: .test(), logger: silent)
        for plan in plans { idle.add(plan) }
        let start = try await idle.submit(plans[0], to: "thing/a", Move(), by: "ada")
        let stop = try await idle.submit(plans[1], to: "thing/a", Move(), by: "bob")
        #expect(stop.predecessor == nil)
        #expect(try await store.get(Operation.self, start.id)?.record.state == .cancelled)
        try await withEngine(plans, on: store) { engine in
            let end = try await engine.end(of: stop.id, within: .seconds(120))
            #expect(end.state == .succeeded)
        }
        #expect(deeds.all == ["stopped"])
    }
}
