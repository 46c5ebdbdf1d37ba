import ClawDialects
import ClawDocuments

/// Chance from a seed (SplitMix64), so that a failure can be repeated.
struct Dice: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func coin() -> Bool { Bool.random(using: &self) }

    mutating func words() -> String {
        let pieces = [
            "Hello", " ", "wörld", "👋🏽", "\n", "\"quoted\"", "\\", "data: x\n\n", "\u{7f}", "日本", "</s>", "{", "}", "\t",
            "[DONE]",
        ]
        return (0..<number(1...8)).map { _ in pieces[number(0...pieces.count - 1)] }.joined()
    }

    mutating func arguments() -> String {
        guard number(0...4) > 0 else { return "{}" }
        let members = (0..<number(1...3)).map { index -> (String, JSON) in
            let value: JSON =
                coin()
                ? .string(words()) : coin() ? .integer(Int64(number(-1_000_000...1_000_000))) : ["a": [1, nil, true]]
            return ("k\(index)", value)
        }
        return JSON.object(JSONObject(members)).description
    }

    /// An answer any dialect can hold: thoughts, text, then calls.
    mutating func answer() -> ModelAnswer {
        var parts: [ContentPart] = []
        if coin() { parts.append(.reasoning(Reasoning(words(), signature: "sig" + String(number(0...999))))) }
        if coin() { parts.append(.text(words())) }
        let calls = number(0...3)
        for index in 0..<calls {
            parts.append(
                .toolCall(
                    ToolCall(id: "call_\(index)_\(number(0...999))", name: "tool\(index % 2)", arguments: arguments())))
        }
        if parts.isEmpty { parts = [.text("x")] }
        let usage = TokenUsage(
            input: number(0...1000), cacheRead: number(0...1000), cacheWrite: coin() ? number(0...100) : 0,
            output: number(0...1000))
        return ModelAnswer(
            id: "up1", model: "m", parts: parts, finish: calls > 0 ? .toolCalls : coin() ? .stop : .length, usage: usage
        )
    }

    /// A text in pieces.
    mutating func fragments(_ text: String) -> [String] {
        var pieces: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            let piece = rest.prefix(number(1...6))
            pieces.append(String(piece))
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }

    /// The answer as a stream, its deltas in pieces, and calls that stand side by side mixed.
    mutating func events(_ answer: ModelAnswer) -> [StreamEvent] {
        var lanes: [[StreamEvent]] = []
        for event in answer.events {
            switch event {
            case .partStart(let part, _) where part < lanes.count: lanes[part].append(event)
            case .partStart: lanes.append([event])
            case .partDelta(let part, let delta): lanes[part] += pieces(delta).map { .partDelta(part, $0) }
            case .partStop(let part): lanes[part].append(event)
            default: break
            }
        }
        let calls = answer.parts.count - answer.parts.toolCalls.count
        var out: [StreamEvent] = [.start(StreamStart(id: answer.id, model: answer.model))] + lanes[..<calls].joined()
        // Calls begin in order, then take turns.
        var open = calls
        while lanes[calls...].contains(where: { !$0.isEmpty }) {
            if open < lanes.count, coin() || lanes[calls..<open].allSatisfy(\.isEmpty) {
                out.append(lanes[open].removeFirst())
                open += 1
            } else {
                let index = number(calls...max(calls, open - 1))
                if !lanes[index].isEmpty { out.append(lanes[index].removeFirst()) }
            }
        }
        return out + [.usage(answer.usage), .finish(answer.finish)]
    }

    private mutating func pieces(_ delta: PartDelta) -> [PartDelta] {
        switch delta {
        case .text(let words): fragments(words).map(PartDelta.text)
        case .reasoning(let words): fragments(words).map(PartDelta.reasoning)
        case .signature(let words): fragments(words).map(PartDelta.signature)
        case .arguments(let words): fragments(words).map(PartDelta.arguments)
        case .refusal(let words): fragments(words).map(PartDelta.refusal)
        }
    }

    /// Anything, in any order.
    mutating func anyEvent() -> StreamEvent {
        let part = number(0...3)
        switch number(0...24) {
        case 0: return .start(StreamStart(id: "s", model: "m"))
        case 1: return .partStart(part, .text)
        case 2: return .partStart(part, .reasoning)
        case 3, 4, 5: return .partStart(part, .toolCall(id: "c\(part)", name: "f"))
        case 6: return .partStart(part, .redactedReasoning("xyz"))
        case 7: return .partStart(part, .refusal)
        case 8, 9: return .partDelta(part, .text(words()))
        case 10, 11: return .partDelta(part, .reasoning(words()))
        case 12, 13, 14: return .partDelta(part, .arguments("{\"a\":"))
        case 15: return .partDelta(part, .signature("s"))
        case 16: return .partDelta(part, .refusal("no"))
        case 17, 18, 19, 20: return .partStop(part)
        case 21: return .usage(TokenUsage(input: 1, output: number(0...9)))
        case 22: return .ping
        case 23: return coin() ? .finish(.stop) : .ping
        default: return number(0...3) == 0 ? .error(ModelError(.server, "gone")) : .partStop(part)
        }
    }
}
