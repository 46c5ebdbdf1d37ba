import ClawBase
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("What is done for a pool")
struct PoolStepTests {
    private static let now = Fixture.start

    private static func member(
        _ uid: String, _ state: PoolMember.State = .warm, shape: String = "new", age: Int = 10
    ) -> PoolMember {
        PoolMember(name: uid, uid: uid, state: state, shape: shape, createdAt: now - .seconds(age))
    }

    private static func step(
        _ members: [PoolMember], wanted: Int = 3, shape: String? = "new", _ progress: PoolProgress = PoolProgress(),
        more: (inout RuntimePoolSpec) -> Void = { _ in }
    ) -> PoolStep {
        var spec = RuntimePoolSpec(size: wanted)
        more(&spec)
        return PoolStep(spec, members, wanted: wanted, shape: shape, progress, now: now)
    }

    @Test("an empty pool is filled, a few pods at a time at first")
    func empty() {
        #expect(Self.step([]).creates == 3)
        #expect(Self.step([], wanted: 100).creates == PoolProgress.firstWindow)
        #expect(Self.step([Self.member("a", .starting)], wanted: 100).creates == PoolProgress.firstWindow - 1)
    }

    @Test("a full pool is left alone until its first pod is old")
    func full() throws {
        let step = Self.step(["a", "b", "c"].map { Self.member($0) })
        #expect(step.creates == 0)
        #expect(step.removes.isEmpty)
        #expect(step.obstacle == nil)
        let next = try #require(step.lookAgainAt)
        // Within the last tenth of an hour, counted from when they were made.
        #expect(next >= Self.now + .seconds(3240 - 10))
        #expect(next < Self.now + .seconds(3600))
    }

    @Test("what is too much goes, those that nobody could take first")
    func excess() {
        let members = [Self.member("a", age: 20), Self.member("b", age: 30), Self.member("c", .starting, age: 5)]
        #expect(Self.step(members, wanted: 2).removes.map(\.uid) == ["c"])
        #expect(Self.step(members, wanted: 1).removes.map(\.uid) == ["c", "b"])
        #expect(Self.step(members, wanted: 0).removes.count == 3)
        #expect(Self.step(members, shape: nil).removes.count == 3)
    }

    @Test("pods that ended or do not become warm are replaced, later and later")
    func failing() {
        let members = [Self.member("a", .failed), Self.member("b", .starting, age: 400), Self.member("c")]
        var progress = PoolProgress()
        progress.note(members, RuntimePoolSpec(size: 3), now: Self.now)
        let step = Self.step(members, progress)
        #expect(Set(step.removes.map(\.uid)) == ["a", "b"])
        #expect(step.creates == 0)
        #expect(step.obstacle?.code == .poolFailing)
        #expect(step.lookAgainAt == Self.now + .seconds(1))
        var waits: [Timestamp?] = []
        for _ in 0..<3 {
            progress.noteFailure(at: Self.now)
            waits.append(progress.heldUntil)
        }
        #expect(waits == [2, 4, 8].map { Self.now + .seconds($0) })
    }

    @Test("pods that become warm let more be made at once")
    func window() {
        var progress = PoolProgress()
        let starting = (0..<4).map { Self.member("\($0)", .starting) }
        progress.note(starting, RuntimePoolSpec(size: 100), now: Self.now)
        #expect(progress.window == 4)
        progress.note((0..<4).map { Self.member("\($0)") }, RuntimePoolSpec(size: 100), now: Self.now)
        #expect(progress.window == 64)
        progress.noteFailure(at: Self.now)
        #expect(progress.window == 1)
    }

    @Test("pods that are warm, or taken, by the next look let more be made too; those that the pool removed itself do not")
    func windowBetweenLooks() {
        var progress = PoolProgress()
        progress.note(made: ["a", "b", "c"], removed: [])
        progress.note([Self.member("a")], RuntimePoolSpec(size: 100), now: Self.now)
        #expect(progress.window == 32)
        progress.note(made: ["d"], removed: [])
        progress.note(made: [], removed: ["d"])
        progress.note([Self.member("a")], RuntimePoolSpec(size: 100), now: Self.now)
        #expect(progress.window == 32)
    }

