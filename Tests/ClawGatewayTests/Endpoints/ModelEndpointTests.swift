import ClawBase
import ClawDialects
import ClawDocuments
import ClawGateway
import ClawKubernetes
import ClawModels
import ClawResources
import Testing

@Suite("Models as resources of a cluster", .timeLimit(.minutes(5)))
struct ModelEndpointTests {
    private static func endpoint(_ name: String, host: String = "one.test", more: JSONObject = [:]) -> ModelEndpoint {
        var upstream: JSONObject = ["dialect": "openai", "baseURL": .string("http://\(host)/v1"), "prices": "free"]
        for (name, value) in more { upstream[FieldKey(name)] = value }
        return ModelEndpoint(
            name: name, spec: ModelEndpointSpec(document: ["upstreams": [.object(upstream)]]))
    }

    @Test("one that is made is served, one that is changed is served otherwise, and one that is deleted is not")
    func life() async throws {
        try await EndpointFixture.run { fixture in
            _ = try await fixture.api.create(Self.endpoint("small"))
            try await fixture.wait("it is served") { try await fixture.answer("small") == "one.test" }
            try await fixture.wait("its status says so") {
                try await fixture.condition("Accepted", of: "small") == "True/Accepted"
            }
            let status = try await fixture.api.get(ModelEndpoint.self, "small").status
            #expect(status.model == "small" && status.upstreams == "1/1")
            #expect(try await fixture.condition("Reachable", of: "small") == "Unknown/NotChecked")

            _ = try await fixture.api.edit(ModelEndpoint.self, "small") {
                $0.spec.upstreams[0].baseURL = "http://two.test/v1"
            }
            try await fixture.wait("it is another") { try await fixture.answer("small") == "two.test" }
            try await fixture.api.delete(ModelEndpoint.self, "small")
            try await fixture.wait("it is gone") { try await fixture.answer("small") == nil }
            #expect(try await fixture.answer("echo") != nil)
        }
    }

    @Test("the key is an entry of a Secret; a rotated one holds after moments, and a lost one is said")
    func rotation() async throws {
        try await EndpointFixture.run { fixture in
            func secret(_ text: String) -> KubernetesSecret {
                KubernetesSecret(
                    metadata: ObjectMeta(name: "provider", namespace: "clawkit-system"),
                    data: ["token": Base64.encode(Array(text.utf8))])
            }
            try await fixture.api.create(secret("sk-first"))
            try await fixture.api.create(
                Self.endpoint("small", more: ["key": ["secret": "clawkit-system/provider/token"]]))
            try await fixture.wait("it is served") { try await fixture.answer("small") == "one.test" }
            #expect(fixture.providers.keys(of: "one.test").last == "Bearer sk-first")
            try await fixture.api.apply(secret("sk-second"), manager: "test", force: true)
            fixture.time.shift(by: .seconds(16))
            #expect(try await fixture.answer("small") == "one.test")
            #expect(fixture.providers.keys(of: "one.test").last == "Bearer sk-second")
        }
    }

