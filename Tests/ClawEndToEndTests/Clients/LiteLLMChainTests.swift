import ClawKit
import DialectTesting
import ExampleSupport
import Foundation
import HTTPTypes
import Logging
import Testing

/// The proxy's program, in the environment of the Python in PATH.
private let proxy: String? = ModelClients.python(with: "litellm", "uvicorn").flatMap { python in
    let program = URL(filePath: python).deletingLastPathComponent().appending(path: "litellm").path()
    return FileManager.default.isExecutableFile(atPath: program) ? program : nil
}

@Suite(
    "LiteLLM's proxy in the chain",
    .enabled(if: proxy != nil, "needs Python's litellm[proxy]: make test-full installs it where PyPI can be reached"))
struct LiteLLMChainTests {
    @Test("client → gateway → LiteLLM → gateway → provider: whole, streamed, with tools, and an error", .timeLimit(.minutes(5)))
    func chain() async throws {
        let provider = DialectProvider()
        let quiet = Logger(label: "provider") { _ in SwiftLogNoOpLogHandler() }
        let server = HTTPServer(listen: try ListenAddress("127.0.0.1:0"), logger: quiet)
        try await server.withServer(provider) { address in
            let port = try await ModelClients.freePort()
            let file = """
                gateway: {defaults: {retries: 0, deadlines: {wholeAnswer: 1m, firstToken: 1m, headers: 1m}}}
                models:
                  - {name: chain, upstreams: [{dialect: openai, baseURL: "http://127.0.0.1:\(port)", model: middle, key: {env: PROXY_KEY}}]}
                  - {name: end, upstreams: [{dialect: anthropic, baseURL: "http://\(address)"}]}
                """
            try await RunningGateway.run(file, environment: ["PROXY_KEY": "sk-proxy"]) { gateway in
                let proxy = try Self.start(port, before: gateway)
                defer { kill(proxy.processIdentifier, SIGKILL) }
                try await eventually(within: .seconds(120), "the proxy's readiness") {
                    let answer = try? await gateway.network.send(
                        Request(.get, "http://127.0.0.1:\(port)/health/liveliness"))
                    return answer?.status == .ok ? true : nil
                }
                #expect(try await gateway.said("chain", "Hello.") == "Good day to you.")

                let stream = try await gateway.chat("chain", "Hello.", isStreaming: true)
                var (text, last) = ("", "")
                for try await event in stream.body.serverSentEvents() {
                    last = event.data
                    guard let json = try? JSONParser.parse(Array(event.data.utf8)) else { continue }
                    text += json.value(at: ["choices", "0", "delta", "content"])?.string ?? ""
                }
                #expect(text == "Good day to you." && last == "[DONE]")

                let calls = try await Self.tools(gateway)
                #expect(calls == ["Berlin", "Rome"])

                let failed = try await gateway.chat("chain", "FAIL-400")
                #expect(failed.status == .badRequest)
                let metrics = try await gateway.network.send(Request(.get, "\(gateway.url)/metrics")).body.collect(limit: 1 << 20)
                let spent = "litellm_input_tokens_metric_total{model=\"end\",api_key_alias=\"master\",user=\"\",team=\"\"} 33"
                #expect(String(decoding: metrics, as: UTF8.self).contains(spent))
            }
        }
    }

    /// The cities for which two calls of a tool are wanted.
    private static func tools(_ gateway: RunningGateway) async throws -> [String] {
        let body: JSON = [
            "model": "chain", "messages": [["role": "user", "content": "How is the weather in both cities?"]],
            "tools": [
                [
                    "type": "function",
                    "function": [
                        "name": "get_weather",
                        "parameters": ["type": "object", "properties": ["city": ["type": "string"]]],
                    ],
                ]
            ],
        ]
        let response = try await gateway.network.send(
            Request(
                .post, "\(gateway.url)/v1/chat/completions",
                headers: [.authorization: "Bearer \(RunningGateway.key)", .contentType: "application/json"],
                body: .bytes(body.bytes())))
        let json = try JSONParser.parse(try await response.body.collect(limit: 1 << 20))
        return (json.value(at: ["choices", "0", "message", "tool_calls"])?.array ?? []).compactMap { call in
            let arguments = call.value(at: ["function", "arguments"])?.string ?? ""
            return (try? JSONParser.parse(Array(arguments.utf8)))?["city"]?.string
        }
    }

    private static func start(_ port: Int, before gateway: RunningGateway) throws -> Process {
        let file = """
            model_list:
              - model_name: middle
                litellm_params: {model: openai/end, api_base: "\(gateway.url)/v1", api_key: \(RunningGateway.key), max_retries: 0}
            general_settings: {master_key: sk-proxy}
            router_settings: {num_retries: 0}
            """
        try Data(file.utf8).write(to: gateway.directory.appending(path: "proxy.yaml"))
        return try ModelClients.start(
            proxy ?? "",
            ["--config", "proxy.yaml", "--host", "127.0.0.1", "--port", "\(port)", "--num_workers", "1"],
            in: gateway.directory, log: "proxy.log",
            environment: [
                "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "LITELLM_MODE": "PRODUCTION",
            ])
    }
}
