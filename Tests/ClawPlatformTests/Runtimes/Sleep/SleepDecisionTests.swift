import ClawBase
import ClawDocuments
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("When runtimes sleep though they are wanted running")
struct SleepDecisionTests {
    private static let start = Fixture.start

    /// Ready since the start.
    private static func ready(_ idle: JSONObject, lastActivity: Timestamp? = nil) -> Runtime {
        var runtime = Fixture.runtime(.running, .ready) { $0["idle"] = .object(idle) }
        runtime.status.conditions = [
            Condition(type: "Ready", status: "True", reason: "AsExpected", message: "", lastTransitionTime: start.rfc3339())
        ]
        runtime.status.lastActivity = lastActivity?.rfc3339(fractionDigits: 6)
        return runtime
    }

    private static func decide(
        _ runtime: Runtime, after seconds: Int, runningTime: Duration? = nil, agentIsIdle: Bool = false
    ) -> SleepDecision {
        SleepDecision(
            runtime, runningTime: runningTime, startedAt: start, agentIsIdle: agentIsIdle,
            now: start + .seconds(seconds))
    }

    /// As the decision leaves it.
    private static func asleep(_ runtime: Runtime, since seconds: Int) -> Runtime {
        var runtime = runtime
        runtime.status.sleep = decide(runtime, after: seconds).sleep
        runtime.status.phase = .suspended
        runtime.status.observedRequest = runtime.request
        return runtime
    }

    @Test("one that nobody uses sleeps after its time, counted from readiness or the last use")
    func idle() {
        let unused = Self.ready(["afterSeconds": 600])
        #expect(Self.decide(unused, after: 599).sleep == nil)
        #expect(Self.decide(unused, after: 599).lookAgainAt == Self.start + .seconds(600))
        #expect(Self.decide(unused, after: 600).sleep?.reason == .idle)
        let used = Self.ready(["afterSeconds": 600], lastActivity: Self.start + .seconds(500))
        #expect(Self.decide(used, after: 1099).sleep == nil)
        #expect(Self.decide(used, after: 1100).sleep?.reason == .idle)
    }

    @Test("one that says nothing of sleep never sleeps, and is never looked at again for it")
    func never() {
        let runtime = Fixture.runtime(.running, .ready)
        let decision = Self.decide(runtime, after: 1_000_000)
        #expect(decision.sleep == nil && decision.lookAgainAt == nil)
    }

    @Test("what is on its way is not put to sleep for want of use", arguments: [RuntimePhase.starting, .recovering, .waking])
    func onItsWay(phase: RuntimePhase) {
        var runtime = Self.ready(["afterSeconds": 600])
        runtime.status.phase = phase
        #expect(Self.decide(runtime, after: 100_000).sleep == nil)
    }

    @Test("use wakes it, an earlier use does not; a wish wakes it too")
    func wakes() {
        let sleeper = Self.asleep(Self.ready(["afterSeconds": 600]), since: 600)
        #expect(Self.decide(sleeper, after: 5000).sleep == sleeper.status.sleep, "it goes on sleeping as before")
        var used = sleeper
        used.status.lastActivity = (Self.start + .seconds(700)).rfc3339(fractionDigits: 6)
        #expect(Self.decide(used, after: 701).sleep == nil)
        used.status.lastActivity = (Self.start + .seconds(599)).rfc3339(fractionDigits: 6)
        #expect(Self.decide(used, after: 701).sleep != nil, "told late")
        var wanted = sleeper
        wanted.annotations[Runtime.wakeAnnotation] = "2026-01-01T00:20:00Z"
        #expect(Self.decide(wanted, after: 1200).sleep == nil)
    }

    @Test("a rule that is taken away lets it wake")
    func withoutRule() {
        var sleeper = Self.asleep(Self.ready(["afterSeconds": 600]), since: 600)
        sleeper.spec.idle = nil
        #expect(Self.decide(sleeper, after: 700).sleep == nil)
    }

