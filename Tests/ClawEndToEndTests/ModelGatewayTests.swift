import ClawKit
import ExampleSupport
import Foundation
import HTTPTypes
import Logging
import Testing

@Suite("The program model-gateway")
struct ModelGatewayProgramTests {
    private static let echo = "models: [{name: echo, upstreams: [{dialect: echo}]}]\n"

    @Test("it serves what its file declares, to holders of its keys, and ends on SIGTERM")
    func serves() async throws {
        let gateway = try await RunningGateway.start(
            """
            models:
              - {name: echo, aliases: [default], accessGroups: [all], upstreams: [{dialect: echo}]}
              - {name: parrot, upstreams: [{dialect: echo}]}
            keys:
              - {name: ci, key: {env: CI_KEY}, models: [all]}
            """, environment: ["CI_KEY": "sk-ci"])
        #expect(try await gateway.said("default", "Good day.") == "echo: Good day.")
        #expect(try await gateway.said("echo", "Good day.", key: "sk-ci") == "echo: Good day.")
        let refused = try await gateway.chat("parrot", "Good day.", key: "sk-ci")
        #expect(refused.status == .forbidden)
        let stranger = try await gateway.chat("echo", "Good day.", key: "sk-stranger")
        #expect(stranger.status == .unauthorized)
        #expect(try await gateway.models() == ["default", "echo", "parrot"])
        #expect(try await gateway.stop() == 0)
        #expect(!gateway.log.contains("sk-"))
    }

