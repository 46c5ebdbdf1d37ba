import ClawBase
import ClawDialects
import ClawDocuments
@testable import ClawGateway
import HTTPTypes
import ServiceTesting
import Synchronization
import Testing

@Suite("Health")
struct HealthTests {
    /// A check that goes as it is told.
    private final class Patient: Sendable {
        private let state = Mutex<(isWell: Bool, checks: Int)>((true, 0))
        var checks: Int { state.withLock { $0.checks } }
        func set(_ isWell: Bool) { state.withLock { $0.isWell = isWell } }
        func check() throws {
            let isWell = state.withLock { state in
                state.checks += 1
                return state.isWell
            }
            if !isWell { throw ModelError(.unreachable, "Nobody answers the door.") }
        }
    }

    private func until(_ time: VirtualTime, _ holds: @Sendable () -> Bool) async {
        for _ in 0..<100_000 where !holds() {
            await Task.yield()
            if let next = time.nextWake { time.advance(by: max(.zero, next - time.now)) }
        }
    }

    @Test("who fails its check is not asked until a check succeeds again")
    func watched() async throws {
        let (time, patient) = (VirtualTime(), Patient())
        var first = Deployment(nil, ScriptedUpstream("first", [.says("A."), .says("A.")], time: time))
        first.health = HealthCheck(every: .seconds(30)) { try patient.check() }
        let second = Deployment(
            nil, ScriptedUpstream("second", [.says("B.")], time: time), traits: DeploymentTraits(order: 1))
        let router = try ModelRouter([ModelRoute("alias", [first, second])])
        let gateway = ModelGateway(
            router: router, grants: InMemoryGrants([ModelGrant(id: "g1", keyHash: Token.hash(key))]), time: time)
        let group = try #require(router.group("alias"))
        @Sendable func isAsked() -> Bool { group.conditions(now: time.now)[0].isAsked }
        let body = #"{"model":"alias","messages":[{"role":"user","content":"Go."}]}"#
        let upstream = try #require(HTTPField.Name("x-claw-upstream"))
        try await whileRunning({ try await HealthWatch(router, time: time).run() }) {
            await until(time) { patient.checks == 1 }
            #expect(await gateway.respond(to: chat(body)).headers[upstream] == "first")

            patient.set(false)
            await until(time) { !isAsked() }
            #expect(await gateway.respond(to: chat(body)).headers[upstream] == "second")
            let health = try await gateway.respond(to: get("/health")).json()
            #expect(health["healthy_count"]?.integer == 1 && health["unhealthy_count"]?.integer == 1)
            #expect(health.value(at: ["unhealthy_endpoints", "0", "error"])?.string == "Nobody answers the door.")

            patient.set(true)
            await until(time) { isAsked() }
            #expect(await gateway.respond(to: chat(body)).headers[upstream] == "first")
        }
        #expect(await gateway.respond(to: get("/health", key: nil)).status == .unauthorized)
    }

    @Test("a declared check asks for the list of models, with the deployment's key")
    func declared() async throws {
        let configuration = try GatewayConfiguration(
            yaml: """
                models:
                  - name: m
                    upstreams:
                      - {dialect: anthropic, baseURL: "http://up/", key: {env: UP}, health: {every: 60s, within: 5s}}
                      - {dialect: openai, baseURL: "http://up/v1", model: x, health: {every: 2m, method: chat}}
                """)
        let answer = #"{"id":"1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"length"}]}"#
        let transport = ScriptedTransport([
            Response(status: .ok, body: .string("{}")), Response(status: .unauthorized, body: .string("{}")),
            Response(status: .ok, body: .string(answer)),
        ])
        let secrets = InMemorySecrets([.environment("UP"): Secret("sk-up")])
        let router = try ModelRouter(configuration.models, transport: transport, secrets: secrets, time: VirtualTime())
        let deployments = try #require(router.group("m")).deployments
        let list = try #require(deployments[0].health)
        #expect(list.every == .seconds(60) && list.within == .seconds(5))
        try await list.check()
        await #expect(throws: ModelError.self) { try await list.check() }
        let sent = try #require(transport.requests.first)
        #expect(sent.path == "/v1/models")
        #expect(sent.headers[try #require(HTTPField.Name("x-api-key"))] == "sk-up")
        try await deployments[1].health?.check()
        #expect(transport.requests.last?.path == "/v1/chat/completions")
        let again = try GatewayConfiguration(yaml: configuration.yaml)
        #expect(again.models[0].deployments.map(\.health) == configuration.models[0].deployments.map(\.health))
    }
}
