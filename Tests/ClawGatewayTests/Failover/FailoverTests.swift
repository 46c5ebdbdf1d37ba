import ClawBase
import ClawDialects
import ClawGateway
import HTTPTypes
import Testing

/// The scenarios of FailoverBench, in virtual time: what a gateway does when its upstreams do not.
@Suite("Failover", .timeLimit(.minutes(2)))
struct FailoverTests {
    private typealias Scene = ScriptedUpstream.Scene
    private let busy = ModelError(.rateLimited, "slow down", status: 429, retryAfter: .after(.seconds(2)))
    private let boom = ModelError(.server, "boom", status: 500)
    private let overloaded = ModelError(.overloaded, "no room", status: 503)
    private let sixty = (0..<60).map { "w\($0)" }.joined(separator: " ")

    private func cut(after count: Int) -> Scene {
        let words = sixty.split(separator: " ").prefix(count)
        return Scene(words.enumerated().map { .words(($0 == 0 ? "" : " ") + $1) } + [.cut])
    }

    /// The rest of the sixty words, as an upstream gives it that goes on from the given ones.
    private func rest(from count: Int) -> Scene {
        .init(sixty.split(separator: " ").dropFirst(count).map { .words(" " + $0) })
    }

    @Test("S01: a 429 that says when is waited for, where there is no other way")
    func retryAfter() async throws {
        let outcome = try await FailoverFixture(main: [.error(busy), .says("Hello there")]).ask()
        #expect(outcome.text == "Hello there")
        #expect(outcome.isWhole)
        #expect(outcome.seconds >= 2 && outcome.seconds < 4)
    }

    @Test("S02: a 429 for ever leads to the other model, at once")
    func rateLimitedForEver() async throws {
        let outcome = try await FailoverFixture(main: [.error(busy)], spare: [.says("Spare")]).ask()
        #expect(outcome.text == "Spare")
        #expect(outcome.seconds < 1)
        #expect(outcome.response.headers.contains { $0.name.canonicalName == "x-claw-attempted-fallbacks" })
    }

    @Test("S03: a failure once is tried again", arguments: [true, false])
    func once(isStreaming: Bool) async throws {
        let outcome = try await FailoverFixture(main: [.error(boom), .says("Hello")]).ask(isStreaming: isStreaming)
        #expect(outcome.text == "Hello")
        #expect(outcome.isWhole)
    }

    @Test("S04: a 503 for ever leads to the twin, and then to the other model")
    func unavailable() async throws {
        let twin = try await FailoverFixture(main: [.error(overloaded)], twin: [.says("Twin")]).ask()
        #expect(twin.text == "Twin")
        let spare = try await FailoverFixture(
            main: [.error(overloaded)], twin: [.error(overloaded)], spare: [.says("Spare")]
        ).ask()
        #expect(spare.text == "Spare")
    }

    @Test("S05: a connection that is reset is tried again")
    func reset() async throws {
        let gone = ModelError(.unreachable, "reset")
        let outcome = try await FailoverFixture(main: [.error(gone), .says("Hello")]).ask()
        #expect(outcome.text == "Hello")
    }

    @Test("S06: silence is given up at the deadline, and the silent one is not asked again")
    func silence() async throws {
        let outcome = try await FailoverFixture(main: [.silence], twin: [.says("Twin")]).ask()
        #expect(outcome.text == "Twin")
        #expect(outcome.seconds < 31)
        let alone = try await FailoverFixture(main: [.silence]).ask()
        #expect(alone.status == 504)
        #expect(alone.code == "timeout")
        #expect(alone.asked["main"] == 1)
    }

    @Test("S07: a slow first word within the deadline is waited for; keep-alives do not stretch it")
    func slow() async throws {
        let slow = Scene([.pause(.seconds(20)), .words("Late")])
        let outcome = try await FailoverFixture(main: [slow]).ask()
        #expect(outcome.text == "Late")
        let alive = Scene((0..<10).flatMap { _ in [.pause(.seconds(9)), .keepAlive] } + [.words("Never")])
        let rerouted = try await FailoverFixture(main: [alive], twin: [.says("Twin")]).ask()
        #expect(rerouted.text == "Twin")
        #expect(rerouted.seconds < 32)
    }

    @Test("S08: cut after 40 of 60 words: an error and never a success; rescued where the route says so")
    func cutInTheMiddle() async throws {
        let torn = try await FailoverFixture(main: [cut(after: 40)], twin: [.says("Twin")]).ask()
        #expect(!torn.isWhole)
        #expect(torn.code == "upstream_truncated")
        var fixture = FailoverFixture(main: [cut(after: 40)], twin: [rest(from: 40)])
        fixture.policy.midStream = .continueText
        let rescued = try await fixture.ask()
        #expect(rescued.text == sixty)
        #expect(rescued.isWhole)
        #expect(rescued.code == nil)
    }

    @Test("S09: a stall of 30 s in the midst is a failure after 20; rescued where the route says so")
    func stall() async throws {
        let stalled = Scene([.words("w0"), .pause(.seconds(30)), .words(" w1")])
        let torn = try await FailoverFixture(main: [stalled]).ask()
        #expect(!torn.isWhole)
        #expect(torn.code == "timeout")
        #expect(torn.seconds < 21)
        var fixture = FailoverFixture(main: [stalled], twin: [rest(from: 1)])
        fixture.policy.midStream = .continueText
        let rescued = try await fixture.ask()
        #expect(rescued.text == sixty)
        #expect(rescued.isWhole)
    }

