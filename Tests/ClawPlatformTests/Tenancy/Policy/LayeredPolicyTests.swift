import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources
import Testing

@testable import ClawPlatform

@Suite("Layers of policy")
struct LayeredPolicyTests {
    private func policy(_ name: String, _ rules: String) throws -> Policy {
        let rules = try #require(try Manifest.parse(rules, source: name).first?.object)
        return Policy(name: name, spec: PolicySpec(document: rules))
    }

    private func layered(_ policies: (String, String)...) throws -> LayeredPolicy {
        try LayeredPolicy(try policies.map { try policy($0.0, $0.1) })
    }

    @Test("what holds is what every layer allows, and each rule says who states it")
    func effective() throws {
        let policy = try layered(
            ("platform", "{images: {registries: [ghcr.io, docker.io/library]}, security: baseline}"),
            ("tenant.acme", "{images: {registries: [ghcr.io/acme], digests: Required}}"),
            ("project.shop", "{containers: {limits: {cpu: '2'}}, security: restricted}"),
            ("user.shop.ada", "{containers: {limits: {cpu: 500m, memory: 1Gi}}}"))
        let rules = policy.rules.document
        #expect(rules["images"] == ["registries": ["ghcr.io/acme"], "digests": "Required"])
        #expect(rules["containers"] == ["limits": ["cpu": "500m", "memory": "1Gi"]])
        #expect(rules["security"] == "restricted")
        #expect(rules.count == 3)
        let sources = policy.sources.map { "\($0.rule) \($0.layer)" }
        #expect(sources == [
            "images.registries platform", "images.registries tenant.acme", "images.digests tenant.acme",
            "containers.limits project.shop", "containers.limits user.shop.ada", "security platform",
            "security project.shop",
        ])
        #expect(policy.wideningFindings.isEmpty)
    }

    struct Widening: Sendable, CustomTestStringConvertible {
        let above: String
        let below: String
        let excess: String
        init(_ above: String, _ below: String, _ excess: String) {
            (self.above, self.below, self.excess) = (above, below, excess)
        }
        var testDescription: String { below }
    }

    static let wider: [Widening] = [
        Widening(
            "{images: {registries: [ghcr.io/acme]}}", "{images: {registries: [ghcr.io/acme/x, ghcr.io]}}", "'ghcr.io'"),
        Widening("{images: {registries: []}}", "{images: {registries: [ghcr.io]}}", "'ghcr.io'"),
        Widening("{images: {digests: Required}}", "{images: {digests: Optional}}", "Optional"),
        Widening("{containers: {limits: {cpu: 2}}}", "{containers: {limits: {cpu: 2001m}}}", "2001m of cpu"),
        Widening("{volumes: {size: 10Gi}}", "{volumes: {size: 11Gi}}", "11Gi"),
        Widening("{network: {egress: platform}}", "{network: {egress: internet}}", "internet"),
        Widening("{network: {isolation: isolated}}", "{network: {isolation: open}}", "open"),
        Widening("{security: baseline}", "{security: privileged}", "privileged"),
        Widening("{models: {names: ['gpt-*']}}", "{models: {names: [gpt-4, '*']}}", "'*'"),
        Widening(
            "{models: {budgets: [{window: month, cost: '10'}]}}", "{models: {budgets: [{window: month, cost: '10.01'}]}}",
            "more cost per month"),
        Widening(
            "{tools: [{name: fs.delete, verdict: deny}]}", "{tools: [{name: fs.*, verdict: ask}]}", "'fs.delete' (ask)"),
        Widening("{tools: [{name: '*', verdict: ask}]}", "{tools: [{name: web, verdict: allow}]}", "'web' (allow)"),
        Widening("{lifetime: {runningSeconds: 3600}}", "{lifetime: {runningSeconds: 3601}}", "3601"),
        Widening("{placement: {regions: ['eu-*']}}", "{placement: {regions: [us-1]}}", "'us-1'"),
    ]

    @Test("a layer that allows what one above does not is named with the rule", arguments: wider)
    func widening(_ widening: Widening) throws {
        let both = try layered(("platform", widening.above), ("tenant.acme", widening.below))
        let finding = try #require(both.wideningFindings.first)
        #expect(both.wideningFindings.count == 1)
        #expect(finding.code == .policyWidens)
        #expect(
            finding.message.contains("allows \(widening.excess), which platform does not"), "\(finding.message)")
        #expect(finding.field == "spec.\(finding.details["rule"] ?? "")")
        #expect(try layered(("platform", widening.above), ("tenant.acme", widening.above)).wideningFindings.isEmpty)
        // It has no effect in any case.
        let effective = Policy(name: "tenant.acme", spec: both.rules)
        #expect(try LayeredPolicy([try policy("platform", widening.above), effective]).wideningFindings.isEmpty)
    }

    static let wrong: [(rules: String, code: FindingCode, place: String)] = [
        ("{image: {registries: []}}", .policyUnknown, "image"),
        ("{images: {registry: x}}", .policyUnknown, "images.registry"),
        ("{images: {registries: ghcr.io}}", .policyInvalid, "images.registries"),
        ("{security: lax}", .policyInvalid, "security"),
        ("{containers: {limits: {cpu: much}}}", .policyInvalid, "containers.limits"),
        ("{volumes: {size: '-1'}}", .policyInvalid, "volumes.size"),
        ("{models: {budgets: [{window: fortnight, cost: '1'}]}}", .policyInvalid, "models.budgets"),
        ("{models: {budgets: [{window: day}]}}", .policyInvalid, "models.budgets"),
        ("{tools: [{name: x, verdict: maybe}]}", .policyInvalid, "tools"),
        ("{lifetime: {runningSeconds: 1}}", .policyInvalid, "lifetime.runningSeconds"),
    ]

    @Test("rules that do not exist, and what a rule cannot say, are refused with their place", arguments: wrong)
    func strict(rules: String, code: FindingCode, place: String) throws {
        let policy = try policy("platform", rules)
        let finding = #expect(throws: Finding.self) { try LayeredPolicy([policy]) }
        #expect(finding?.code == code)
        #expect(finding?.field == "spec.\(place)")
    }

    @Test("an image belongs to a registry by whole steps of its name")
    func images() throws {
        let policy = try layered(
            ("platform", "{images: {registries: [ghcr.io/acme, registry.io, docker.io/library]}}"))
        let allowed = [
            "ghcr.io/acme", "ghcr.io/acme:1", "ghcr.io/acme/app:1", "ghcr.io/acme@sha256:0", "registry.io/a", "nginx",
            "docker.io/library/nginx",
        ]
        let refused = [
            "ghcr.io/acmeevil/app", "ghcr.io/other", "registry.io:5000/a", "registry.io.evil/a", "bitnami/nginx",
            "evil.io/registry.io/a",
        ]
        for image in allowed { #expect(policy.findings(image: image, field: "image").isEmpty, "\(image)") }
        for image in refused { #expect(policy.findings(image: image, field: "image").count == 1, "\(image)") }
    }

    @Test("of a tool the most exact word counts, and of two layers the stricter")
    func tools() throws {
        let policy = try layered(
            ("platform", "{tools: [{name: '*', verdict: ask}, {name: fs.delete, verdict: deny}]}"),
            ("project.shop", "{tools: [{name: fs.*, verdict: ask}, {name: fs.delete, verdict: deny}]}"))
        #expect(policy.verdict(onTool: "web") == .ask)
        #expect(policy.verdict(onTool: "fs.read") == .ask)
        #expect(policy.verdict(onTool: "fs.delete") == .deny)
        #expect(try layered(("platform", "{security: baseline}")).verdict(onTool: "web") == nil)
    }

    @Test("where nobody says which cluster it is, none that is asked for is it")
    func placement() throws {
        let policy = try layered(("platform", "{placement: {clusters: ['eu-*']}}"))
        #expect(policy.findings(cluster: "eu-1", region: nil).isEmpty)
        #expect(policy.findings(cluster: "us-1", region: nil).count == 1)
        #expect(policy.findings(cluster: nil, region: "eu").count == 1)
    }

    @Test("names of layers", arguments: ["platform", "tenant.acme", "project.shop", "user.shop.ada"])
    func names(name: String) { #expect(PolicyLayer(name)?.description == name) }

    @Test("other names bind nobody", arguments: ["", "tenant", "tenant.", "platform.x", "user.ada", "user..ada", "a.b"])
    func otherNames(name: String) { #expect(PolicyLayer(name) == nil) }
}
