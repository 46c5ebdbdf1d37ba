import ClawDialects
import ClawDocuments
import Testing

@Suite("Whatever events come, a client sees a well-formed stream")
struct GrammarTests {
    private func encoded(_ client: ClientDialect, _ seed: UInt64) -> (bytes: [UInt8], events: [StreamEvent]) {
        var dice = Dice(seed)
        var encoder = client.streamEncoder(context)
        let events = (0..<dice.number(1...60)).map { _ in dice.anyEvent() }
        return (encoder.encode(events) + encoder.encodeEnd(), events)
    }

    @Test("Anthropic: one start, blocks one after the other, each begun once and ended once, then one end")
    func anthropic() throws {
        for seed in 0..<600 as Range<UInt64> {
            let stream = try payloads(encoded(.anthropicMessages, seed).bytes).filter { $0["type"]?.string != "ping" }
            var open: Int64?
            var next: Int64 = 0
            var isTool = false
            var hasEnded = false
            for (position, event) in stream.enumerated() {
                #expect(!hasEnded, "seed \(seed)")
                let type = event["type"]?.string
                #expect((type == "message_start") == (position == 0) || type == "error", "seed \(seed)")
                switch type {
                case "content_block_start":
                    #expect(open == nil && event["index"]?.integer == next, "seed \(seed)")
                    (open, next) = (next, next + 1)
                    isTool = event["content_block"]?["type"]?.string == "tool_use"
                case "content_block_delta":
                    #expect(event["index"]?.integer == open, "seed \(seed)")
                    if event["delta"]?["type"]?.string == "input_json_delta" { #expect(isTool, "seed \(seed)") }
                case "content_block_stop":
                    #expect(event["index"]?.integer == open, "seed \(seed)")
                    open = nil
                case "message_delta": #expect(open == nil, "seed \(seed)")
                case "message_stop", "error": hasEnded = true
                default: break
                }
            }
            #expect(hasEnded, "seed \(seed)")
        }
    }

    @Test("OpenAI: the role once, each call's name once, a finish once, [DONE] after success alone")
    func openAI() throws {
        for seed in 0..<600 as Range<UInt64> {
            let stream = try payloads(encoded(.openAIChat, seed).bytes)
            var names: [Int64: Int] = [:]
            var finishes = 0
            var roles = 0
            for event in stream {
                let delta = event["choices"]?[0]?["delta"]
                if delta?["role"] != nil { roles += 1 }
                if event["choices"]?[0]?["finish_reason"]?.string != nil { finishes += 1 }
                for call in delta?["tool_calls"]?.array ?? [] {
                    let index = try #require(call["index"]?.integer)
                    if call["function"]?["name"] != nil {
                        names[index, default: 0] += 1
                    } else {
                        #expect(names[index] == 1)
                    }
                }
            }
            let failed = stream.contains { $0["error"] != nil }
            #expect(roles <= 1 && finishes == (failed ? 0 : 1), "seed \(seed)")
            #expect(names.values.allSatisfy { $0 == 1 })
            #expect((stream.last?.string == "[DONE]") == !failed, "seed \(seed)")
            #expect(stream.dropLast().allSatisfy { $0["error"] == nil && $0.string == nil }, "seed \(seed)")
        }
    }

    @Test("Responses: numbered events, each item added once and done once, in a whole output")
    func responses() throws {
        for seed in 0..<600 as Range<UInt64> {
            let stream = try payloads(encoded(.openAIResponses, seed).bytes)
            #expect(stream.map { $0["sequence_number"]?.integer } == stream.indices.map(Int64.init), "seed \(seed)")
            var added: Set<Int64> = []
            var done: Set<Int64> = []
            for event in stream {
                let place = event["output_index"]?.integer
                switch event["type"]?.string {
                case "response.output_item.added": #expect(added.insert(try #require(place)).inserted, "seed \(seed)")
                case "response.output_item.done": #expect(done.insert(try #require(place)).inserted, "seed \(seed)")
                case "response.completed":
                    #expect(added == done, "seed \(seed)")
                    #expect(event["response"]?["output"]?.array?.count == done.count, "seed \(seed)")
                default: if let place { #expect(added.contains(place) && !done.contains(place), "seed \(seed)") }
                }
            }
        }
    }

    @Test("Ollama: lines of JSON, calls whole, one last line that is done or an error")
    func ollama() throws {
        for seed in 0..<600 as Range<UInt64> {
            for dialect in [ClientDialect.ollamaChat, .ollamaGenerate] {
                let lines = try encoded(dialect, seed).bytes.split(separator: 0x0A).map { try json(Array($0)) }
                let last = try #require(lines.last)
                #expect(last["done"]?.bool == true || last["error"] != nil, "seed \(seed)")
                #expect(lines.dropLast().allSatisfy { $0["done"]?.bool == false }, "seed \(seed)")
                for call in lines.flatMap({ $0["message"]?["tool_calls"]?.array ?? [] }) {
                    #expect(call["function"]?["arguments"]?.object != nil, "seed \(seed)")
                }
            }
        }
    }
}