    @Test("what a schema can say is refused when it is written")
    func refused() async throws {
        try await EndpointFixture.run { fixture in
            let wrong: [(ModelEndpoint, String)] = [
                (Self.endpoint("a", more: ["dialect": "klingon"]), "Unsupported value"),
                (Self.endpoint("b", more: ["pool": ["namespace": "x", "name": "y"]]), "either baseURL or pool"),
                (Self.endpoint("c", more: ["key": ["secret": "sk-in-clear"]]), "key.secret"),
                (Self.endpoint("d", more: ["weight": -1]), "weight"),
                (ModelEndpoint(name: "e", spec: ModelEndpointSpec(upstreams: [])), "upstreams"),
            ]
            for (endpoint, words) in wrong {
                await #expect { try await fixture.api.create(endpoint) } throws: {
                    ($0 as? KubernetesError)?.code == 422 && ($0 as? KubernetesError)?.message.contains(words) == true
                }
            }
        }
    }

    @Test("what only the gateway can tell is a finding in the status, and harms no other model")
    func findings() async throws {
        try await EndpointFixture.run { fixture in
            let wrong: [(ModelEndpoint, String)] = [
                (Self.endpoint("a", more: ["prices": "nobody/knows"]), "prices"),
                (Self.endpoint("b", more: ["key": ["secret": "kube-system/provider/token"]]), "clawkit-system only"),
                (Self.endpoint("c", more: ["baseURL": "http://user:pass@one.test/v1"]), "user or password"),
                (Self.endpoint("d", more: ["health": ["every": "soon"]]), "every must be a duration"),
            ]
            try await fixture.api.create(Self.endpoint("fine"))
            for (endpoint, _) in wrong { try await fixture.api.create(endpoint) }
            for (endpoint, words) in wrong {
                try await fixture.wait(endpoint.name) {
                    try await fixture.condition("Accepted", of: endpoint.name) == "False/Invalid"
                }
                let found = try await fixture.api.get(ModelEndpoint.self, endpoint.name).status.conditions
                #expect(found.first { $0.type == "Accepted" }?.message.contains(words) == true, "\(found)")
                #expect(try await fixture.answer(endpoint.name) == nil)
            }
            try await fixture.wait("the other is served") { try await fixture.answer("fine") == "one.test" }
        }
    }

    @Test("a name belongs to the file first, then to the older endpoint, and passes on when it is free")
    func names() async throws {
        try await EndpointFixture.run { fixture in
            var own = Self.endpoint("mine", host: "one.test")
            own.spec.document["name"] = "shared"
            try await fixture.api.create(own)
            try await fixture.wait("it is served") { try await fixture.answer("shared") == "one.test" }
            // Objects' times are whole seconds.
            try await Task.sleep(for: .milliseconds(1100))
            try await fixture.api.create(Self.endpoint("shared", host: "two.test"))
            try await fixture.api.create(Self.endpoint("echo"))
            for name in ["shared", "echo"] {
                try await fixture.wait(name) {
                    try await fixture.condition("Accepted", of: name) == "False/NameTaken"
                }
            }
            #expect(try await fixture.answer("shared") == "one.test")
            #expect(try await fixture.answer("echo") != "one.test")
            // The file takes the name of an endpoint, and gives it back.
            let declared = DeclaredModel(
                "shared", [DeclaredDeployment(.http(baseURL: "http://file.test/v1", .init(.openAI, model: "m")))])
            try fixture.sources.declare([.echo, declared], secrets: InMemorySecrets())
            #expect(try await fixture.answer("shared") == "file.test")
            try await fixture.wait("it is told") {
                try await fixture.condition("Accepted", of: "mine") == "False/NameTaken"
            }
            try fixture.sources.declare([.echo], secrets: InMemorySecrets())
            #expect(try await fixture.answer("shared") == "one.test")
            try await fixture.api.delete(ModelEndpoint.self, "mine")
            try await fixture.wait("the younger one is served") { try await fixture.answer("shared") == "two.test" }
        }
    }

    @Test("who falls back on a model that is not there waits for it")
    func fallbacks() async throws {
        try await EndpointFixture.run { fixture in
            var object = Self.endpoint("first", host: "one.test")
            object.spec.document["fallbacks"] = ["second"]
            object.spec.document["retries"] = 0
            try await fixture.api.create(object)
            try await fixture.wait("it is refused") {
                try await fixture.condition("Accepted", of: "first") == "False/Invalid"
            }
            try await fixture.api.create(Self.endpoint("second", host: "two.test"))
            try await fixture.wait("it is served") { try await fixture.answer("first") == "one.test" }
            fixture.providers.fail("one.test")
            #expect(try await fixture.answer("first") == "two.test")
        }
    }

    @Test("health checks are told in the status; where nothing changes nothing is written")
    func reachable() async throws {
        try await EndpointFixture.run { fixture in
            try await fixture.api.create(Self.endpoint("small", more: ["health": ["every": "1s"]]))
            try await fixture.wait("it is reachable") {
                try await fixture.condition("Reachable", of: "small") == "True/Reachable"
            }
            let settled = try await fixture.api.get(ModelEndpoint.self, "small").resourceVersion
            try await Task.sleep(for: .milliseconds(3500))
            #expect(try await fixture.api.get(ModelEndpoint.self, "small").resourceVersion == settled)
            fixture.providers.fail("one.test")
            try await fixture.wait("it is not") {
                try await fixture.condition("Reachable", of: "small") == "False/Unreachable"
            }
            #expect(try await fixture.api.get(ModelEndpoint.self, "small").status.upstreams == "0/1")
            fixture.providers.fail("one.test", false)
            try await fixture.wait("it is again") {
                try await fixture.condition("Reachable", of: "small") == "True/Reachable"
            }
        }
    }
}
