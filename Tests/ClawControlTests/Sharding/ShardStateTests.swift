import ClawBase
import Testing

@testable import ClawControl

@Suite("Sharing keys among replicas that come and go")
struct ShardStateTests {
    private static let keys = (0..<20).map { ObjectKey(namespace: "demo", name: "key-\($0)") }
    private static let names = ["a", "b", "c", "d"]

    private static func overlap(_ model: ShardModel) -> String? {
        for key in keys {
            let workers = Set(model.workers(on: key) + model.finishers(of: key))
            if workers.count > 1 { return "\(key) is worked on by \(workers.sorted())" }
        }
        return nil
    }

    @Test("no key is ever worked on by two, and every key by somebody once all is quiet", arguments: 0..<60)
    func property(seed: UInt64) {
        var model = ShardModel(seed: seed)
        model.start("a")
        for step in 0..<500 {
            let name = Self.names[model.pick(0..<Self.names.count)]
            switch model.pick(0..<100) {
            case 0..<25: model.pass(.milliseconds(model.pick(1..<4000)))
            case 25..<60: model.act(name, losses: 0.1)
            case 60..<88: model.hear(name, atMost: model.pick(1..<6))
            case 88..<92: model.start(name)
            case 92..<94: model.leave(name)
            case 94..<95: model.kill(name)
            case 95..<97: model.cut(name, true)
            default: model.cut(name, false)
            }
            if let overlap = Self.overlap(model) {
                Issue.record("seed \(seed), step \(step): \(overlap)")
                return
            }
        }
        model.start("a")
        for name in Self.names { model.cut(name, false) }
        for _ in 0..<60 {
            for name in Self.names {
                model.hear(name, atMost: .max)
                model.act(name, losses: 0)
                #expect(Self.overlap(model) == nil)
            }
            model.pass(.seconds(1))
        }
        #expect(model.isSettled, "seed \(seed)")
        for key in Self.keys { #expect(model.workers(on: key).count == 1) }
    }

    @Test("while a member joins only the keys that go to it pause")
    func join() {
        var model = ShardModel(seed: 1)
        model.start("a")
        model.act("a", losses: 0)
        #expect(Self.keys.allSatisfy { model.workers(on: $0) == ["a"] })
        model.start("b")
        model.hear("a", atMost: 1)
        let both = ShardView(["a", "b"], epoch: 1)
        for key in Self.keys { #expect(model.workers(on: key) == (both.owner(of: key) == "a" ? ["a"] : [])) }
        for _ in 0..<4 {
            for name in ["a", "b"] {
                model.act(name, losses: 0)
                model.hear(name, atMost: .max)
            }
        }
        for key in Self.keys { #expect(model.workers(on: key) == [both.owner(of: key)]) }
    }

    @Test("what a dead member had is worked on by nobody until all others know that it is dead")
    func death() {
        var model = ShardModel(seed: 3)
        let names = ["a", "b", "c"]
        for name in names { model.start(name) }
        func act(_ names: [String], _ rounds: Int) {
            for _ in 0..<rounds {
                for name in names {
                    model.hear(name, atMost: .max)
                    model.act(name, losses: 0)
                }
            }
        }
        act(names, 8)
        #expect(model.isSettled)
        let before = ShardView(names, epoch: 1)
        let orphans = Self.keys.filter { before.owner(of: $0) == "c" }
        model.kill("c")
        // Renewals, but no look at who is gone.
        for _ in 0..<3 {
            model.pass(.seconds(5))
            act(["a", "b"], 1)
        }
        model.pass(.seconds(1))
        act(["a"], 2)
        #expect(orphans.allSatisfy { model.workers(on: $0).isEmpty })
        #expect(Self.keys.filter { before.owner(of: $0) == "a" }.allSatisfy { model.workers(on: $0) == ["a"] })
        act(["a", "b"], 6)
        #expect(Self.keys.allSatisfy { model.workers(on: $0).count == 1 })
    }

    @Test("a member that leaves in good order is followed at once, a dead one when its Lease has run out")
    func ends() {
        for isGraceful in [true, false] {
            var model = ShardModel(seed: 2)
            for name in ["a", "b"] { model.start(name) }
            func settle(_ rounds: Int) {
                for _ in 0..<rounds {
                    for name in ["a", "b"] {
                        model.hear(name, atMost: .max)
                        model.act(name, losses: 0)
                    }
                }
            }
            settle(6)
            #expect(model.isSettled)
            if isGraceful { model.leave("b") } else { model.kill("b") }
            settle(4)
            #expect(model.isSettled == isGraceful)
            for second in 1...16 {
                model.pass(.seconds(1))
                settle(3)
                if second < 14, !isGraceful { #expect(!model.isSettled) }
            }
            #expect(model.isSettled)
            #expect(Self.keys.allSatisfy { model.workers(on: $0) == ["a"] })
        }
    }
}
