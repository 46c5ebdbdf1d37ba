import ClawDialects
import ClawDocuments
import Testing

@Suite("Responses, completions, embeddings and lists")
struct ResponsesTests {
    @Test("Responses: items become turns; thoughts, calls and results keep their places")
    func responses() throws {
        let request = try request(
            .openAIResponses,
            #"{"model":"m","instructions":"S","input":[{"role":"user","content":[{"type":"input_text","text":"q"},{"type":"input_image","image_url":"data:image/png;base64,AAAA"}]},{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"hm"}],"encrypted_content":"signature:sig"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a","annotations":[]}]},{"type":"function_call","call_id":"c1","name":"f","arguments":"{\"x\":1}"},{"type":"function_call_output","call_id":"c1","output":"r"}],"tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":true}],"tool_choice":{"type":"function","name":"f"},"text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"}}},"max_output_tokens":9,"reasoning":{"effort":"low"},"store":false}"#
        )
        #expect(request.system == [.text("S")] && request.messages.map(\.role) == [.user, .assistant, .tool])
        #expect(
            request.messages[1].parts == [
                .reasoning(Reasoning("hm", signature: "sig", id: "rs_1")), .text("a"),
                .toolCall(ToolCall(id: "c1", name: "f", arguments: #"{"x":1}"#)),
            ])
        #expect(request.toolChoice == .tool("f") && request.maxOutputTokens == 9 && request.reasoning?.effort == "low")
        let kept = refusal(.openAIResponses, #"{"model":"m","input":"x","previous_response_id":"r"}"#)
        #expect(kept?.kind == .unsupported && kept?.param == "previous_response_id")
        #expect(
            try ClawDialectsTests.request(.openAIResponses, #"{"model":"m","input":"x"}"#).messages == [
                ModelMessage(.user, "x")
            ])
    }

    @Test("completions: one prompt of text")
    func completions() throws {
        #expect(
            try request(.openAICompletions, #"{"model":"m","prompt":["x"]}"#).messages == [ModelMessage(.user, "x")])
        #expect(refusal(.openAICompletions, #"{"model":"m","prompt":["x","y"]}"#)?.param == "prompt")
        #expect(refusal(.openAICompletions, #"{"model":"m","prompt":"x","echo":true}"#)?.param == "echo")
        #expect(refusal(.openAICompletions, #"{"model":"m"}"#)?.param == "prompt")
    }

    @Test("embeddings: floats or base64, from any upstream that has them")
    func embeddings() throws {
        let request = try EmbeddingRequest(Array(#"{"model":"m","input":["a","b"],"encoding_format":"base64"}"#.utf8))
        #expect(request.inputs == ["a", "b"] && request.wantsBase64)
        #expect(try UpstreamTarget(.ollama, model: "o").call(request).path == "/api/embed")
        #expect(throws: ModelError.self) { try UpstreamTarget(.anthropic, model: "o").call(request) }
        let answer = try UpstreamDialect.ollama.decodeEmbeddings(
            body: Array(#"{"embeddings":[[1,0.5],[2,-1]],"prompt_eval_count":4}"#.utf8), count: 2)
        #expect(answer.vectors == [[1, 0.5], [2, -1]] && answer.usage.input == 4)
        let body = try json(answer.encodedOpenAI(model: "m", base64: true).body)
        #expect(body.value(at: ["data", "0", "embedding"])?.string == "AACAPwAAAD8=")
        #expect(
            try json(answer.encodedOpenAI(model: "m", base64: false).body).value(at: ["data", "1", "embedding"]) == [
                2, -1,
            ])
        let swapped = Array(#"{"data":[{"index":1,"embedding":[2]},{"index":0,"embedding":[1]}]}"#.utf8)
        #expect(try UpstreamDialect.openAI.decodeEmbeddings(body: swapped, count: 2).vectors == [[1], [2]])
        #expect(throws: ModelError.self) { try UpstreamDialect.openAI.decodeEmbeddings(body: swapped, count: 3) }
        #expect(throws: ModelError.self) { try EmbeddingRequest(Array(#"{"model":"m","input":[[1,2]]}"#.utf8)) }
    }

    @Test("lists of models in each form")
    func listing() throws {
        let listing = ModelListing([.init(name: "a"), .init(name: "b")])
        #expect(try json(listing.encodedOpenAI.body).value(at: ["data", "1", "id"])?.string == "b")
        #expect(try json(listing.encodedAnthropic.body)["last_id"]?.string == "b")
        #expect(try json(listing.encodedOllama.body).value(at: ["models", "0", "name"])?.string == "a")
        for (dialect, reply) in [
            (UpstreamDialect.openAI, listing.encodedOpenAI), (.anthropic, listing.encodedAnthropic),
            (.ollama, listing.encodedOllama),
        ] {
            #expect(dialect.decodeListing(reply.body) == ["a", "b"])
        }
        #expect(UpstreamDialect.gemini.decodeListing(Array(#"{"models":[{"name":"models/g"}]}"#.utf8)) == ["g"])
    }
}
