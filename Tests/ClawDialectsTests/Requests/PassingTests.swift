import ClawDialects
import ClawDocuments
import HTTPTypes
import Testing

@Suite("Requests that pass unchanged")
struct PassingTests {
    private func sent(
        _ dialect: ClientDialect, _ body: String, _ target: UpstreamTarget, limit: Int? = nil
    ) throws -> String {
        let request = try ClientRequest(dialect, Array(body.utf8))
        let call = try #require(target.passing(request, maxOutputTokens: limit))
        return String(decoding: call.body, as: UTF8.self)
    }

    @Test("only the model's name changes: order, blanks, escapes, numbers and unknown members stay")
    func name() throws {
        let body =
            #"{ "seed" : 12345678901234567890, "model" :"alias", "messages":[{"role":"user","content":"\u0041\/"}],"new_thing":{"model":"x"} }"#
        #expect(
            try sent(.openAIChat, body, UpstreamTarget(.openAI, model: "real\"1"))
                == body.replacing(#""alias""#, with: #""real\"1""#))
    }

    @Test("a name that stands twice, or with escapes, is replaced wherever it stands")
    func repeated() throws {
        let body = #"{"model":"secret","messages":[{"role":"user","content":"x"}],"mod\u0065l":"alias"}"#
        #expect(
            try sent(.openAIChat, body, UpstreamTarget(.openAI, model: "r"))
                == #"{"model":"r","messages":[{"role":"user","content":"x"}],"mod\u0065l":"r"}"#)
    }

    @Test("streams ask for usage, and keep what else their options say")
    func usage() throws {
        let target = UpstreamTarget(.openAI, model: "alias")
        let body = #"{"model":"alias","stream":true,"messages":[{"role":"user","content":"x"}]}"#
        #expect(try sent(.openAIChat, body, target) == body.dropLast() + #","stream_options":{"include_usage":true}}"#)
        let options = body.dropLast() + #","stream_options":{"include_obfuscation":false}}"#
        #expect(
            try sent(.openAIChat, String(options), target)
                == options.replacing(
                    #"{"include_obfuscation":false}"#, with: #"{"include_obfuscation":false,"include_usage":true}"#))
        let asked = body.dropLast() + #","stream_options":{"include_usage":true}}"#
        #expect(try sent(.openAIChat, String(asked), target) == asked)
        #expect(try sent(.openAIChat, body, UpstreamTarget(.openAI, model: "alias", streamsUsage: false)) == body)
    }

    @Test("the limit on output is set where the client put it, or under the name the upstream knows")
    func limit() throws {
        let body = #"{"model":"m","max_tokens":9,"max_completion_tokens":8,"messages":[{"role":"user","content":"x"}]}"#
        #expect(
            try sent(.openAIChat, body, UpstreamTarget(.openAI, model: "m"), limit: 5)
                == body.replacing("9", with: "5").replacing("8", with: "5"))
        let bare = #"{"model":"m","messages":[{"role":"user","content":"x"}]}"#
        #expect(
            try sent(.openAIChat, bare, UpstreamTarget(.openAI, model: "m"), limit: 5) == bare.dropLast()
                + #","max_tokens":5}"#)
        #expect(
            try sent(.openAIChat, bare, UpstreamTarget(.azureOpenAI, model: "m"), limit: 5) == bare.dropLast()
                + #","max_completion_tokens":5}"#)
        let claude = #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}]}"#
        #expect(
            try sent(.anthropicMessages, claude, UpstreamTarget(.anthropic, model: "m"), limit: 5)
                == claude.replacing("9", with: "5"))
        let llama = #"{"model":"m","options":{"num_ctx":4096,"num_predict":9},"messages":[]}"#
        #expect(
            try sent(.ollamaChat, llama, UpstreamTarget(.ollama, model: "m"), limit: 5)
                == llama.replacing("\"num_predict\":9", with: "\"num_predict\":5"))
    }

    @Test("paths, versions and the dialect's own headers")
    func paths() throws {
        let chat = try ClientRequest(
            .openAIChat, Array(#"{"model":"m","messages":[{"role":"user","content":"x"}]}"#.utf8))
        #expect(UpstreamTarget(.openAI, model: "m").passing(chat)?.path == "/chat/completions")
        #expect(
            UpstreamTarget(.azureOpenAI, model: "my dep").passing(chat)?.path
                == "/openai/deployments/my%20dep/chat/completions?api-version=2024-10-21")
        #expect(
            UpstreamTarget(.azureOpenAI, model: "d", apiVersion: "v1").passing(chat)?.path
                == "/openai/v1/chat/completions")
        #expect(UpstreamTarget(.anthropic, model: "m").passing(chat) == nil)
        #expect(UpstreamTarget(.gemini, model: "g").passing(chat) == nil)
        let claude = try ClientRequest(
            .anthropicMessages, Array(#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}]}"#.utf8))
        let call = UpstreamTarget(.anthropic, model: "m").passing(
            claude, headers: headers(["anthropic-beta": "b1", "authorization": "Bearer x"]))
        #expect(call?.headers[HTTPField.Name("anthropic-beta")!] == "b1" && call?.headers[.authorization] == nil)
    }

    @Test("whole answers that pass are understood, whatever the path they came from")
    func wholeAnswers() throws {
        func read(_ dialect: UpstreamDialect, _ text: String) throws -> ModelAnswer {
            try dialect.decodeAnswer(body: Array(text.utf8))
        }
        let completion = try read(
            .openAI,
            #"{"id":"c","object":"text_completion","model":"m","choices":[{"text":"Hi.","index":0,"finish_reason":"length"}],"#
                + #""usage":{"prompt_tokens":3,"completion_tokens":2}}"#)
        #expect(completion.parts.compactMap(\.text) == ["Hi."] && completion.finish == .length)
        #expect(completion.usage.input == 3 && completion.usage.output == 2)
        let generated = try read(
            .ollama, #"{"model":"m","response":"Hi.","done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":2}"#)
        #expect(generated.parts.compactMap(\.text) == ["Hi."] && generated.usage.output == 2)
        let response = try read(
            .openAI,
            #"{"id":"r","object":"response","status":"completed","error":null,"model":"m","output":[{"type":"reasoning"},"#
                + #"{"type":"message","content":[{"type":"output_text","text":"Hi."}]},"#
                + #"{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"}],"#
                + #""usage":{"input_tokens":3,"output_tokens":2,"output_tokens_details":{"reasoning_tokens":1}}}"#)
        #expect(response.parts.compactMap(\.text) == ["Hi."] && response.finish == .toolCalls)
        #expect(response.usage.output == 2 && response.usage.reasoning == 1)
        #expect(throws: ModelError.self) {
            try read(.openAI, #"{"object":"response","status":"failed","error":{"code":"server_error","message":"no"}}"#)
        }
    }
}