    @Test("in its sleeping hours it sleeps once it is not in use, and wakes in the morning")
    func hours() {
        // The start is midnight of a Thursday.
        let hours: JSONObject = ["sleepAt": "0 19 * * *", "wakeAt": "0 8 * * *"]
        let evening = 19 * 3600
        #expect(Self.decide(Self.ready(hours), after: 12 * 3600).sleep == nil, "by day")
        #expect(Self.decide(Self.ready(hours), after: 12 * 3600).lookAgainAt == Self.start + .seconds(evening))
        #expect(Self.decide(Self.ready(hours), after: evening).sleep?.reason == .scheduled)
        let busy = Self.ready(hours, lastActivity: Self.start + .seconds(evening - 60))
        #expect(Self.decide(busy, after: evening).sleep == nil, "in use a minute ago")
        #expect(Self.decide(busy, after: evening + 240).sleep?.reason == .scheduled)
        let sleeper = Self.asleep(Self.ready(hours), since: evening)
        #expect(Self.decide(sleeper, after: evening + 3600).lookAgainAt == Self.start + .seconds(32 * 3600))
        #expect(Self.decide(sleeper, after: 32 * 3600 - 1).sleep != nil)
        #expect(Self.decide(sleeper, after: 32 * 3600).sleep == nil)
    }

    @Test("who is woken at night sleeps again after a pause")
    func nightOwl() {
        let hours: JSONObject = ["sleepAt": "0 19 * * *", "wakeAt": "0 8 * * *"]
        let owl = Self.ready(hours, lastActivity: Self.start + .seconds(22 * 3600))
        #expect(Self.decide(owl, after: 22 * 3600 + 299).sleep == nil)
        #expect(Self.decide(owl, after: 22 * 3600 + 300).sleep?.reason == .scheduled)
    }

    @Test("its policy's running time ends its run, used or not, ready or not")
    func runningTime() {
        var runtime = Self.ready(["afterSeconds": 100_000, "signals": ["Agent"]], lastActivity: Self.start + .seconds(3599))
        #expect(Self.decide(runtime, after: 3599, runningTime: .hours(1)).sleep == nil)
        let over = Self.decide(runtime, after: 3600, runningTime: .hours(1))
        #expect(over.sleep?.reason == .runningTimeOver && !over.asksAgent)
        runtime.status.phase = .recovering
        #expect(Self.decide(runtime, after: 3600, runningTime: .hours(1)).sleep?.reason == .runningTimeOver)
    }

    @Test("a program that speaks for itself is asked first")
    func agent() {
        let runtime = Self.ready(["afterSeconds": 600, "signals": ["Requests", "Agent"]])
        #expect(!Self.decide(runtime, after: 599).asksAgent)
        #expect(Self.decide(runtime, after: 600).asksAgent)
        #expect(!Self.decide(runtime, after: 600, agentIsIdle: true).asksAgent)
        var busy = runtime
        let isIdle = busy.note(AgentActivity(isBusy: true, last: nil), Self.start + .seconds(600))
        #expect(!isIdle)
        #expect(Self.decide(busy, after: 600).sleep == nil)
        var rested = runtime
        let hasRested = rested.note(AgentActivity(isBusy: false, last: Self.start), Self.start + .seconds(600))
        #expect(hasRested)
        #expect(rested == runtime)
    }

    @Test("what a program says of itself", arguments: [
        (#"{"lastActivity": "2026-01-01T00:00:00Z", "busy": true}"#, true, true),
        (#"{"lastActivity": "2026-01-01T00:00:00.000000Z", "busy": 0}"#, false, true),
        (#"{"busy": false}"#, false, false), (#"{"busy": 3}"#, true, false),
    ])
    func said(text: String, isBusy: Bool, hasTime: Bool) throws {
        let report = try #require(CommandProfile().activity)
        let activity = try AgentActivity(JSONParser.parse(Array(text.utf8)), as: report)
        #expect(activity.isBusy == isBusy && (activity.last != nil) == hasTime)
    }

    @Test("what says nothing is not understood", arguments: ["{}", "[]", #"{"lastActivity": "yesterday"}"#])
    func unsaid(text: String) throws {
        let document = try JSONParser.parse(Array(text.utf8))
        let report = try #require(CommandProfile().activity)
        #expect(throws: Finding.self) { _ = try AgentActivity(document, as: report) }
    }

    @Test("schedules that cannot be read are refused with their place", arguments: [
        ("sleepAt", "soon", "spec.idle.sleepAt"), ("wakeAt", "0 8 * * *", "spec.idle.sleepAt"),
        ("timeZone", "Mars/Olympus", "spec.idle.timeZone"),
    ])
    func refusals(field: String, text: String, place: String) throws {
        let runtime = Fixture.runtime { $0["idle"] = .object([field: .string(text)]) }
        let finding = try #require(RuntimeKind.admit(runtime, Fixture.context).first)
        #expect(finding.code == .badSchedule && finding.field == place)
    }
}
