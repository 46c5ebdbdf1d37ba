import ClawBase
import ClawDialects
import ClawDocuments
@testable import ClawGateway
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources
import Testing

@Suite("Pods of an InferencePool as upstreams", .timeLimit(.minutes(5)))
struct InferencePoolTests {
    private static func pod(_ name: String, app: String = "vllm", in namespace: String = "serving") -> Pod {
        Pod(
            metadata: ObjectMeta(name: name, namespace: namespace, labels: ["app": app]),
            spec: PodSpec(containers: [Container(name: "c", image: "vllm")]))
    }

    /// Makes a pod and has it ready at an address.
    private static func start(
        _ name: String, at address: String, app: String = "vllm", in namespace: String = "serving", _ api: KubernetesClient
    ) async throws {
        _ = try await api.create(pod(name, app: app, in: namespace))
        // The scheduler writes the status too.
        try await api.mergePatch(
            Pod.self, name, in: namespace, subresource: "status",
            [
                "status": [
                    "conditions": [["type": "Ready", "status": "True"]], "phase": "Running", "podIP": .string(address),
                    "podIPs": [["ip": .string(address)]],
                ]
            ])
    }

    private static func end(_ name: String, _ api: KubernetesClient) async throws {
        try await api.delete(Pod.self, name, in: "serving", gracePeriodSeconds: 0)
    }

    private static func prepare(_ api: KubernetesClient) async throws {
        // As the project that defines the kind has it: the group is Kubernetes' own.
        var definition = InferencePool.definition
        definition.metadata.annotations["api-approved.kubernetes.io"] =
            "https://github.com/kubernetes-sigs/gateway-api-inference-extension/pull/1173"
        try await api.create(definition)
        try await InferencePool.install(in: api)
        for name in ["serving", "elsewhere"] { try await api.create(Namespace(metadata: ObjectMeta(name: name))) }
        try await api.create(
            InferencePool(
                metadata: ObjectMeta(name: "vllm", namespace: "serving"), matching: ["app": "vllm"], ports: [8000]))
    }

    @Test("a model is served by the ready pods that the pool selects, as they come and go; others are left alone")
    func follows() async throws {
        try await EndpointFixture.run { fixture in
            let api = fixture.api
            try await Self.prepare(api)
            try await api.create(
                ModelEndpoint(
                    name: "llama",
                    spec: ModelEndpointSpec(upstreams: [
                        ModelEndpointUpstream(dialect: "openai", pool: ModelEndpointPool("vllm", in: "serving"))
                    ])))
            try await fixture.wait("it waits for pods") {
                try await fixture.condition("Reachable", of: "llama") == "False/NoUpstream"
            }
            #expect(try await fixture.answer("llama") == nil)
            try await Self.start("a", at: "10.0.0.1", api)
            try await Self.start("other", at: "10.0.0.9", app: "web", api)
            try await Self.start("abroad", at: "10.0.0.8", in: "elsewhere", api)
            _ = try await api.create(Self.pod("unready"))
            try await fixture.wait("the pod answers") { try await fixture.answer("llama") == "10.0.0.1:8000" }
            try await Self.start("b", at: "10.0.0.2", api)
            try await fixture.wait("both answer") {
                var seen: Set<String?> = []
                for _ in 0..<20 { seen.insert(try await fixture.answer("llama")) }
                return seen == ["10.0.0.1:8000", "10.0.0.2:8000"]
            }
            try await fixture.wait("both are told") {
                try await api.get(ModelEndpoint.self, "llama").status.upstreams == "2/2"
            }
            try await Self.end("a", api)
            try await fixture.wait("one is left") {
                var seen: Set<String?> = []
                for _ in 0..<20 { seen.insert(try await fixture.answer("llama")) }
                return seen == ["10.0.0.2:8000"]
            }
            // The pool means other pods now.
            _ = try await api.edit(InferencePool.self, "vllm", in: "serving") {
                $0.spec = InferencePoolSpec(matching: ["app": "web"], ports: [9000])
            }
            try await fixture.wait("the other one answers") { try await fixture.answer("llama") == "10.0.0.9:9000" }
        }
    }