    @Test("without a key of anybody's, one is made and kept")
    func keyIsMade() async throws {
        try await RunningGateway.run(Self.echo, environment: ["CLAW_MASTER_KEY": "", "LITELLM_MASTER_KEY": ""]) { gateway in
            let file = gateway.directory.appending(path: ".claw/gateway-key")
            let key = try String(contentsOf: file, encoding: .utf8)
            #expect(try await gateway.said("echo", "Hi.", key: key) == "echo: Hi.")
            let mode = try FileManager.default.attributesOfItem(atPath: file.path())[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test("answers are given again where its file says so, whole and streamed, and its rules look at them")
    func again() async throws {
        let file = """
            gateway: {cache: {keep: 10m}}
            models: [{name: echo, upstreams: [{dialect: echo}]}]
            guardrails: [{name: secret, pattern: "sword ?fish", mask: "[gone]", on: answers}]
            """
        try await RunningGateway.run(file) { gateway in
            let status = try #require(HTTPField.Name("cache-status"))
            for isStreaming in [false, true] {
                for expected in ["ClawKit; fwd=miss", "ClawKit; hit; ttl="] {
                    let answer = try await gateway.chat("echo", "It is sword fish and more of it.", isStreaming: isStreaming)
                    #expect(answer.headers[status]?.hasPrefix(expected) == true)
                    let text = String(decoding: try await answer.body.collect(limit: 1 << 20), as: UTF8.self)
                    #expect(text.contains("[gone] and more of it.") && !text.contains("fish"), "\(text)")
                }
            }
            let metrics = try await gateway.network.send(Request(.get, "\(gateway.url)/metrics")).body.collect(limit: 1 << 20)
            let hits = "litellm_cache_hits_metric_total{model=\"echo\",api_key_alias=\"master\",user=\"\",team=\"\"} 2\n"
            #expect(String(decoding: metrics, as: UTF8.self).contains(hits))
        }
    }

    @Test("LiteLLM's file works as it is: a chain of two gateways, the master key, an alias, a wildcard")
    func liteLLM() async throws {
        try await RunningGateway.run(Self.echo) { behind in
            let file = """
                model_list:
                  - model_name: chain
                    litellm_params: {model: openai/echo, api_base: "\(behind.url)/v1", api_key: os.environ/BEHIND_KEY}
                  - model_name: "any/*"
                    litellm_params: {model: "openai/*", api_base: os.environ/BEHIND_URL, api_key: \(RunningGateway.key)}
                router_settings: {model_group_alias: {gpt-4: chain}, num_retries: 0}
                litellm_settings: {drop_params: true, alerting: [slack]}
                general_settings: {master_key: sk-1234}
                """
            try await RunningGateway.run(
                file, named: "config.yaml",
                environment: ["BEHIND_KEY": RunningGateway.key, "BEHIND_URL": "\(behind.url)/v1"]
            ) { gateway in
                for model in ["chain", "gpt-4", "any/echo"] {
                    #expect(try await gateway.said(model, "Hello.", key: "sk-1234") == "echo: Hello.", "\(model)")
                }
                let missing = try await gateway.chat("any/other", "Hello.", key: "sk-1234")
                #expect(missing.status == .notFound)
                #expect(gateway.log.contains("litellm_settings.alerting"))
                #expect(!gateway.log.contains("sk-1234"))
            }
        }
    }

    @Test("a changed file holds from the next request on, a wrong one never; streams go on")
    func reload() async throws {
        // An upstream that ends its answer when it is told to.
        let goOn = Latch<Bool>()
        let upstream = ClosureHandler { _ in
            let parts = Sequence(goOn)
            return Response(
                status: .ok, headers: [.contentType: "text/event-stream"],
                body: .stream(ByteStream { try await parts.next() }))
        }
        let server = HTTPServer(listen: try ListenAddress("127.0.0.1:0"), logger: Logger(label: "test"))
        try await server.withServer(upstream) { address in
            let slow = "models: [{name: slow, upstreams: [{dialect: openai, baseURL: \"http://\(address)/v1\"}]}]\n"
            try await RunningGateway.run(slow) { gateway in
                let response = try await gateway.chat("slow", "Tell me.", isStreaming: true)
                var events = response.body.serverSentEvents().makeAsyncIterator()
                let first = try await events.next()
                #expect(first?.data.contains("Once") == true)

                try gateway.write(Self.echo)
                try await eventually("the new models") { try await gateway.models() == ["echo"] ? true : nil }
                #expect(try await gateway.said("echo", "Hi.") == "echo: Hi.")

                try gateway.write("models: [{name: echo, upstream: []}]\n")
                kill(gateway.pid, SIGHUP)
                try await eventually("the refusal") { gateway.log.contains("did you mean 'upstreams'") ? true : nil }
                #expect(try await gateway.said("echo", "Hi.") == "echo: Hi.")

                goOn.set(true)
                var rest: [String] = []
                while let event = try await events.next() { rest.append(event.data) }
                #expect(rest.contains { $0.contains("upon a time") } && rest.last == "[DONE]")
            }
        }
    }

    /// A streamed answer: its beginning at once, its end when it may.
    private actor Sequence {
        private var rest: [String]
        private var isFirst = true
        private let goOn: Latch<Bool>

        init(_ goOn: Latch<Bool>) {
            self.goOn = goOn
            func chunk(_ text: String, _ finish: String) -> String {
                "data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
                    + "\"delta\":{\"content\":\"\(text)\"},\"finish_reason\":\(finish)}]}\n\n"
            }
            rest = [chunk("Once ", "null"), chunk("upon a time", "\"stop\"") + "data: [DONE]\n\n"]
        }

        func next() async throws -> [UInt8]? {
            guard !rest.isEmpty else { return nil }
            if isFirst { isFirst = false } else { _ = try await goOn.wait() }
            return Array(rest.removeFirst().utf8)
        }
    }

    @Test("--check tells what is wrong with a file and starts nothing")
    func check() async throws {
        let directory = try RunningPlatform.makeDirectory()
        let program = Programs.path("model-gateway")
        try Data(Self.echo.utf8).write(to: directory.appending(path: "good.yaml"))
        try Data("models: [{nam: x}]\n".utf8).write(to: directory.appending(path: "bad.yaml"))
        let good = try await ClawEndToEndTests.run(program, ["--config", "good.yaml", "--check"], in: directory)
        #expect(good.status == 0 && good.output.contains("good.yaml: in order"))
        let bad = try await ClawEndToEndTests.run(
            program, ["--config", "bad.yaml", "--check", "--output", "json"], in: directory)
        let json = try JSONParser.parse(Array(bad.output.utf8))
        #expect(bad.status == 1 && json["valid"]?.bool == false)
        #expect(json["findings"]?.array?.first?["field"]?.string == "bad.yaml:1")
        let missing = try await ClawEndToEndTests.run(program, ["--config", "none.yaml"], in: directory)
        #expect(missing.status == 1 && missing.errors.contains("none.yaml"))
        let help = try await ClawEndToEndTests.run(program, ["--help"], in: directory)
        for word in ["--config", "--listen", "--check", "--output", "--ready-file", "--log-level", "SIGHUP"] {
            #expect(help.output.contains(word), "\(word)")
        }
    }
}