    @Test("while no node takes a pod no more are made, and those there are stay")
    func unschedulable() {
        let step = Self.step([Self.member("a"), Self.member("b", .unschedulable, age: 4000)])
        #expect(step.creates == 0)
        #expect(step.removes.isEmpty)
        #expect(step.obstacle?.code == .unschedulable)
        #expect(step.lookAgainAt == Self.now + PoolStep.patience)
    }

    @Test("pods of an earlier template make room one after another")
    func outdated() {
        let old = (0..<3).map { Self.member("old\($0)", shape: "old", age: 100 + $0) }
        let first = Self.step(old)
        #expect(first.creates == 1)
        #expect(first.removes.isEmpty)
        #expect(first.outdated == 3)
        let second = Self.step(old + [Self.member("new0")])
        #expect(second.removes.map(\.uid) == ["old2"])
        #expect(Self.step(Array(old.prefix(2)) + [Self.member("new0")]).creates == 1)
    }

    @Test("or go at once where the pool says so")
    func recreated() {
        let old = (0..<3).map { Self.member("old\($0)", shape: "old") }
        let step = Self.step(old) { $0.update = .recreate }
        #expect(step.removes.count == 3)
        #expect(step.creates == 3)
    }

    @Test("old pods are replaced before they go")
    func aged() {
        let members = [Self.member("a", age: 3700), Self.member("b"), Self.member("c")]
        let step = Self.step(members)
        #expect(step.creates == 1)
        #expect(step.removes.isEmpty)
        #expect(Self.step(members + [Self.member("d")]).removes.map(\.uid) == ["a"])
    }

    @Test("whatever there is, what is decided comes to an end that is as it should be", arguments: 0..<40)
    func converges(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var spec = RuntimePoolSpec(size: Int.random(in: 0...12, using: &numbers))
        if Bool.random(using: &numbers) { spec.update = .recreate }
        let states: [PoolMember.State] = [.warm, .warm, .starting, .failed]
        var members = (0..<Int.random(in: 0...15, using: &numbers)).map {
            Self.member(
                "m\($0)", states.randomElement(using: &numbers) ?? .warm,
                shape: Bool.random(using: &numbers) ? "new" : "old", age: Int.random(in: 0...4000, using: &numbers))
        }
        var (progress, now, made) = (PoolProgress(), Self.now, 0)
        for _ in 0..<200 {
            progress.note(members, spec, now: now)
            let step = PoolStep(spec, members, wanted: spec.size, shape: "new", progress, now: now)
            let serving = members.count { $0.state == .warm }
            members.removeAll { step.removes.contains($0) }
            // Replacing never leaves fewer than there were, unless there were too many, or they are no good.
            if spec.update == .onReplenish {
                #expect(members.count { $0.state == .warm } >= min(serving, spec.size))
            }
            for index in members.indices where members[index].state == .starting { members[index].state = .warm }
            for _ in 0..<step.creates {
                made += 1
                members.append(
                    PoolMember(name: "n\(made)", uid: "n\(made)", state: .starting, shape: "new", createdAt: now))
            }
            #expect(members.count <= max(15, spec.size + max(1, spec.size / 10)))
            now = now + .seconds(1)
        }
        #expect(members.count == spec.size)
        #expect(members.allSatisfy { $0.state == .warm && $0.shape == "new" })
    }
}

@Suite("How many pods are kept warm for those who come")
struct PoolForecastTests {
    @Test(
        "as many as come while one starts, in so many of a hundred cases",
        arguments: [(0.0, 2, 99, 0), (0.5, 2, 99, 5), (0.5, 2, 50, 2), (50, 2, 99, 125), (10_000, 2, 99, 20_330)])
    func counts(rate: Double, lead: Int, percent: Int, expected: Int) {
        let count = PoolForecast(rate: rate, lead: .seconds(lead), hitPercent: percent).count
        #expect(abs(count - expected) <= max(1, expected / 100))
    }

    @Test("arrivals fade with time")
    func fading() {
        var arrivals = PoolArrivals()
        let window = Duration.seconds(60)
        var now = Fixture.start
        for _ in 0..<1200 {
            arrivals.note(at: now, window: window)
            now = now + .milliseconds(500)
        }
        #expect(abs(arrivals.perSecond(at: now, window: window) - 2) < 0.1)
        #expect(arrivals.perSecond(at: now + .seconds(60), window: window) < 0.8)
        #expect(arrivals.perSecond(at: now + .seconds(600), window: window) < 0.001)
    }
}
