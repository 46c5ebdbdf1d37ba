import ClawDialects
import ClawDocuments
import Testing

/// A stream as an upstream of this dialect would send the events of an answer.
func upstreamBytes(_ dialect: UpstreamDialect, _ answer: ModelAnswer, _ events: [StreamEvent]) -> [UInt8] {
    func encoded(_ client: ClientDialect) -> [UInt8] {
        var encoder = client.streamEncoder(ReplyContext(id: "up1", model: "m", created: 7, includesUsage: true))
        return encoder.encode(events)
    }
    return switch dialect {
    case .openAI, .azureOpenAI: encoded(.openAIChat)
    case .anthropic: encoded(.anthropicMessages)
    case .ollama: encoded(.ollamaChat)
    case .gemini: gemini(answer)
    case .bedrock: bedrock(answer)
    }
}

private func gemini(_ answer: ModelAnswer) -> [UInt8] {
    var out = ""
    func say(_ object: JSONObject) {
        var object = object
        object["responseId"] = "up1"
        object["modelVersion"] = "m"
        out += "data: \(object)\r\n\r\n"
    }
    for part in answer.parts {
        let json: JSON
        switch part.content {
        case .text(let words): json = ["text": .string(words)]
        case .reasoning(let reasoning): json = ["text": .string(reasoning.text), "thought": true]
        case .toolCall(let call):
            json = [
                "functionCall": [
                    "id": .string(call.id), "name": .string(call.name),
                    "args": (try? JSONParser.parse(Array(call.arguments.utf8))) ?? [:],
                ]
            ]
        default: continue
        }
        say(["candidates": [["index": 0, "content": ["role": "model", "parts": [json]]]]])
    }
    let usage = answer.usage
    say([
        "candidates": [["index": 0, "finishReason": answer.finish == .length ? "MAX_TOKENS" : "STOP"]],
        "usageMetadata": [
            "promptTokenCount": .integer(Int64(usage.totalInput)),
            "cachedContentTokenCount": .integer(Int64(usage.cacheRead)),
            "candidatesTokenCount": .integer(Int64(usage.output)),
        ],
    ])
    return Array(out.utf8)
}

func bedrockEvent(_ type: String, _ json: JSON) -> [UInt8] {
    EventStreamMessage(
        headers: [":message-type": "event", ":event-type": type, ":content-type": "application/json"],
        payload: json.bytes()
    ).encoded
}

private func bedrock(_ answer: ModelAnswer) -> [UInt8] {
    var out = bedrockEvent("messageStart", ["role": "assistant"])
    for (index, part) in answer.parts.enumerated() {
        let place = JSON.integer(Int64(index))
        func delta(_ json: JSON) {
            out += bedrockEvent("contentBlockDelta", ["contentBlockIndex": place, "delta": json])
        }
        switch part.content {
        case .text(let words): delta(["text": .string(words)])
        case .reasoning(let reasoning):
            delta(["reasoningContent": ["text": .string(reasoning.text)]])
            if let signature = reasoning.signature { delta(["reasoningContent": ["signature": .string(signature)]]) }
        case .toolCall(let call):
            let start: JSON = ["toolUse": ["toolUseId": .string(call.id), "name": .string(call.name)]]
            out += bedrockEvent("contentBlockStart", ["contentBlockIndex": place, "start": start])
            for piece in call.arguments.unicodeScalars { delta(["toolUse": ["input": .string(String(piece))]]) }
        default: continue
        }
        out += bedrockEvent("contentBlockStop", ["contentBlockIndex": place])
    }
    let reasons: [FinishReason: String] = [.stop: "end_turn", .length: "max_tokens", .toolCalls: "tool_use"]
    out += bedrockEvent("messageStop", ["stopReason": .string(reasons[answer.finish] ?? "end_turn")])
    let usage = answer.usage
    out += bedrockEvent(
        "metadata",
        [
            "usage": [
                "inputTokens": .integer(Int64(usage.input)), "outputTokens": .integer(Int64(usage.output)),
                "cacheReadInputTokens": .integer(Int64(usage.cacheRead)),
                "cacheWriteInputTokens": .integer(Int64(usage.cacheWrite)),
                "totalTokens": .integer(Int64(usage.total)),
            ]
        ])
    return out
}

/// What a client of this dialect makes of a stream.
func clientAnswer(_ dialect: ClientDialect, _ bytes: [UInt8]) throws -> ModelAnswer? {
    switch dialect {
    case .openAIChat, .openAICompletions: answer(events(.openAI, bytes: bytes))
    case .anthropicMessages: answer(events(.anthropic, bytes: bytes))
    case .ollamaChat, .ollamaGenerate: answer(events(.ollama, bytes: bytes))
    case .openAIResponses: try responsesAnswer(bytes)
    }
}

/// The answer in a Responses stream: from its last event, which must agree with what the deltas said.
private func responsesAnswer(_ bytes: [UInt8]) throws -> ModelAnswer? {
    var text: [String: String] = [:]
    var answer: ModelAnswer?
    for event in try payloads(bytes) {
        if event["type"]?.string?.hasSuffix(".delta") == true, let id = event["item_id"]?.string {
            text[id, default: ""] += event["delta"]?.string ?? ""
        }
        guard event["type"]?.string == "response.completed" || event["type"]?.string == "response.incomplete" else {
            continue
        }
        let response = try #require(event["response"])
        var made = ModelAnswer(
            model: response["model"]?.string ?? "",
            usage: TokenUsage(openAIResponses: response["usage"]) ?? TokenUsage())
        made.finish = response["incomplete_details"]?["reason"] == nil ? .stop : .length
        for item in response["output"]?.array ?? [] {
            let said = text[item["id"]?.string ?? ""] ?? ""
            switch item["type"]?.string {
            case "message":
                made.parts.append(.text(item["content"]?[0]?["text"]?.string ?? ""))
                #expect(made.parts.last?.text == said)
            case "function_call":
                let arguments = item["arguments"]?.string ?? ""
                #expect(arguments == said)
                made.parts.append(
                    .toolCall(
                        ToolCall(
                            id: item["call_id"]?.string ?? "", name: item["name"]?.string ?? "", arguments: arguments)))
                made.finish = .toolCalls
            case "reasoning":
                let signature = item["encrypted_content"]?.string.map { String($0.dropFirst("signature:".count)) }
                made.parts.append(
                    .reasoning(Reasoning(item["content"]?[0]?["text"]?.string ?? "", signature: signature)))
            default: break
            }
        }
        answer = made
    }
    return answer
}
