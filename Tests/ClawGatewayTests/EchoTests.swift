import ClawBase
import ClawDocuments
import ClawGateway
import HTTPTypes
import Testing

@Suite("The built-in echo model")
struct EchoTests {
    @Test("answers what was said last by the user, and counts words")
    func whole() async throws {
        let body =
            #"{"model":"echo","messages":[{"role":"system","content":"be kind"},{"role":"user","content":"one"},{"role":"assistant","content":"echo: one"},{"role":"user","content":[{"type":"text","text":"good"},{"type":"text","text":"day"}]}]}"#
        let response = try await gateway().respond(to: chat(body))
        #expect(response.status == .ok)
        let answer = try await response.json()
        #expect(answer.value(at: ["choices", "0", "message", "content"])?.string == "echo: good day")
        #expect(answer.value(at: ["choices", "0", "finish_reason"])?.string == "stop")
        #expect(answer["object"]?.string == "chat.completion")
        #expect(answer.value(at: ["usage", "prompt_tokens"]) == 7)
        #expect(answer.value(at: ["usage", "completion_tokens"]) == 3)
        #expect(answer.value(at: ["usage", "total_tokens"]) == 10)
    }

    @Test("streams one chunk per word; together they are the answer, blanks and all")
    func stream() async throws {
        let response = try await gateway().respond(
            to: chat(#"{"model":"echo","stream":true,"messages":[{"role":"user","content":"a  b\nc "}]}"#))
        #expect(response.headers[.contentType] == "text/event-stream; charset=utf-8")
        let events = try await response.events()
        #expect(events.last == "[DONE]")
        let chunks = try events.dropLast().map { try JSONParser.parse(Array($0.utf8)) }
        let words = chunks.compactMap { $0.value(at: ["choices", "0", "delta", "content"])?.string }
        #expect(words.filter { !$0.isEmpty } == ["echo:", " a", "  b", "\nc "])
        #expect(chunks.first?.value(at: ["choices", "0", "delta", "role"])?.string == "assistant")
        #expect(chunks.last?.value(at: ["choices", "0", "finish_reason"])?.string == "stop")
        #expect(chunks.dropLast().allSatisfy { $0.value(at: ["choices", "0", "finish_reason"])?.isNull == true })
        #expect(Set(chunks.map { $0["id"]?.string }).count == 1)
        #expect(chunks.allSatisfy { $0["usage"] == nil })
    }

    @Test("says what a stream cost in a chunk without choices, where that was asked for")
    func usage() async throws {
        let response = try await gateway().respond(
            to: chat(
                #"{"model":"echo","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"a b"}]}"#
            ))
        let chunks = try await response.events().dropLast().map { try JSONParser.parse(Array($0.utf8)) }
        #expect(chunks.last?["choices"]?.array?.isEmpty == true)
        #expect(chunks.last?.value(at: ["usage", "total_tokens"]) == 5)
        #expect(chunks.dropLast().allSatisfy { $0["usage"]?.isNull == true })
    }
}
