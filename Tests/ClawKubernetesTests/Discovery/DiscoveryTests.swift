import ClawBase
import ClawCluster
import ClawKubernetes
import HTTPTypes
import Logging
import Testing

@Suite("Discovery")
struct DiscoveryTests {
    @Test("a server with aggregated discovery is asked twice, once it is known not at all")
    func aggregated() async throws {
        let server = DiscoveryFixture.aggregatedServer()
        let discovery = Discovery(KubernetesClient(server))
        let found = try await discovery.resources()
        #expect(Set(server.requests.map(\.path)) == ["/api", "/apis"])
        #expect(server.requests.allSatisfy { $0.headers[.accept]?.contains("as=APIGroupDiscoveryList") == true })
        #expect(found.groups.map(\.name) == ["", "apps", "metrics.k8s.io"])
        #expect(found.all.map(\.type.description) == ["v1 Pod", "apps/v1 Deployment", "apps/v1beta1 Deployment"])
        #expect(found.preferred.map(\.type.description) == ["v1 Pod", "apps/v1 Deployment"])
        let pods = try #require(found.resource(apiVersion: "v1", kind: "Pod"))
        #expect(pods.type.isNamespaced && pods.type.shortNames == ["po"] && pods.verbs == ["get", "list"])
        #expect(pods.subresource("eviction")?.apiVersion == "policy/v1")
        #expect(found.findings.isEmpty)

        _ = try await discovery.resources()
        #expect(server.requests.count == 2)
        discovery.invalidate()
        _ = try await discovery.resources()
        #expect(server.requests.count == 4)
    }

    @Test("an older server says the same in more answers, the preferred version first")
    func plain() async throws {
        let plain = try await Discovery(KubernetesClient(DiscoveryFixture.plainServer())).resources()
        let aggregated = try await Discovery(KubernetesClient(DiscoveryFixture.aggregatedServer())).resources()
        #expect(plain.all == aggregated.all)
    }

    @Test("a group whose server is down is told, and the others are whole")
    func partialFailure() async throws {
        let plain = try await Discovery(KubernetesClient(DiscoveryFixture.plainServer())).resources()
        #expect(plain.findings.map(\.field) == ["metrics.k8s.io/v1beta1"])
        #expect(plain.findings.first?.message.contains("no endpoints") == true)
        #expect(plain.preferred.count == 2)

        let stale = DiscoveryFixture.aggregatedServer(metrics: "Stale")
        let aggregated = try await Discovery(KubernetesClient(stale)).resources()
        #expect(aggregated.findings.map(\.field) == ["metrics.k8s.io/v1beta1"])
        #expect(aggregated.preferred.count == 2)
    }

    @Test("a server that refuses the aggregated form is asked for the plain one")
    func notAcceptable() async throws {
        let server = ScriptedTransport { request in
            if request.headers[.accept]?.contains("as=") == true { return .refusal(406, "NotAcceptable") }
            return DiscoveryFixture.plain[String(request.path)].map { .json($0) } ?? .refusal(503, "ServiceUnavailable")
        }
        #expect(try await Discovery(KubernetesClient(server)).resources().preferred.count == 2)
    }

    @Test("one half forbidden leaves the other; both forbidden are an error")
    func forbidden() async throws {
        let half = ScriptedTransport { request in
            request.path == "/apis" ? .refusal(403, "Forbidden") : .json(DiscoveryFixture.aggregatedCore)
        }
        #expect(try await Discovery(KubernetesClient(half)).resources().groups.map(\.name) == [""])
        let none = ScriptedTransport { _ in .refusal(403, "Forbidden") }
        await #expect(throws: KubernetesError.self) { try await Discovery(KubernetesClient(none)).resources() }
    }

    @Test("a failed refresh leaves what was known")
    func failedRefresh() async throws {
        let answers = [Response.json(DiscoveryFixture.aggregatedCore), .json(DiscoveryFixture.aggregatedCore)]
        let discovery = Discovery(KubernetesClient(ScriptedTransport(answers)))
        let known = try await discovery.resources()
        await #expect(throws: TransportError.self) { try await discovery.refresh() }
        #expect(try await discovery.resources() == known)
    }

    @Test("the embedded API says the same in both forms")
    func embedded() async throws {
        try await withEmbeddedCluster { cluster in
            let plain = ModifiedAPI(cluster.client) { $0.accept = "application/json" }
            let found = try await Discovery(cluster.client).resources()
            #expect(try await Discovery(plain).resources() == found)
            #expect(found.all.count > 50)
            #expect(found.findings.isEmpty)
        }
    }
}