    @Test("S10: a malformed event before the first word is tried elsewhere, after it the answer ends as an error")
    func malformed() async throws {
        let bad = ModelError(.malformed, "no JSON")
        let early = try await FailoverFixture(main: [.error(bad)], twin: [.says("Twin")]).ask()
        #expect(early.text == "Twin")
        let late = try await FailoverFixture(main: [Scene([.words("w0"), .error(bad)])]).ask()
        #expect(!late.isWhole)
        #expect(late.code == "upstream_malformed")
    }

    @Test("S12: too long a conversation goes to the model with the longer window, if one is named")
    func context() async throws {
        let long = ModelError(.contextWindow, "too long", status: 400)
        var fixture = FailoverFixture(main: [.error(long)], twin: [.says("Twin")], spare: [.says("Long")])
        #expect(try await fixture.ask().code == "context_length_exceeded")
        fixture.policy.contextFallbacks = ["spare"]
        let outcome = try await fixture.ask()
        #expect(outcome.text == "Long")
        #expect(outcome.asked["main"] == 1)
    }

    @Test("S13: a prompt that the policy forbids goes to the model named for it, and nowhere else")
    func policy() async throws {
        let forbidden = ModelError(.contentPolicy, "no", status: 400)
        var fixture = FailoverFixture(main: [.error(forbidden)], twin: [.says("Twin")], spare: [.says("Lenient")])
        #expect(try await fixture.ask().code == "content_policy_violation")
        fixture.policy.policyFallbacks = ["spare"]
        #expect(try await fixture.ask().text == "Lenient")
    }

    @Test("S14: cut, and nobody goes on from given words: an error, never half an answer as a whole one")
    func noPrefill() async throws {
        var fixture = FailoverFixture(main: [cut(after: 40)], twin: [.error(ModelError(.invalidRequest, "no prefill"))])
        fixture.policy.midStream = .continueText
        let refused = try await fixture.ask()
        #expect(!refused.isWhole)
        #expect(refused.code == "upstream_truncated")
        fixture.canContinue = false
        let unable = try await fixture.ask()
        #expect(!unable.isWhole)
        #expect(unable.asked["twin"] == 0)
    }

    @Test("S15: an upstream that comes and goes costs no request its answer, and is hardly asked while it is away")
    func flapping() async throws {
        let time = VirtualTime()
        // Away for six requests' time, back for four.
        let scenes = (0..<40).map { $0 % 10 < 6 ? Scene.error(overloaded) : .says("Main") }
        let main = ScriptedUpstream("main", scenes, time: time)
        let twin = ScriptedUpstream("twin", [.says("Twin")], time: time)
        let gateway = try gateway(
            [ModelRoute("model", [Deployment(nil, main), Deployment(nil, twin, traits: DeploymentTraits(order: 1))])], time: time)
        for _ in 0..<20 {
            let response = try await advancing(time) {
                await gateway.respond(to: chat(#"{"model":"model","messages":[{"role":"user","content":"Go."}]}"#))
            }
            #expect(response.status == .ok)
            time.advance(by: .seconds(4))
        }
        #expect(main.requests.count + twin.requests.count <= 30)
    }

    @Test("a tool call that breaks off is never gone on with")
    func toolCall() async throws {
        let torn = Scene([
            .events([
                .start(StreamStart()), .partStart(0, .toolCall(id: "c1", name: "pay")),
                .partDelta(0, .arguments("{\"amount\":")),
            ]), .cut,
        ])
        var fixture = FailoverFixture(main: [torn], twin: [.says("Twin")])
        fixture.policy.midStream = .continueText
        let outcome = try await fixture.ask()
        #expect(!outcome.isWhole)
        #expect(outcome.asked["twin"] == 0)
    }

    @Test("an error that is the client's own to mend is told at once")
    func clientError() async throws {
        let wrong = ModelError(.invalidRequest, "bad temperature", param: "temperature", status: 400)
        let outcome = try await FailoverFixture(main: [.error(wrong)], twin: [.says("Twin")], spare: [.says("Spare")]).ask()
        #expect(outcome.status == 400)
        #expect(outcome.asked == ["main": 1, "twin": 0, "spare": 0])
    }

    @Test("an account without money is not asked again")
    func spendLimit() async throws {
        let broke = ModelError(.spendLimit, "no money", status: 429)
        let outcome = try await FailoverFixture(main: [.error(broke)], twin: [.says("Twin")]).ask()
        #expect(outcome.text == "Twin")
        let alone = try await FailoverFixture(main: [.error(broke)]).ask()
        #expect(alone.status == 429)
        #expect(alone.asked["main"] == 1)
    }

    @Test("a second attempt while the first is silent: who speaks first answers")
    func hedge() async throws {
        var fixture = FailoverFixture(main: [Scene([.pause(.seconds(10)), .words("Slow")])], twin: [.says("Twin")])
        fixture.policy.hedge = HedgePolicy(after: .milliseconds(500))
        let outcome = try await fixture.ask()
        #expect(outcome.text == "Twin")
        #expect(outcome.seconds < 1)
        fixture.main = [.says("Main")]
        let quick = try await fixture.ask()
        #expect(quick.text == "Main")
        #expect(quick.asked["twin"] == 0)
    }
}
