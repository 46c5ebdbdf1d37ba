import ClawKit
import Foundation
import HTTPTypes
import Testing

private let python = ModelClients.python(with: "llama_cpp", "starlette_context", "uvicorn")

@Suite(
    "llama.cpp's server",
    .enabled(
        if: python != nil,
        "needs Python's llama-cpp-python[server]: make test-full builds it where PyPI can be reached and there is a compiler"))
struct LlamaTests {
    @Test("a true stream of tokens, whole answers, other dialects, and a client that leaves", .timeLimit(.minutes(5)))
    func tokens() async throws {
        let directory = try RunningPlatform.makeDirectory()
        try Data(Self.model.utf8).write(to: directory.appending(path: "model.py"))
        let made = try await run(python ?? "", ["model.py", "tiny.gguf"], in: directory)
        try #require(made.status == 0, "\(made.errors)")
        let port = try await ModelClients.freePort()
        let server = try ModelClients.start(
            python ?? "",
            [
                "-m", "llama_cpp.server", "--model", "tiny.gguf", "--host", "127.0.0.1", "--port", "\(port)", "--n_ctx", "8192",
            ], in: directory, log: "server.log", environment: ["PYTHONUNBUFFERED": "1"])
        defer { kill(server.processIdentifier, SIGKILL) }
        let file = """
            gateway: {defaults: {retries: 0, deadlines: {wholeAnswer: 2m, firstToken: 2m, headers: 2m}}}
            models:
              - {name: tiny, upstreams: [{dialect: openai, baseURL: "http://127.0.0.1:\(port)/v1"}]}
            """
        try await RunningGateway.run(file) { gateway in
            try await eventually(within: .seconds(120), "the server's readiness") {
                let answer = try? await gateway.network.send(Request(.get, "http://127.0.0.1:\(port)/v1/models"))
                return answer?.status == .ok ? true : nil
            }
            let whole = try JSONParser.parse(try await Self.ask(gateway, 24).body.collect(limit: 1 << 20))
            let words = whole.value(at: ["choices", "0", "message", "content"])?.string ?? ""
            #expect(words.split(separator: " ").count == 24)
            #expect(whole.value(at: ["usage", "completion_tokens"])?.integer == 24)
            #expect(whole.value(at: ["choices", "0", "finish_reason"])?.string == "length")

            // The same words, one by one.
            let (pieces, last) = try await Self.pieces(of: Self.ask(gateway, 24, isStreaming: true))
            #expect(pieces.joined() == words && pieces.count >= 24 && last == "[DONE]")
            let message = try await Self.message(gateway, 24)
            #expect(message == words)

            try await Self.leave(gateway, directory)
            #expect(try await Self.pieces(of: Self.ask(gateway, 8, isStreaming: true)).0.count >= 8)
        }
    }

    /// After some words of thousands; the server stops to think of more.
    private static func leave(_ gateway: RunningGateway, _ directory: URL) async throws {
        func hearSome() async throws {
            var heard = 0
            for try await _ in try await ask(gateway, 7000, isStreaming: true).body.serverSentEvents() {
                heard += 1
                if heard == 5 { return }
            }
        }
        try await hearSome()
        try await eventually(within: .seconds(60), "the server's word that the client has left") {
            let log = try String(contentsOf: directory.appending(path: "server.log"), encoding: .utf8)
            return log.contains("Disconnected from client") ? true : nil
        }
        try await eventually(within: .seconds(60), "the end of all requests") {
            let metrics = try await gateway.network.send(Request(.get, "\(gateway.url)/metrics")).body.collect(limit: 1 << 20)
            return String(decoding: metrics, as: UTF8.self).contains("litellm_in_flight_requests 0\n") ? true : nil
        }
    }

    /// Always the same words, and no end before the limit.
    private static func ask(_ gateway: RunningGateway, _ tokens: Int, isStreaming: Bool = false) async throws -> Response {
        let body: JSON = [
            "model": "tiny", "stream": .bool(isStreaming), "max_tokens": .integer(Int64(tokens)), "temperature": 0,
            "logit_bias": ["2": -100], "messages": [["role": "user", "content": "Good day."]],
        ]
        return try await gateway.network.send(
            Request(
                .post, "\(gateway.url)/v1/chat/completions",
                headers: [.authorization: "Bearer \(RunningGateway.key)", .contentType: "application/json"],
                body: .bytes(body.bytes())))
    }

    private static func pieces(of response: Response) async throws -> (pieces: [String], last: String) {
        var (pieces, last) = ([String](), "")
        for try await event in response.body.serverSentEvents() {
            last = event.data
            guard let json = try? JSONParser.parse(Array(event.data.utf8)) else { continue }
            if let piece = json.value(at: ["choices", "0", "delta", "content"])?.string, !piece.isEmpty { pieces.append(piece) }
        }
        return (pieces, last)
    }

