import ArticleTesting
import ClawBase
import ClawControl
import ClawDialects
import ClawDocuments
@testable import ClawGateway
import ClawHTTPServer
import ClawKubernetes
import ClawPlatform
import ClawLedger
import ClawModels
import ClawNIOTransport
import ClawResources
import Foundation
import HTTPTypes
import Logging
import Testing

private func served(_ grants: InMemoryGrants, _ secrets: InMemorySecrets, _ transport: ScriptedTransport) throws {
    // ARTICLE: routes
    let openAI = HTTPUpstream(
        "https://api.openai.com/v1", UpstreamTarget(.openAI, model: "gpt-4o-mini"),
        key: .key(.environment("OPENAI_API_KEY"), secrets), transport: transport)
    let claude = HTTPUpstream(
        "https://api.anthropic.com", UpstreamTarget(.anthropic, model: "claude-sonnet-4-5"),
        key: .key(.environment("ANTHROPIC_API_KEY"), secrets), transport: transport)

    var policy = RoutePolicy()
    policy.deadlines.firstToken = .seconds(20)
    policy.fallbacks = ["big"]
    let router = try ModelRouter([
        ModelRoute(
            "small", [Deployment("openai", openAI, prices: .init(input: 150_000_000, output: 600_000_000))], policy: policy),
        ModelRoute(
            "big", [Deployment("anthropic", claude, prices: .init(input: 3_000_000_000, output: 15_000_000_000))]),
    ])
    // ARTICLE: end
    // ARTICLE: gateway
    let book = UsageBook(store: MemoryShareStore(), holder: "gateway-1")
    let limits = InMemoryLimits([
        UsageLimit(UsageLimitID(.project, "demo", "month"), cost: .dollars(50), per: .month(zone: "Europe/Berlin")),
        UsageLimit(UsageLimitID(.user, "ada", "minute"), [.requests: 60, .tokens: 100_000], per: .minute),
    ])
    let gateway = ModelGateway(router: router, grants: grants, budgets: limits, book: book)
    // ARTICLE: end
    _ = gateway
}

private func exchanged(_ api: KubernetesClient, _ caches: SharedCaches, _ gateway: ModelGateway) {
    // ARTICLE: exchange
    let runtimes = ClusterGrants(caches: caches)
    let reviewer = TokenReviewer(api, audiences: [TokenExchange.audience])
    let podKeys = PodKeys(caches: caches, grants: runtimes)
    let exchange = TokenExchange(before: gateway, reviewer: reviewer, keys: podKeys)
    // ARTICLE: end
    _ = exchange
}

private func quick() async throws {
    // ARTICLE: network
    let network = try NIOTransport()
    let upstream = HTTPUpstream(
        "http://127.0.0.1:8000/v1", UpstreamTarget(.openAI, model: "llama"), transport: network)
    let router = try ModelRouter([ModelRoute("llama", [Deployment("vllm", upstream)])])
    let gateway = ModelGateway(router: router, grants: InMemoryGrants([]))
    let server = HTTPServer(
        listen: ListenAddress(host: "127.0.0.1", port: 0), execution: .connection, logger: Logger(label: "gateway"))
    try await server.withServer(gateway) { address in
        print("The gateway listens at \(address).")
    }
    // ARTICLE: end
}