    @Test("a conversation stays with its pod while others come and go, and moves when its own goes")
    func affinity() async throws {
        try await EndpointFixture.run { fixture in
            let api = fixture.api
            try await Self.prepare(api)
            var spec = ModelEndpointSpec(upstreams: [
                ModelEndpointUpstream(dialect: "openai", pool: ModelEndpointPool("vllm", in: "serving"))
            ])
            spec.document["strategy"] = "prefix-affinity"
            try await api.create(ModelEndpoint(name: "llama", spec: spec))
            for number in 1...3 { try await Self.start("p\(number)", at: "10.0.0.\(number)", api) }
            try await fixture.wait("all are there") {
                try await api.get(ModelEndpoint.self, "llama").status.upstreams == "3/3"
            }
            let prompt = String(repeating: "The same beginning of a long conversation. ", count: 60)
            @Sendable func ask() async throws -> String? {
                let body: JSON = [
                    "model": "llama", "messages": [["role": "user", "content": .string(prompt)]],
                ]
                let response = await fixture.gateway.respond(to: chat(body.description))
                return try await response.json()["choices"]?[0]?["message"]?["content"]?.string
            }
            let first = try #require(try await ask())
            let own = try #require(first.split(separator: ":").first?.split(separator: ".").last)
            for _ in 0..<5 {
                let again = try await ask()
                #expect(again == first)
            }
            // One that sorts before it comes, and another goes.
            try await Self.start("a0", at: "10.0.0.100", api)
            let leaving = try #require(["1", "2", "3"].first { $0 != own })
            try await Self.end("p\(leaving)", api)
            try await fixture.wait("they are others") {
                let names = fixture.sources.router.group("llama")?.deployments.map(\.name) ?? []
                return names.contains("vllm/a0") && !names.contains("vllm/p\(leaving)")
            }
            for _ in 0..<5 {
                let again = try await ask()
                #expect(again == first)
            }
            try await Self.end("p\(own)", api)
            try await fixture.wait("it is elsewhere") { try await ask().map { $0 != first } ?? false }
        }
    }

    @Test("a file may name a pool, too; a cluster that knows no pools harms nothing")
    func file() async throws {
        let pool = DeclaredPool("vllm", in: "serving", path: "/v1")
        let model = DeclaredModel(
            "llama", [DeclaredDeployment(.pool(pool, .init(.openAI, model: "llama")), prices: .own(.free))])
        try await EndpointFixture.run(file: [.echo, model]) { fixture in
            #expect(try await fixture.answer("llama") == nil)
            #expect(try await fixture.answer("echo") != nil)
            try await Self.prepare(fixture.api)
            try await Self.start("a", at: "10.0.0.1", fixture.api)
            // It is asked for again after some seconds.
            try await fixture.wait("the pod answers") { try await fixture.answer("llama") == "10.0.0.1:8000" }
        }
    }

    @Test("the YAML form is read, and written again; wrong ones are told with what to write")
    func yaml() throws {
        let text = """
            models:
              - name: llama
                upstreams: [{dialect: openai, pool: serving/vllm, weight: 2}, {dialect: ollama, pool: {namespace: a, name: b, path: /x, scheme: https}}]
            """
        let read = try GatewayConfiguration(yaml: text)
        let upstreams = read.models[0].deployments.map(\.upstream)
        #expect(upstreams[0] == .pool(DeclaredPool("vllm", in: "serving", path: "/v1"), .init(.openAI, model: "llama")))
        #expect(
            upstreams[1]
                == .pool(DeclaredPool("b", in: "a", path: "/x", scheme: "https"), .init(.ollama, model: "llama")))
        #expect(try GatewayConfiguration(yaml: read.yaml).models[0].deployments.map(\.upstream) == upstreams)
        let wrong = [
            "pool: vllm": "namespace/name", "pool: a/b, baseURL: \"http://x\"": "exclude each other",
            "pool: {namespace: a, name: b, path: x}": "must be a path", "pool: {name: b}": "namespace is missing",
        ]
        for (members, words) in wrong {
            #expect {
                try GatewayConfiguration(yaml: "models: [{name: m, upstreams: [{dialect: openai, \(members)}]}]")
            } throws: { ($0 as? InvalidConfiguration)?.findings.contains { $0.message.contains(words) } == true }
        }
    }
}
