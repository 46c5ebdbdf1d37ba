import ClawBase
import ClawPlatform
import ClawResources
import Testing

@Suite("claw.yaml")
struct ClawConfigurationTests {
    private func findings(_ yaml: String) -> [Finding] {
        do {
            _ = try ClawConfiguration(yaml: yaml)
            return []
        } catch { return error.findings }
    }

    @Test("the cluster has a name and a region for policies, if it is given them")
    func cluster() throws {
        let server = try ClawConfiguration(yaml: "server: {cluster: eu-1, region: eu-central}\n").server
        #expect(server.cluster == "eu-1" && server.region == "eu-central")
        #expect(try ClawConfiguration(yaml: "server: {}\n").server.cluster == nil)
    }

    @Test("runtimes run by pods unless it says otherwise, and by nothing that there is not")
    func driver() throws {
        #expect(try "\(ClawConfiguration(yaml: "server: {driver: Sandbox}\n").server.driver)" == "sandbox")
        #expect(try "\(ClawConfiguration(yaml: "server: {}\n").server.driver)" == "pod")
        #expect(throws: InvalidConfiguration.self) { try ClawConfiguration(yaml: "server: {driver: Docker}\n") }
    }

    @Test("the whole file reads as it is meant")
    func whole() throws {
        let configuration = try ClawConfiguration(
            yaml: """
                templates:
                  - name: default
                    command: [agent-runtime]
                    port: 18789
                  - {name: own, command: [python3, -m, agent]}
                server: {publicURL: "https://claw.example.org:8443", domain: claw.example.org, sessionHours: 8}
                """)
        #expect(configuration.templates.map(\.name) == ["default", "own"])
        #expect(configuration.templates.map(\.port) == [18789, 18789])
        #expect(configuration.templates[1].command == ["python3", "-m", "agent"])
        #expect(configuration.server == ClawConfiguration.Server(
                    publicURL: "https://claw.example.org:8443", domain: "claw.example.org", sessionHours: 8))
    }

    @Test("sign-in providers read as they are meant, and take their secrets from elsewhere")
    func providers() async throws {
        let configuration = try ClawConfiguration(
            yaml: """
                server:
                  oidc:
                    - name: corp
                      title: Example Corp
                      issuer: https://id.example.org
                      clientID: claw
                      clientSecret: {env: OIDC_SECRET}
                      scopes: [openid, groups]
                      createUsers: true
                      userClaim: email
                      groupsClaim: roles
                      administrators: [platform-admins]
                      projects:
                        - {group: team-a, project: demo, role: developer}
                    - {name: bare, issuer: "http://127.0.0.1:9400", clientID: claw}
                """)
        let secrets = InMemorySecrets([.environment("OIDC_SECRET"): Secret("hush")])
        let corp = try await configuration.server.providers[0].provider(secrets: secrets)
        #expect(corp.title == "Example Corp" && corp.clientSecret == Secret("hush") && corp.createsUsers)
        #expect(corp.scopes == ["openid", "groups"] && corp.userClaim == "email" && corp.groupsClaim == "roles")
        #expect(corp.administrators == ["platform-admins"])
        #expect(corp.memberships == [.init(group: "team-a", project: "demo", role: .developer)])
        let bare = try await configuration.server.providers[1].provider(secrets: secrets)
        #expect(bare.title == "bare" && bare.clientSecret == nil && !bare.createsUsers && bare.administrators.isEmpty)
        await #expect(throws: Finding.self) {
            try await configuration.server.providers[0].provider(secrets: InMemorySecrets())
        }
    }

    @Test(
        "nothing said means the example runtime and twelve hours",
        arguments: [
            "", "# only a comment\n", "{}", "models: []\ntemplates:\nserver: {domain: null}\n", "---\n...\n",
        ])
    func defaults(_ yaml: String) throws {
        let configuration = try ClawConfiguration(yaml: yaml)
        #expect(configuration == ClawConfiguration())
        #expect(configuration.templates == [.init(name: "default", command: ["agent-runtime"], port: 18789)])
        #expect(configuration.server.sessionHours == 12)
    }

    @Test(
        "each mistake is named with its line",
        arguments: [
            ("model: []", ":1", "did you mean 'models'"), ("tmplates: []", ":1", "did you mean 'templates'"),
            ("- models", ":1", "must be a mapping"),
            ("templates:\n  - name: Default_1\n    command: [a]", ":2", "lower-case"),
            ("templates:\n  - name: a\n    command: []", ":2", "command is missing"),
            ("server:\n  oidc:\n    - {name: a, clientID: c}", ":3", "issuer is missing"),
            ("server:\n  oidc:\n    - {name: a, issuer: 'http://id.test', clientID: c}", ":3", "https address"),
            ("server:\n  oidc:\n    - {name: a, issuer: 'https://id.test', clientID: c, clientSecret: x}", ":3", "in clear"),
            ("server:\n  oidc:\n    - {name: A_, issuer: 'https://id.test', clientID: c}", ":3", "lower-case"),
            ("templates:\n  - name: a\n    command: run", ":3", "must be a list"),
            ("templates:\n  - name: a\n    command: [run, 5]", ":3", "quotes"),
            ("templates:\n  - name: a\n    command: [run]\n    port: 0", ":4", "1 to 65535"),
            ("templates:\n  - name: a\n    command: [run]\n    port: 65536", ":4", "1 to 65535"),
            ("server:\n  domain: a..b", ":2", "DNS name"),
            ("server:\n  publicURL: claw.example.org", ":2", "scheme, host and port"),
            ("server:\n  publicURL: https://claw.example.org/x", ":2", "scheme, host and port"),
            ("server:\n  publicURL: http://claw.example.org:70000", ":2", "scheme, host and port"),
            ("server:\n  sessionHours: 1.5", ":2", "whole number"),
            ("server: 5", ":1", "must be a mapping"),
        ])
    func mistakes(_ yaml: String, _ place: String, _ words: String) {
        let findings = findings(yaml)
        #expect(findings.count == 1, "\(findings)")
        #expect(findings.first?.code == .badConfig)
        #expect(findings.first?.field == "claw.yaml\(place)")
        #expect(findings.first?.message.contains(words) == true, "\(findings)")
    }

    @Test("the proxy in front is named with what it needs")
    func routing() throws {
        func driver(_ routing: String) throws -> RoutingSettings.Driver {
            try ClawConfiguration(yaml: "routing: \(routing)").routing.driver
        }
        #expect(try driver("{driver: traefik, entryPoints: [web, websecure]}") == .traefik(entryPoints: ["web", "websecure"]))
        #expect(try driver("{driver: ingress, ingressClass: nginx}") == .ingress(className: "nginx"))
        let gateway = "{driver: gateway, gateway: {name: e, namespace: i, controlPlane: {name: c, namespace: s, port: 8080}}}"
        let controlPlane = RoutingSettings.Backend(name: "c", namespace: "s", port: 8080)
        #expect(try driver(gateway) == .gateway(name: "e", namespace: "i", controlPlane: controlPlane))
        #expect(try driver("{accessURL: \"http://cp:8080/\"}") == .inProcess)
        #expect(try ClawConfiguration(yaml: "routing: {accessURL: \"http://cp:8080/\"}").routing.accessURL == "http://cp:8080")
        for (routing, words) in [
            ("{driver: nginx}", "must be one of"), ("{driver: traefik, ingressClass: x}", "is for the driver ingress"),
            ("{entryPoints: [web]}", "is for the driver traefik"), ("{driver: gateway}", "routing.gateway is missing"),
            ("{driver: gateway, gateway: {name: a, namespace: b}}", "controlPlane is missing"),
            ("{accessURL: cp}", "http or https"), ("{drivr: traefik}", "did you mean 'driver'"),
        ] {
            let findings = findings("routing: \(routing)")
            #expect(findings.count == 1 && findings.first?.message.contains(words) == true, "\(findings)")
        }
    }

    @Test("all mistakes are named at once, in order")
    func several() {
        let findings = findings(
            "modls: []\ntemplates:\n  - name: a\n    command: [b]\n    port: x\nserver: {sessionHours: 0}\n")
        #expect(findings.map(\.field) == ["claw.yaml:1", "claw.yaml:5", "claw.yaml:6"])
    }

    @Test(
        "what is no YAML is named with line and column",
        arguments: [
            ("models:\n  - name: [x\n", "claw.yaml:3:1"), ("a: b: c", "claw.yaml:1:5"),
            ("models:\n\t- x", "claw.yaml:2:1"),
            ("server:\n  domain: a\n  domain: b\n", "claw.yaml:2"),
        ])
    func malformed(_ yaml: String, _ place: String) {
        #expect(findings(yaml).map(\.field) == [place])
    }

    @Test("the gateway's sections are the gateway's to judge")
    func others() throws {
        _ = try ClawConfiguration(yaml: "models: 5\nkeys: 5\nlimits: 5\ngateway: 5\n")
    }

    @Test("a file that cannot be read is a finding that names it")
    func unreadable() {
        #expect {
            _ = try ClawConfiguration(contentsOf: "/nowhere/claw.yaml")
        } throws: { ($0 as? InvalidConfiguration)?.findings.first?.field == "/nowhere/claw.yaml" }
    }
}