private func tried(_ time: VirtualTime) async throws -> [ScriptedUpstream] {
    // ARTICLE: test
    let busy = ScriptedUpstream("busy", [.error(ModelError(.overloaded, "no room"))], time: time)
    let twin = ScriptedUpstream("twin", [.says("Good day.")], time: time)
    let router = try ModelRouter([
        ModelRoute("small", [Deployment("busy", busy), Deployment("twin", twin, traits: DeploymentTraits(order: 1))])
    ])
    let gateway = ModelGateway(
        router: router, grants: InMemoryGrants([ModelGrant(id: "test", keyHash: Token.hash("key"))]), time: time)
    let response = await gateway.respond(
        to: Request(
            .post, "/v1/chat/completions", headers: [.authorization: "Bearer key"],
            body: .string(#"{"model": "small", "messages": [{"role": "user", "content": "Hello"}]}"#)))
    #expect(response.status == .ok)
    #expect(twin.requests.count == 1)
    // ARTICLE: end
    return [busy, twin]
}

private func migrated(
    _ environment: [String: String], _ secrets: InMemorySecrets, _ transport: ScriptedTransport, _ logger: Logger
) throws {
    // ARTICLE: import
    let imported = try LiteLLMImport(contentsOf: "config.yaml", environment: environment)
    for entry in imported.report[.unsupported] { logger.warning("\(entry.place) \(entry.field): \(entry.words)") }
    let router = try ModelRouter(
        imported.configuration.models, transport: transport, secrets: imported.configuration.secrets(secrets))
    // ARTICLE: end
    _ = router
}

private func guarded(_ router: ModelRouter, _ grants: InMemoryGrants) {
    // ARTICLE: guardrails
    struct NoShouting: Guardrail {
        let name = "no-shouting"
        func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) {
            if request.texts.contains(where: { $0.count > 20 && $0 == $0.uppercased() }) {
                throw GuardrailRefusal("Please do not shout.")
            }
        }
    }
    struct NoLinks: Guardrail {
        let name = "no-links"
        let answerWindow: Int? = 16    // "https://" and a little more
        func inspect(_ answer: inout GuardedAnswer) throws(GuardrailRefusal) {
            if answer.contains({ $0.ranges(of: #/https?:\/\//#) }) {
                throw GuardrailRefusal("The answer has a link.")
            }
        }
    }
    let guardrails = Guardrails([
        NoShouting(), NoLinks(), PersonalDataRule(on: .both), ToolRule(denied: ["shell"], asked: ["deploy"]),
    ])
    let guarded = ModelGateway(router: router, grants: grants, guardrails: guardrails)
    // ARTICLE: end
    _ = guarded
}

extension Article {
    /// What it shows in YAML.
    fileprivate var yaml: [String] {
        text.components(separatedBy: "```yaml\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
    }
}

@Suite("The article on the model gateway")
struct ModelGatewayArticleTests {
    @Test("its Swift is the Swift compiled here")
    func compiled() throws {
        let article = try Article("Docs/model-gateway.md", compiledIn: #filePath)
        #expect(!article.names.isEmpty)
        for name in article.names {
            let block = try #require(article.block(name))
            #expect(article.fences.contains(block), "the block '\(name)' is not in the article as it is here")
        }
    }

    @Test("its files are in order, and name every field there is")
    func files() throws {
        let article = try Article("Docs/model-gateway.md", compiledIn: #filePath)
        let files = article.yaml.filter { !$0.hasPrefix("apiVersion:") && !$0.hasPrefix("upstreams:") }
        #expect(files.count == 2)
        for file in files {
            let configuration = try GatewayConfiguration(yaml: file)
            #expect(try GatewayConfiguration(yaml: configuration.yaml).yaml == configuration.yaml)
        }
        let words = Set(article.text.split { !$0.isLetter }.map(String.init))
        let fields = [
            GatewayReader.gatewayNames, GatewayReader.modelNames, GatewayReader.policyNames, GatewayReader.ownNames,
            GatewayReader.remoteNames, GatewayReader.priceNames, GatewayReader.keyNames, GatewayReader.limitNames, GatewayReader.healthNames,
            GatewayReader.guardrailNames, GatewayReader.admissionNames, GatewayReader.cacheNames,
        ]
        for field in fields.joined() { #expect(words.contains(field), "\(field) is not told of") }
    }

    @Test("the endpoint and the pool it shows are in order")
    func endpoints() throws {
        let article = try Article("Docs/model-gateway.md", compiledIn: #filePath)
        let shown = try #require(article.yaml.first { $0.contains("kind: ModelEndpoint") })
        let endpoint = try #require(try Manifest.parse(shown, source: "article").first).object
        let (model, findings) = EndpointReader(namespace: "clawkit-system").read(
            ModelEndpoint(document: try #require(endpoint)))
        #expect(findings.isEmpty && model?.name == "openai/small")
        let pool = try #require(article.yaml.first { $0.hasPrefix("upstreams:") })
        let lines = pool.split(separator: "\n").map { "    \($0)\n" }.joined()
        let configuration = try GatewayConfiguration(yaml: "models:\n  - name: m\n" + lines)
        #expect(configuration.models[0].deployments[0].upstream.pool == DeclaredPool("vllm", in: "models", path: "/v1"))
    }

    @Test("the rights it shows are those that the code needs, and no others")
    func rights() throws {
        let article = try Article("Docs/model-gateway.md", compiledIn: #filePath)
        let shown = try #require(article.yaml.first { $0.contains("kind: ClusterRole") })
        var told: Set<[String]> = []
        for document in try Manifest.parse(shown, source: "article") {
            let namespace = document["metadata"]?["namespace"]?.string ?? ""
            for rule in document["rules"]?.array ?? [] {
                func texts(_ name: String) -> [String] { rule[name]?.array?.compactMap(\.string) ?? [] }
                for verb in texts("verbs") {
                    told.insert([
                        namespace, texts("apiGroups")[0], texts("resources")[0], verb, texts("resourceNames").joined(),
                    ])
                }
            }
        }
        let needed = TokenExchange.permissions + ClusterModels.permissions() + ToolPolicies.permissions + [
            Permission(["get"], KubernetesSecret.type, names: ["openai"], in: "clawkit-system")
        ]
        let wanted = Set(
            needed.flatMap { permission in
                permission.verbs.map {
                    [permission.namespace ?? "", permission.group, permission.resource, $0, permission.names.joined()]
                }
            })
        #expect(told == wanted, "\(told.symmetricDifference(wanted))")
    }

    @Test("the test it shows passes")
    func tried() async throws {
        let scripts = try await ClawGatewayTests.tried(VirtualTime())
        #expect(scripts.map(\.requests.count) == [1, 1])
        try served(InMemoryGrants(), InMemorySecrets(), ScriptedTransport([]))
        #expect(throws: (any Error).self) {
            try migrated([:], InMemorySecrets(), ScriptedTransport([]), Logger(label: "test"))
        }
    }
}
