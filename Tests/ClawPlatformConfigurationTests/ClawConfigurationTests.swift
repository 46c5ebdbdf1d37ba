import ClawBase
import ClawPlatform
import Testing

@Suite("claw.yaml")
struct ClawConfigurationTests {
    private func findings(_ yaml: String) -> [Finding] {
        do {
            _ = try ClawConfiguration(yaml: yaml)
            return []
        } catch { return error.findings }
    }

    @Test("the whole file reads as it is meant")
    func whole() throws {
        let configuration = try ClawConfiguration(
            yaml: """
                models:
                  - name: gpt-4o-mini            # alias that runtimes ask for
                    upstreams:
                      - dialect: openai
                        baseURL: http://127.0.0.1:8000/v1
                        model: gpt-4o-mini
                        key: {env: OPENAI_API_KEY}
                        weight: 1
                      - {dialect: openai, baseURL: "https://api.test", key: {secret: ns/name/key}, weight: 0}
                      - {dialect: openai, baseURL: "http://[::1]:11434/v1", key: {file: /run/key}}
                  - name: parrot
                    upstreams: [{dialect: echo}]
                templates:
                  - name: default
                    command: [agent-runtime]
                    port: 18789
                  - {name: own, command: [python3, -m, agent]}
                server: {domain: claw.example.org, sessionHours: 8}
                """)
        #expect(
            configuration.models == [
                ModelDeclaration(
                    name: "gpt-4o-mini",
                    upstreams: [
                        UpstreamDeclaration(
                            dialect: .openai, baseURL: "http://127.0.0.1:8000/v1", model: "gpt-4o-mini",
                            key: .environment("OPENAI_API_KEY")),
                        UpstreamDeclaration(
                            dialect: .openai, baseURL: "https://api.test",
                            key: .cluster(namespace: "ns", name: "name", key: "key"), weight: 0),
                        UpstreamDeclaration(dialect: .openai, baseURL: "http://[::1]:11434/v1", key: .file("/run/key")),
                    ]),
                ModelDeclaration(name: "parrot", upstreams: [UpstreamDeclaration(dialect: .echo)]),
            ])
        #expect(configuration.templates.map(\.name) == ["default", "own"])
        #expect(configuration.templates.map(\.port) == [18789, 18789])
        #expect(configuration.templates[1].command == ["python3", "-m", "agent"])
        #expect(configuration.server == ClawConfiguration.Server(domain: "claw.example.org", sessionHours: 8))
    }

    @Test(
        "nothing said means the echo model, the example runtime and twelve hours",
        arguments: [
            "", "# only a comment\n", "{}", "models: []\ntemplates:\nserver: {domain: null}\n", "---\n...\n",
        ])
    func defaults(_ yaml: String) throws {
        let configuration = try ClawConfiguration(yaml: yaml)
        #expect(configuration == ClawConfiguration())
        #expect(configuration.models == [.echo])
        #expect(configuration.templates == [.init(name: "default", command: ["agent-runtime"], port: 18789)])
        #expect(configuration.server.sessionHours == 12)
    }

    @Test(
        "each mistake is named with its line",
        arguments: [
            ("model: []", ":1", "did you mean 'models'"),
            ("models:\n  - nam: x\n    upstreams: [{dialect: echo}]", ":2", "did you mean 'name'"),
            (
                "models:\n  - name: x\n    upstreams:\n      - dialect: openai\n        base_url: http://h\n", ":5",
                "did you mean 'baseURL'"
            ),
            (
                "models:\n  - name: x\n    upstreams:\n      - {dialect: opnai, baseURL: \"http://h\"}", ":4",
                "did you mean 'openai'"
            ),
            ("models:\n  - name: x\n    upstreams:\n      - {dialect: telepathy}", ":4", "known are openai, anthropic, ollama, azure, gemini, echo"),
            ("models:\n  - name: x\n    upstreams:\n      - {dialect: openai}", ":4", "baseURL is missing"),
            (
                "models:\n  - name: x\n    upstreams:\n      - dialect: openai\n        baseURL: ftp://h", ":5",
                "http://"
            ),
            (
                "models:\n  - name: x\n    upstreams:\n      - dialect: openai\n        baseURL: http://", ":5",
                "no host"
            ),
            (
                "models:\n  - name: x\n    upstreams:\n      - dialect: openai\n        baseURL: http://h:99999", ":5",
                "port"
            ),
            (
                "models:\n  - name: x\n    upstreams:\n      - dialect: openai\n        baseURL: http://u:pw@h", ":5",
                "password"
            ),
            ("models:\n  - name: x\n    upstreams:\n      - {dialect: echo, weight: -1}", ":4", "whole number"),
            ("models:\n  - name: x\n    upstreams:\n      - {dialect: echo, weight: 0}", ":4", "weight 0"),
            (
                "models:\n  - name: x\n    upstreams:\n      - {dialect: echo, baseURL: \"http://h\"}", ":4",
                "means nothing"
            ),
            ("models:\n  - name: x\n", ":2", "upstreams is missing"),
            ("models:\n  - name: 4\n    upstreams: [{dialect: echo}]", ":2", "quotes"),
            (
                "models:\n  - {name: x, upstreams: [{dialect: echo}]}\n  - {name: x, upstreams: [{dialect: echo}]}",
                ":3", "line 2"
            ),
            ("models: {name: x}", ":1", "must be a list"),
            ("- models", ":1", "must be a mapping"),
            ("templates:\n  - name: Default_1\n    command: [a]", ":2", "lower-case"),
            ("templates:\n  - name: a\n    command: []", ":2", "command is missing"),
            ("templates:\n  - name: a\n    command: run", ":3", "must be a list"),
            ("templates:\n  - name: a\n    command: [run, 5]", ":3", "quotes"),
            ("templates:\n  - name: a\n    command: [run]\n    port: 0", ":4", "1 to 65535"),
            ("templates:\n  - name: a\n    command: [run]\n    port: 65536", ":4", "1 to 65535"),
            ("server:\n  domain: a..b", ":2", "DNS name"),
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

    @Test("all mistakes are named at once, in order")
    func several() {
        let findings = findings(
            "modls: []\ntemplates:\n  - name: a\n    command: [b]\n    port: x\nserver: {sessionHours: 0}\n")
        #expect(findings.map(\.field) == ["claw.yaml:1", "claw.yaml:5", "claw.yaml:6"])
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
            "models:\n  - name: x\n    upstreams:\n      - dialect: openai\n        baseURL: http://h\n        \(line)\n"
        )
        #expect(!findings.isEmpty)
        for finding in findings {
            #expect(!finding.description.contains("sk-secret"), "\(finding)")
            #expect(finding.field?.hasPrefix("claw.yaml:") == true)
        }
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

    @Test("a file that cannot be read is a finding that names it")
    func unreadable() {
        #expect {
            _ = try ClawConfiguration(contentsOf: "/nowhere/claw.yaml")
        } throws: { ($0 as? InvalidConfiguration)?.findings.first?.field == "/nowhere/claw.yaml" }
    }
}
