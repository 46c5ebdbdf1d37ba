import ClawBase
import ClawDialects
@testable import ClawGateway
import ClawLedger
import ClawPlatform
import Testing

@Suite("claw.yaml: models")
struct GatewayConfigurationTests {
    private func findings(_ yaml: String) -> [Finding] {
        do {
            _ = try GatewayConfiguration(yaml: yaml)
            return []
        } catch { return error.findings }
    }

    @Test("nothing said means the echo model", arguments: ["", "# nothing\n", "{}", "models: []", "templates: 5"])
    func defaults(_ yaml: String) throws {
        let configuration = try GatewayConfiguration(yaml: yaml)
        #expect(configuration.models.map(\.name) == ["echo"])
        #expect(configuration.keys.isEmpty && configuration.limits.isEmpty && configuration.masterKey == nil)
    }

    @Test("upstreams read as they are meant")
    func upstreams() throws {
        let configuration = try GatewayConfiguration(
            yaml: """
                models:
                  - name: gpt-4o-mini            # alias that runtimes ask for
                    aliases: [small, default]
                    accessGroups: [prod]
                    upstreams:
                      - dialect: openai
                        baseURL: http://127.0.0.1:8000/v1
                        model: gpt-4o-mini
                        key: {env: OPENAI_API_KEY}
                        weight: 3
                        order: 1
                        requestsPerMinute: 600
                        tokensPerMinute: 100000
                        requestsAtOnce: 50
                        contextTokens: 128000
                        tags: [paid, eu]
                        canContinue: true
                        headers: {OpenAI-Organization: org-1}
                        outputLimitName: max_completion_tokens
                        sendsReasoning: false
                        streamsUsage: false
                        servesResponses: true
                      - {name: lab, dialect: openai, baseURL: "http://[::1]:11434/v1", key: {file: /run/key}, weight: 0}
                      - {dialect: azure, baseURL: "https://x.azure.com", model: d1, apiVersion: v1, prices: openai/gpt-4o-mini}
                      - {dialect: anthropic, baseURL: "https://a.test", key: {secret: ns/name/key}, defaultOutputLimit: 8192}
                      - dialect: bedrock
                        baseURL: https://bedrock-runtime.eu-west-1.amazonaws.com
                        model: eu.amazon.nova-lite-v1:0
                        aws: {region: eu-west-1, id: {env: AWS_ID}, secret: {env: AWS_SECRET}}
                  - name: parrot
                    upstreams: [{dialect: echo}]
                """)
        let model = try #require(configuration.models.first)
        #expect(model.aliases == ["small", "default"] && model.accessGroups == ["prod"])
        var target = UpstreamTarget(
            .openAI, model: "gpt-4o-mini", outputLimitName: .maxCompletionTokens, sendsReasoning: false,
            streamsUsage: false, servesResponses: true)
        let first = model.deployments[0]
        #expect(
            first.upstream
                == .http(
                    baseURL: "http://127.0.0.1:8000/v1", target, key: .at(.environment("OPENAI_API_KEY")),
                    headers: ["OpenAI-Organization": "org-1"]))
        #expect(
            first.traits
                == DeploymentTraits(
                    weight: 3, order: 1, requestsPerMinute: 600, tokensPerMinute: 100_000, requestsAtOnce: 50,
                    contextTokens: 128_000, tags: ["paid", "eu"]))
        #expect(first.canContinue && first.prices == .listed)
        #expect(model.deployments[1].name == "lab" && model.deployments[1].traits.weight == 0)
        #expect(model.deployments[2].prices == .named("openai/gpt-4o-mini"))
        target = UpstreamTarget(.anthropic, model: "gpt-4o-mini", defaultOutputLimit: 8192)
        #expect(
            model.deployments[3].upstream
                == .http(
                    baseURL: "https://a.test", target, key: .at(.cluster(namespace: "ns", name: "name", key: "key"))))
        guard case .http(_, _, let key, _) = model.deployments[4].upstream else { return #expect(Bool(false)) }
        #expect(
            key
                == .aws(
                    region: "eu-west-1", id: .environment("AWS_ID"), secret: .environment("AWS_SECRET"), session: nil))
        #expect(configuration.models[1].deployments[0].upstream == .echo)
    }

    @Test("what a route does is said for each model, or for all")
    func policies() throws {
        let configuration = try GatewayConfiguration(
            yaml: """
                gateway:
                  connectTimeout: 3s
                  admission: {underWay: 100, waiting: 50, waitingEach: 5, longestWait: 3s}
                  defaults:
                    retries: 4
                    hedge: {after: 2s}
                    deadlines: {total: 5m}
                models:
                  - name: small
                    strategy: least-busy
                    retriesFor: {timeout: 0, rateLimited: 5}
                    deadlines: {connect: 2s, headers: 5s, firstToken: 500ms, betweenTokens: 10s, wholeAnswer: 1m}
                    fallbacks: {failure: [big], contextWindow: [big, huge], contentPolicy: huge}
                    midStream: continue
                    longestWait: 20s
                    backoff: {initial: 100ms, cap: 2s}
                    breaker: {failuresInRow: 5, failurePercent: 80, leastRequests: 10, window: 2m, cooldown: 30s, longestCooldown: 10m}
                    upstreams: [{dialect: echo}]
                  - {name: big, hedge: false, breaker: false, fallbacks: [huge], upstreams: [{dialect: echo}]}
                  - {name: huge, upstreams: [{dialect: echo}]}
                """)
        #expect(configuration.connectTimeout == .seconds(3))
        #expect(configuration.admission.underWay == 100 && configuration.admission.waiting == 50)
        #expect(configuration.admission.waitingEach == 5 && configuration.admission.longestWait == .seconds(3))
        #expect(try GatewayConfiguration(yaml: configuration.yaml).admission == configuration.admission)
        let small = configuration.models[0].policy
        #expect(small.strategy == .leastBusy && small.retries == 4)
        #expect(small.retriesFor == [.timeout: 0, .rateLimited: 5])
        #expect(small.deadlines.connect == .seconds(2) && configuration.models[1].policy.deadlines.connect == nil)
        #expect(try GatewayConfiguration(yaml: configuration.yaml).models[0].policy.deadlines == small.deadlines)
        #expect(small.deadlines.headers == .seconds(5) && small.deadlines.firstToken == .milliseconds(500))
        #expect(small.deadlines.betweenTokens == .seconds(10) && small.deadlines.wholeAnswer == .seconds(60))
        #expect(small.deadlines.total == .seconds(300))
        #expect(small.fallbacks == ["big"] && small.contextFallbacks == ["big", "huge"])
        #expect(small.policyFallbacks == ["huge"] && small.midStream == .continueText)
        #expect(small.longestWait == .seconds(20) && small.hedge == HedgePolicy(after: .seconds(2)))
        #expect(small.backoff.initial == .milliseconds(100) && small.backoff.cap == .seconds(2))
        var rules = BreakerRules()
        (rules.failuresInRow, rules.failurePercent, rules.leastRequests) = (5, 80, 10)
        (rules.window, rules.cooldown, rules.longestCooldown) = (.seconds(120), .seconds(30), .seconds(600))
        #expect(small.breaker == rules)
        let big = configuration.models[1].policy
        #expect(big.hedge == nil && big.breaker == .never && big.fallbacks == ["huge"] && big.retries == 4)
    }

    @Test("prices are dollars per million tokens, or a name in the bundled list")
    func prices() throws {
        let configuration = try GatewayConfiguration(
            yaml: """
                models:
                  - name: own
                    upstreams:
                      - dialect: openai
                        baseURL: https://api.openai.com/v1
                        model: gpt-4o
                        prices:
                          {input: 0.15, output: 0.6, cacheRead: 0.075, cacheWrite: 1, longCacheWrite: 2, reasoning: 3,
                           audioInput: 4, audioOutput: 5, request: 0.001, long: {above: 200000, input: 0.3, output: 1.2}}
                      - {dialect: openai, baseURL: "https://api.openai.com/v1", model: gpt-4o, prices: free}
                      - {dialect: openai, baseURL: "https://api.openai.com/v1", model: gpt-4o}
                      - {dialect: openai, baseURL: "http://127.0.0.1/v1", model: gpt-4o}
                      - {dialect: openai, baseURL: "https://api.openai.com/v1", model: brand-new}
                """)
        let router = try ModelRouter(
            configuration.models, transport: ScriptedTransport([]), secrets: InMemorySecrets())
        let deployments = try #require(router.group("own")).deployments
        #expect(
            deployments[0].prices
                == TokenPrices(
                    input: 150_000_000, output: 600_000_000, cacheRead: 75_000_000, cacheWrite: 1_000_000_000,
                    longCacheWrite: 2_000_000_000, reasoning: 3_000_000_000, audioInput: 4_000_000_000,
                    audioOutput: 5_000_000_000, request: 1_000_000,
                    long: LongContextPrices(above: 200_000, input: 300_000_000, output: 1_200_000_000)))
        #expect(deployments[1].prices == .free)
        #expect(deployments[2].prices.input == 2_500_000_000 && deployments[2].prices.output == 10_000_000_000)
        #expect(deployments[2].outputTokens == 16384)
        #expect(deployments[3].prices == .free && deployments[4].prices == .free)
        #expect(configuration.notes.map(\.field) == ["claw.yaml:13"])
        #expect(configuration.notes.first?.message.contains("openai/brand-new") == true)
    }

    @Test("keys and limits read as they are meant")
    func keys() async throws {
        let hash = Token.hash("sk-ci")
        let configuration = try GatewayConfiguration(
            yaml: """
                gateway: {masterKey: {env: MASTER}}
                keys:
                  - name: ci
                    hash: \(hash)
                    models: [small, prod]
                    project: demo
                    user: ada
                    expires: 2027-01-01T00:00:00Z
                    allowsEstimates: true
                    limits:
                      - {per: month, zone: Europe/Berlin, cost: 12.5, softPercent: 80}
                      - {per: minute, requests: 60, tokens: 100000}
                      - {name: lanes, requestsAtOnce: 4}
                  - {name: web, key: {env: WEB_KEY}}
                limits:
                  - {project: demo, per: day, cost: 50}
                  - {platform: true, name: all, per: 5h, requests: 10000}
                """)
        let secrets = InMemorySecrets([
            .environment("WEB_KEY"): Secret("sk-web"), .environment("MASTER"): Secret("sk-master"),
        ])
        let grants = try await configuration.grants(secrets)
        #expect(grants.map(\.id) == ["ci", "web", "master"])
        #expect(grants.map(\.keyHash) == [hash, Token.hash("sk-web"), Token.hash("sk-master")])
        let ci = grants[0]
        #expect(ci.models == ["small", "prod"] && ci.subject == UsageSubject(project: "demo", user: "ada"))
        #expect(ci.allowsEstimates && ci.expiresAt == Timestamp(rfc3339: "2027-01-01T00:00:00Z"))
        #expect(
            ci.limits == [
                UsageLimit(
                    UsageLimitID(.key, "ci", "month"), [.cost: 12_500_000_000], per: .month(zone: "Europe/Berlin"),
                    softPercent: 80),
                UsageLimit(UsageLimitID(.key, "ci", "minute"), [.requests: 60, .tokens: 100_000], per: .minute),
                UsageLimit(UsageLimitID(.key, "ci", "lanes"), [.inFlight: 4]),
            ])
        #expect(
            configuration.limits == [
                UsageLimit(UsageLimitID(.project, "demo", "day"), cost: .dollars(50), per: .day(zone: "UTC")),
                UsageLimit(UsageLimitID(.platform, "", "all"), [.requests: 10000], per: .every(seconds: 18000)),
            ])
        await #expect(throws: Finding.self) { _ = try await configuration.grants(InMemorySecrets()) }
    }

    private static let upstream = "models:\n  - name: x\n    upstreams:\n      - "

    @Test(
        "each mistake is named with its line",
        arguments: [
            ("models:\n  - nam: x\n    upstreams: [{dialect: echo}]", ":2", "did you mean 'name'"),
            (upstream + "dialect: openai\n        base_url: http://h\n", ":5", "did you mean 'baseURL'"),
            (upstream + "{dialect: opnai, baseURL: \"http://h\"}", ":4", "did you mean 'openai'"),
            (upstream + "{dialect: telepathy}", ":4", "known are openai, anthropic, ollama, azure, gemini, bedrock, echo"),
            (upstream + "{dialect: openai}", ":4", "baseURL is missing"),
            (upstream + "dialect: openai\n        baseURL: ftp://h", ":5", "http://"),
            (upstream + "dialect: openai\n        baseURL: http://", ":5", "no host"),
            (upstream + "dialect: openai\n        baseURL: http://h:99999", ":5", "port"),
            (upstream + "dialect: openai\n        baseURL: http://u:pw@h", ":5", "password"),
            (upstream + "{dialect: echo, weight: -1}", ":4", "whole number"),
            (upstream + "{dialect: echo, weight: 0}", ":4", "weight 0"),
            (upstream + "{dialect: echo, baseURL: \"http://h\"}", ":4", "means nothing"),
            (upstream + "{dialect: echo, canContinue: 1}", ":4", "true or false"),
            (upstream + "{dialect: echo, health: {within: 5s}}", ":4", "every is missing"),
            (upstream + "{dialect: azure, baseURL: \"http://h\", health: {every: 5s}}", ":4", "method: chat"),
            (upstream + "{dialect: echo, prices: openai/gpt-9000}", ":4", "provider/model"),
            (upstream + "{dialect: echo, prices: {input: 1}}", ":4", "output is missing"),
            (upstream + "{dialect: echo, prices: {input: 1e-7, output: 1}}", ":4", "dollars"),
            (upstream + "{dialect: openai, baseURL: \"http://h\", model: \"a/*\"}", ":4", "name has none"),
            (upstream + "{dialect: openai, baseURL: \"http://h\", aws: {region: r, id: {env: A}, secret: {env: B}}}", ":4", "bedrock"),
            (upstream + "{dialect: bedrock, baseURL: \"http://h\", aws: {region: r, id: {env: A}}}", ":4", "secret is missing"),
            ("models:\n  - name: x\n", ":2", "upstreams is missing"),
            ("models:\n  - name: 4\n    upstreams: [{dialect: echo}]", ":2", "quotes"),
            ("models:\n  - name: a*b*\n    upstreams: [{dialect: echo}]", ":2", "one '*'"),
            (
                "models:\n  - {name: x, upstreams: [{dialect: echo}]}\n  - {name: x, upstreams: [{dialect: echo}]}",
                ":3", "line 2"
            ),
            (
                "models:\n  - {name: x, upstreams: [{dialect: echo}]}\n  - {name: y, aliases: [x], upstreams: [{dialect: echo}]}",
                ":3", "line 2"
            ),
            ("models: {name: x}", ":1", "must be a list"),
            ("models:\n  - name: x\n    retries: 21\n    upstreams: [{dialect: echo}]", ":3", "0 to 20"),
            ("models:\n  - name: x\n    strategy: round\n    upstreams: [{dialect: echo}]", ":3", "known are weighted"),
            ("models:\n  - name: x\n    deadlines: {total: 5}\n    upstreams: [{dialect: echo}]", ":3", "duration"),
            ("models:\n  - name: x\n    deadlines: {total: 0s}\n    upstreams: [{dialect: echo}]", ":3", "longer than nothing"),
            ("models:\n  - name: x\n    fallbacks: [gone]\n    upstreams: [{dialect: echo}]", ":3", "not declared"),
            ("models:\n  - name: xyz\n    fallbacks: {failure: [xyy]}\n    upstreams: [{dialect: echo}]", ":3", "did you mean 'xyz'"),
            ("models:\n  - name: x\n    retriesFor: {contextWindow: 1}\n    upstreams: [{dialect: echo}]", ":3", "Unknown key"),
            ("models:\n  - name: x\n    breaker: {cooldown: 5m, longestCooldown: 1m}\n    upstreams: [{dialect: echo}]", ":3", "shorter"),
            ("gateway: {defaults: {strategie: cost}}", ":1", "did you mean 'strategy'"),
            ("gateway: {masterKey: sk-secret}", ":1", "in clear"),
            ("keys:\n  - {name: a}", ":2", "'key'"),
            ("keys:\n  - {name: master, key: {env: A}}", ":2", "the master key's"),
            ("keys:\n  - {name: a, hash: abc}", ":2", "SHA-256"),
            ("keys:\n  - {name: a, key: {env: A}, expires: tomorrow}", ":2", "moment"),
            ("keys:\n  - {name: a, key: {env: A}, limits: [{per: month}]}", ":2", "limits nothing"),
            ("keys:\n  - {name: a, key: {env: A}, limits: [{per: moon, cost: 1}]}", ":2", "duration such as 5h"),
            ("keys:\n  - {name: a, key: {env: A}, limits: [{per: day, zone: Mars/Base, cost: 1}]}", ":2", "time zone"),
            ("limits:\n  - {cost: 1}", ":2", "must name one of"),
            ("limits:\n  - {user: a, cost: 1}\n  - {user: a, cost: 2}", ":3", "another name"),
        ])
    func mistakes(_ yaml: String, _ place: String, _ words: String) {
        let findings = findings(yaml)
        #expect(findings.count == 1, "\(findings)")
        #expect(findings.first?.code == .badConfig)
        #expect(findings.first?.field == "claw.yaml\(place)")
        #expect(findings.first?.message.contains(words) == true, "\(findings)")
    }

    @Test(
        "a key in clear is refused, and no message repeats it",
        arguments: [
            "key: sk-secret-1", "key: {env: sk-secret-1}", "key: {value: sk-secret-1}",
            "key: {env: A, file: sk-secret-1}",
            "apiKey: sk-secret-1", "key: [sk-secret-1]", "key: {secret: sk-secret-1}", "key: \"sk-secret-1",
            "key: {env: [sk-secret-1]}",
        ])
    func clearKey(_ line: String) {
        let findings = findings(
            Self.upstream + "dialect: openai\n        baseURL: http://h\n        \(line)\n")
        #expect(!findings.isEmpty)
        for finding in findings {
            #expect(!finding.description.contains("sk-secret"), "\(finding)")
            #expect(finding.field?.hasPrefix("claw.yaml:") == true)
        }
    }

    @Test("a pattern stands for every name that fits; the list of prices knows each")
    func patterns() throws {
        let configuration = try GatewayConfiguration(
            yaml: """
                models:
                  - name: openai/*
                    upstreams: [{dialect: openai, baseURL: "https://api.openai.com/v1", model: "*"}]
                  - {name: own, fallbacks: [openai/gpt-4o], upstreams: [{dialect: echo}]}
                """)
        let router = try ModelRouter(
            configuration.models, transport: ScriptedTransport([]), secrets: InMemorySecrets())
        let deployment = try #require(router.group("openai/gpt-4o")?.deployments.first)
        #expect(deployment.prices.output == 10_000_000_000)
        #expect((deployment.upstream as? HTTPUpstream)?.target.model == "gpt-4o")
        #expect(router.aliases == ["openai/*", "own"])
    }
}