    /// The same by Anthropic's dialect, streamed.
    private static func message(_ gateway: RunningGateway, _ tokens: Int) async throws -> String {
        let body: JSON = [
            "model": "tiny", "stream": true, "max_tokens": .integer(Int64(tokens)), "temperature": 0,
            "messages": [["role": "user", "content": "Good day."]],
        ]
        let response = try await gateway.network.send(
            Request(
                .post, "\(gateway.url)/v1/messages",
                headers: [.authorization: "Bearer \(RunningGateway.key)", .contentType: "application/json"],
                body: .bytes(body.bytes())))
        var text = ""
        for try await event in response.body.serverSentEvents() {
            guard let json = try? JSONParser.parse(Array(event.data.utf8)) else { continue }
            text += json.value(at: ["delta", "text"])?.string ?? ""
        }
        return text
    }

    /// Writes a model of llama's architecture with random weights, as GGUF version 3
    /// (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>).
    private static let model = """
        import random, struct, sys
        random.seed(7)
        width, heads, inner, blocks, context = 32, 4, 64, 2, 8192
        words = ["day", "good", "sun", "rain", "sea", "wind", "tree", "stone", "and", "or", "is", "was", "not", "here", "now", "then"]
        tokens = [("<unk>", 2), ("<s>", 3), ("</s>", 3)]
        tokens += [("<0x%02X>" % byte, 6) for byte in range(256)]
        tokens += [("\\u2581" + word, 1) for word in words]
        def text(value):
            data = value.encode()
            return struct.pack("<Q", len(data)) + data
        def array(kind, form, values):
            return struct.pack("<IIQ", 9, kind, len(values)) + b"".join(form(value) for value in values)
        def number(value): return struct.pack("<II", 4, value)
        def real(value): return struct.pack("<If", 6, value)
        def word(value): return struct.pack("<I", 8) + text(value)
        facts = [
            ("general.architecture", word("llama")), ("general.name", word("tiny")),
            ("llama.context_length", number(context)), ("llama.embedding_length", number(width)),
            ("llama.block_count", number(blocks)), ("llama.feed_forward_length", number(inner)),
            ("llama.attention.head_count", number(heads)), ("llama.attention.head_count_kv", number(heads)),
            ("llama.attention.layer_norm_rms_epsilon", real(1e-5)), ("llama.rope.dimension_count", number(width // heads)),
            ("tokenizer.ggml.model", word("llama")),
            ("tokenizer.ggml.tokens", array(8, text, [token for token, _ in tokens])),
            ("tokenizer.ggml.scores", array(6, lambda value: struct.pack("<f", value), [-float(i) for i in range(len(tokens))])),
            ("tokenizer.ggml.token_type", array(5, lambda value: struct.pack("<i", value), [kind for _, kind in tokens])),
            ("tokenizer.ggml.bos_token_id", number(1)), ("tokenizer.ggml.eos_token_id", number(2)),
            ("tokenizer.ggml.unknown_token_id", number(0)),
        ]
        def dice(count, size): return [random.gauss(0, size) for _ in range(count)]
        # Words alone are said: whatever else there is gets no weight.
        output = [0.0] * (width * (len(tokens) - len(words))) + dice(width * len(words), 1)
        tensors = [("token_embd.weight", (width, len(tokens)), dice(width * len(tokens), 1)),
            ("output_norm.weight", (width,), [1.0] * width), ("output.weight", (width, len(tokens)), output)]
        for block in range(blocks):
            name = "blk.%d." % block
            tensors += [(name + part, (width,), [1.0] * width) for part in ("attn_norm.weight", "ffn_norm.weight")]
            for part, shape in [("attn_q", (width, width)), ("attn_k", (width, width)), ("attn_v", (width, width)),
                    ("attn_output", (width, width)), ("ffn_gate", (width, inner)), ("ffn_up", (width, inner)), ("ffn_down", (inner, width))]:
                tensors.append((name + part + ".weight", shape, dice(shape[0] * shape[1], 0.3)))
        head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(facts)) + b"".join(text(name) + value for name, value in facts)
        place, data = 0, b""
        for name, shape, values in tensors:
            head += text(name) + struct.pack("<I", len(shape)) + b"".join(struct.pack("<Q", size) for size in shape) + struct.pack("<IQ", 0, len(data))
            data += struct.pack("<%df" % len(values), *values)
            data += bytes(-len(data) % 32)
        with open(sys.argv[1], "wb") as file: file.write(head + bytes(-len(head) % 32) + data)
        """
}
