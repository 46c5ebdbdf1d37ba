import ClawDialects
import ClawDocuments
import DialectTesting
import Testing

@Suite("Every client dialect over every upstream dialect")
struct RoundTripTests {
    private static let pairs: [(ClientDialect, UpstreamDialect)] = ClientDialect.allCases.flatMap { client in
        UpstreamDialect.allCases.map { (client, $0) }
    }

    @Test("text, thoughts, parallel tools, usage and the finish survive a stream cut anywhere", arguments: pairs)
    func streams(_ client: ClientDialect, _ upstream: UpstreamDialect) throws {
        for seed in 0..<40 {
            var dice = Dice(UInt64(seed) &* 31 &+ UInt64(client.rawValue.utf8.count))
            let answer = dice.answer()
            let bytes = upstreamBytes(upstream, answer, dice.events(answer))
            var decoder = upstream.streamDecoder()
            var encoder = client.streamEncoder(context)
            var out: [UInt8] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(dice.number(1...40))
                rest = rest.dropFirst(piece.count)
                out += encoder.encode(decoder.receive(Array(piece)))
            }
            out += encoder.encode(decoder.receiveEnd())
            let received = try #require(
                try clientAnswer(client, out), "seed \(seed): \(String(decoding: out, as: UTF8.self))")
            compare(received, answer, client, upstream, seed)
        }
    }

    @Test("whole answers say the same", arguments: pairs)
    func whole(_ client: ClientDialect, _ upstream: UpstreamDialect) throws {
        for seed in 100..<130 {
            var dice = Dice(UInt64(seed))
            let answer = dice.answer()
            let decoded = try #require(
                self.answer(events(upstream, bytes: upstreamBytes(upstream, answer, answer.events))))
            let body = try json(client.encode(decoded, context).body)
            let text =
                switch client {
                case .openAIChat: body.value(at: ["choices", "0", "message", "content"])?.string
                case .openAICompletions: body.value(at: ["choices", "0", "text"])?.string
                case .openAIResponses:
                    body["output"]?.array?.filter { $0["type"]?.string == "message" }.map {
                        $0["content"]?[0]?["text"]?.string ?? ""
                    }.joined()
                case .anthropicMessages: body["content"]?.array?.compactMap { $0["text"]?.string }.joined()
                case .ollamaChat: body.value(at: ["message", "content"])?.string
                case .ollamaGenerate: body["response"]?.string
                }
            #expect((text ?? "") == answer.parts.joinedText, "seed \(seed)")
        }
    }

    private func answer(_ events: [StreamEvent]) -> ModelAnswer? {
        var collector = AnswerCollector()
        for event in events { collector.add(event) }
        return collector.finished
    }

    private func compare(
        _ received: ModelAnswer, _ sent: ModelAnswer, _ client: ClientDialect, _ upstream: UpstreamDialect, _ seed: Int
    ) {
        let note = "\(client) over \(upstream), seed \(seed)"
        #expect(received.parts.joinedText == sent.parts.joinedText, "\(note)")
        #expect(received.usage.totalInput == sent.usage.totalInput, "\(note)")
        #expect(received.usage.output == sent.usage.output, "\(note)")
        if client != .ollamaChat, client != .ollamaGenerate, upstream != .ollama {
            #expect(received.usage.cacheRead == sent.usage.cacheRead, "\(note)")
        }
        guard client != .openAICompletions else { return }
        #expect(
            received.parts.compactMap(\.reasoning).map(\.text) == sent.parts.compactMap(\.reasoning).map(\.text),
            "\(note)")
        let keepsProof =
            client != .ollamaChat && client != .ollamaGenerate && upstream != .ollama && upstream != .gemini
        if keepsProof {
            #expect(
                received.parts.compactMap { $0.reasoning?.signature }
                    == sent.parts.compactMap { $0.reasoning?.signature }, "\(note)")
        }
        guard client != .ollamaGenerate else { return }
        #expect(received.finish == sent.finish, "\(note)")
        #expect(received.parts.toolCalls.map(\.id) == sent.parts.toolCalls.map(\.id), "\(note)")
        #expect(received.parts.toolCalls.map(\.name) == sent.parts.toolCalls.map(\.name), "\(note)")
        for (a, b) in zip(received.parts.toolCalls, sent.parts.toolCalls) {
            #expect((try? json(a.arguments)) == (try? json(b.arguments)), "\(note)")
        }
    }
}
