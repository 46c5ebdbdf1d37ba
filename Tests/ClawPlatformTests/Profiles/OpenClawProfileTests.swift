import ClawBase
import ClawDocuments
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("What an OpenClaw gateway gets")
struct OpenClawProfileTests {
    private func context(_ change: (inout RuntimeTemplateSpec) -> Void = { _ in }) -> RuntimeContext {
        var spec = RuntimeTemplateSpec(profile: .openClaw)
        spec.document["version"] = "2026.8.1"
        change(&spec)
        var context = RuntimeContext(
            templates: [], models: ["gpt", "echo"], gatewayURL: "http://gateway.clawkit-system:4000",
            publicURL: "https://claw.test:8443", domain: "claw.test")
        context.offered = [RuntimeTemplate(name: "openclaw", in: PlatformSettings.namespace, spec: spec)]
        return context
    }

    private func cell(_ change: (inout RuntimeTemplateSpec) -> Void = { _ in }) throws -> RuntimeCell {
        try RuntimeCell(Fixture.runtime(template: "openclaw"), context(change))
    }

    private func configuration(_ cell: RuntimeCell) throws -> JSON {
        try JSONParser.parse(Array(try #require(cell.files?.data["openclaw.json"]).utf8))
    }

    @Test("its configuration: users known by the proxy, models by the gateway, no secret in it")
    func configuration() throws {
        let expected = """
            {"agents":{"defaults":{"model":{"primary":"clawkit/gpt"}}},\
            "gateway":{"auth":{"mode":"trusted-proxy","trustedProxy":{"allowLoopback":false,\
            "deviceAutoApprove":{"enabled":true},"requiredHeaders":["x-claw-runtime","x-forwarded-proto"],\
            "userHeader":"x-claw-user"}},"bind":"lan",\
            "controlUi":{"allowedOrigins":["https://claw.test:8443","https://ada-demo.claw.test:8443"]},\
            "mode":"local","trustedProxies":["10.0.0.0/8","100.64.0.0/10","172.16.0.0/12","192.168.0.0/16","fc00::/7"]},\
            "models":{"mode":"merge","providers":{"clawkit":{"api":"openai-completions",\
            "apiKey":"${OPENAI_API_KEY}","baseUrl":"http://gateway.clawkit-system:4000/v1",\
            "models":[{"id":"gpt","name":"gpt"},{"id":"echo","name":"echo"}]}}}}
            """
        let text = String(decoding: try configuration(try cell()).bytes(.canonical), as: UTF8.self)
        #expect(text == expected)
    }

    @Test("its pod: as the project's own manifests have it")
    func pod() throws {
        let pod = try cell().pod
        let spec = try #require(pod.spec)
        let container = try #require(spec.containers.first)
        #expect(container.image == "ghcr.io/openclaw/openclaw:2026.8.1")
        #expect(container.command == ["node", "dist/index.js", "gateway", "--bind", "lan", "--port", "$(PORT)"])
        #expect(container.resources?.limits["memory"]?.text == "2Gi")
        let env = Dictionary(uniqueKeysWithValues: container.env.map { ($0.name, $0.value) })
        #expect(env["NODE_OPTIONS"] == "--max-old-space-size=1536")
        #expect(env["OPENCLAW_STATE_DIR"] == "/home/node/.openclaw")
        #expect(env["OPENCLAW_CONFIG_PATH"] == "/home/node/.openclaw/openclaw.json")
        #expect(env["OPENCLAW_DISABLE_BONJOUR"] == "1")
        let token = container.env.first { $0.name == "OPENCLAW_GATEWAY_TOKEN" }
        #expect(token?.valueFrom?.secretKeyRef?.name == "ada-runtime")
        #expect(spec.securityContext?.fsGroup == 1000)
        #expect(spec.securityContext?.runAsNonRoot == true)
        #expect(spec.securityContext?.seccompProfile?.type == "RuntimeDefault")
        #expect(spec.automountServiceAccountToken == false)
        let prepare = try #require(spec.initContainers.first)
        for security in [container.securityContext, prepare.securityContext] {
            #expect(security?.readOnlyRootFilesystem == true)
            #expect(security?.allowPrivilegeEscalation == false)
            #expect(security?.capabilities?.drop == ["ALL"])
        }
        #expect(prepare.command.last?.contains("/tmp/openclaw-*") == true)
        #expect(prepare.volumeMounts == container.volumeMounts)
        let mounts = Dictionary(uniqueKeysWithValues: container.volumeMounts.map { ($0.name, $0.mountPath) })
        #expect(mounts["state"] == "/home/node/.openclaw")
        #expect(mounts["files"] == "/etc/clawkit/openclaw")
        #expect(mounts.values.contains("/tmp"))
    }

    @Test("five minutes to begin, asked for the answer itself; then by path")
    func probes() throws {
        let container = try #require(try cell().pod.spec?.containers.first)
        let startup = try #require(container.startupProbe)
        #expect((startup.failureThreshold ?? 0) * (startup.periodSeconds ?? 0) == 300)
        #expect(startup.exec?.command.last?.contains("/startupz") == true)
        #expect(container.readinessProbe?.httpGet?.path == "/startupz")
        #expect(container.livenessProbe?.httpGet?.path == "/healthz")
    }

    @Test(
        "releases before the one that brought /startupz are asked /readyz",
        arguments: [
            ("2026.7.1-2", "/readyz"), ("2026.6.30", "/readyz"), ("2025.12.1", "/readyz"), ("2026.7.2", "/startupz"),
            ("2026.10.1", "/startupz"), ("latest", "/startupz"),
        ])
    func versions(version: String, path: String) {
        let shape = OpenClawProfile(version: version).shape(RuntimeTemplateSpec(profile: .openClaw), resources: [:])
        #expect(shape.ready?.httpGet?.path == path)
    }

    @Test("the heap follows the memory that a runtime asks for", arguments: [("1Gi", "768"), ("4Gi", "3072"), ("100Mi", "128")])
    func heap(memory: String, heap: String) throws {
        let context = context { $0.resources = ["memory": RuntimeResource(default: "2Gi", min: "100Mi", max: "8Gi")] }
        let runtime = Fixture.runtime(template: "openclaw") { $0["resources"] = ["memory": .string(memory)] }
        let cell = try RuntimeCell(runtime, context)
        #expect(cell.env.first { $0.name == "NODE_OPTIONS" }?.value == "--max-old-space-size=\(heap)")
    }

    @Test("a template lays its own settings over; what the platform sets stays, and the template is told")
    func overlay() throws {
        let overlay: JSONObject = [
            "channels": ["telegram": ["enabled": true]],
            "gateway": ["controlUi": ["basePath": "/x"], "trustedProxies": ["10.1.2.3"]],
            "agents": ["defaults": ["workspace": "~/w"]],
        ]
        let merged = try configuration(try cell { $0.config = overlay })
        #expect(merged["channels"]?["telegram"]?["enabled"] == true)
        #expect(merged["gateway"]?["controlUi"]?["basePath"]?.string == "/x")
        #expect(merged["gateway"]?["controlUi"]?["allowedOrigins"]?.array?.count == 2)
        #expect(merged["gateway"]?["trustedProxies"] == ["10.1.2.3"])
        #expect(merged["agents"]?["defaults"]?["model"]?["primary"]?.string == "clawkit/gpt")
        for path in OpenClawConfiguration.kept {
            var config: JSON = "taken"
            for name in path.reversed() { config = .object(JSONObject([(name, config)])) }
            let findings = RuntimeKind.admit(
                Fixture.runtime(template: "openclaw"), context { $0.config = config.object ?? [:] })
            #expect(findings.map(\.code) == [.badConfig], "\(path)")
        }
    }

    @Test("no overlay can turn the platform's checks off, not even one nobody has looked at")
    func kept() throws {
        for config in [
            ["gateway": "none"], ["gateway": ["auth": "none"]], ["gateway": ["auth": ["trustedProxy": false]]],
            ["models": ["providers": []]],
        ] as [JSONObject] {
            let subject = RuntimeSubject(
                project: "demo", runtime: "ada", user: "ada", models: ["m"], modelsURL: "http://g/v1", path: "/r/demo/ada",
                origins: [], proxies: ["10.0.0.1"], template: RuntimeTemplateSpec(profile: .openClaw))
            var bent = subject
            bent.template.config = config
            let document = OpenClawConfiguration(bent).document
            #expect(document["gateway"]?["auth"]?["mode"]?.string == "trusted-proxy")
            #expect(document["gateway"]?["auth"]?["trustedProxy"]?["userHeader"]?.string == "x-claw-user")
            #expect(document["models"]?["providers"]?["clawkit"]?["baseUrl"]?.string == "http://g/v1")
        }
    }

    @Test("another configuration is another pod; who may reach it is only its network policy's")
    func rollOut() throws {
        let plain = try cell()
        let other = try cell { $0.config = ["channels": ["telegram": ["enabled": true]]] }
        #expect(plain.hash != other.hash)
        #expect(plain.shape == other.shape)
        let open = try cell { $0.network = RuntimeNetwork(egress: .internet, allow: ["10.20.0.0/16"]) }
        #expect(open.hash == plain.hash)
        var seen = RuntimeObservation.Pod(cellHash: plain.hash)
        seen.network = plain.networkHash
        #expect(plain.way(to: seen) == .asItIs)
        #expect(open.way(to: seen) == .inPlace)
    }

    @Test("reached by proxies only; reaches names, the platform and what is allowed; the project's own rules leave it be")
    func network() throws {
        var context = context { $0.network = RuntimeNetwork(allow: ["10.20.0.0/16"]) }
        context.routers = ["traefik"]
        let cell = try RuntimeCell(Fixture.runtime(template: "openclaw"), context)
        let policy = try #require(cell.network?.spec)
        #expect(policy.podSelector?.matchLabels == ["clawkit.dev/runtime": "ada"])
        #expect(policy.policyTypes == ["Ingress", "Egress"])
        let from = policy.ingress.flatMap(\.from).compactMap { $0.namespaceSelector?.matchLabels["kubernetes.io/metadata.name"] }
        #expect(from == ["clawkit-system", "traefik"])
        #expect(policy.egress.count == 3)
        #expect(policy.egress.flatMap(\.to).compactMap { $0.ipBlock?.cidr } == ["10.20.0.0/16"])
        #expect(policy.egress.first?.ports.map(\.port) == [53, 53])
        // What the project allows to all its pods would add up with that.
        #expect(cell.pod.labels[ProjectPolicies.ownLabel] == "own")
        let project = ProjectPolicies(ProjectNetwork(isolation: .isolated, egress: .internet, ingressFrom: ["traefik"])).all
        for name in ["clawkit-allow-project", "clawkit-allow-internet", "clawkit-allow-ingress"] {
            let selector = project.first { $0.name == name }?.spec?.podSelector
            #expect(selector?.matchExpressions.map(\.key) == [ProjectPolicies.ownLabel], "\(name)")
        }
        #expect(project.first { $0.name == "clawkit-default-deny" }?.spec?.podSelector?.matchExpressions.isEmpty == true)
    }

    @Test("variables that make it what it is are nobody's to set", arguments: OpenClawProfile().reserved.sorted())
    func reserved(name: String) {
        let runtime = Fixture.runtime(template: "openclaw") { $0["env"] = [["name": .string(name), "value": "x"]] }
        #expect(RuntimeKind.admit(runtime, context()).map(\.code) == [.reservedVariable])
    }
}
