import ClawBase
import ClawDialects
@testable import ClawGateway
import Testing

@Suite("Routes")
struct RouterTests {
    private struct Named: ModelUpstream {
        let name: String
        func answer(_ call: ModelCall) async throws -> UpstreamAnswer { .whole(WholeAnswer(ModelAnswer())) }
    }

    @Test("an alias that stands twice, has nothing to serve it, or falls back on nothing is refused")
    func refused() {
        let one = ModelRoute("m", to: Named(name: "a"))
        #expect(throws: Finding.self) { try ModelRouter([one, one]) }
        #expect(throws: Finding.self) { try ModelRouter([ModelRoute("m", [])]) }
        var policy = RoutePolicy()
        policy.fallbacks = ["gone"]
        #expect(throws: Finding.self) { try ModelRouter([ModelRoute("m", to: Named(name: "a"), policy: policy)]) }
    }

    @Test("routes may be replaced; what cannot be replaced leaves the old ones")
    func replaced() throws {
        let router = try ModelRouter([ModelRoute("old", to: Named(name: "a"))])
        #expect(throws: Finding.self) { try router.replace([ModelRoute("m", [])]) }
        #expect(router.aliases == ["old"])
        try router.replace([ModelRoute("new", to: Named(name: "a"))])
        #expect(router.aliases == ["new"])
    }

    @Test("other names, patterns and access groups lead to the same routes")
    func names() throws {
        var plain = ModelRoute("gpt-4o", to: Named(name: "a"))
        (plain.otherNames, plain.accessGroups) = (["default"], ["prod"])
        let anything = ModelRoute(matching: "openai/*") { part in [Deployment(nil, Named(name: String(part)))] }
        let mini = ModelRoute(matching: "openai/*-mini") { part in [Deployment(nil, Named(name: "small \(part)"))] }
        let router = try ModelRouter([plain, anything, mini])
        #expect(router.group("default") === router.group("gpt-4o"))
        #expect(router.group("openai/o3")?.deployments.map(\.name) == ["o3"])
        #expect(router.group("openai/o3-mini")?.deployments.map(\.name) == ["small o3"])
        #expect(router.group("openai/o3")?.label == "openai/*")
        #expect(router.group("openai/") == nil)
        #expect(router.aliases == ["default", "gpt-4o", "openai/*", "openai/*-mini"])
        #expect(router.allows("default", ["gpt-4o"]) && router.allows("gpt-4o", ["default"]) == false)
        #expect(router.allows("default", ["prod"]) && !router.allows("openai/o3", ["prod"]))
        #expect(router.allows("openai/o3", ["openai/*"]))
        #expect(throws: Finding.self) { try ModelRouter([plain, ModelRoute("default", to: Named(name: "b"))]) }
    }

    @Test("what is known of a deployment outlives a reload, and so do its requests under way")
    func kept() throws {
        func model(_ host: String, weight: Int) -> DeclaredModel {
            DeclaredModel(
                "m",
                [
                    DeclaredDeployment(
                        .http(baseURL: "http://\(host)/v1", UpstreamTarget(.openAI, model: "m")),
                        traits: DeploymentTraits(weight: weight, requestsAtOnce: 1)),
                    DeclaredDeployment(.http(baseURL: "http://other/v1", UpstreamTarget(.openAI, model: "m")),
                        traits: DeploymentTraits(order: 1)),
                ])
        }
        let (transport, secrets, now) = (ScriptedTransport([]), InMemorySecrets(), Timestamp(seconds: 1000))
        let models = try ModelSources([model("one", weight: 1)], transport: transport, secrets: secrets)
        let router = models.router
        let old = try #require(router.group("m"))
        #expect(old.choose(RouteQuestion(), now: now).deployment == 0)

        try models.declare([model("one", weight: 5)], secrets: secrets)
        let new = try #require(router.group("m"))
        #expect(new !== old)
        // The request that the old routes sent there is still under way.
        #expect(new.choose(RouteQuestion(), now: now).deployment == 1)
        old.end(0, .failed(notBefore: now + .seconds(60)), now: now)
        let resting = new.choose(RouteQuestion(), now: now)
        #expect(resting.obstacles.contains { $0.deployment == 0 && $0.obstacle == .coolingDown(until: now + .seconds(60)) })

        // Another place is another deployment.
        try models.declare([model("two", weight: 5)], secrets: secrets)
        #expect(router.group("m")?.choose(RouteQuestion(), now: now).deployment == 0)
    }
}
