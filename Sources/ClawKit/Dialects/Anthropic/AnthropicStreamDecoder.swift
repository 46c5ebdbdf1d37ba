import ClawBase
import ClawDocuments

/// Reads a stream of Anthropic's events. Whole with `message_stop` after a `stop_reason`, and with nothing less.
struct AnthropicStreamDecoder: Sendable {
    private struct Block {
        /// Nil for a kind unknown here.
        var part: Int?
        var isTool = false
        /// Arguments that stood in the block's start; some servers send no deltas.
        var input: String?
        var hasArguments = false
    }

    private let limits: DialectLimits
    private var framer: ServerSentEventFramer
    private var hasStarted = false
    private var nextPart = 0
    /// Open blocks by index.
    private var blocks: [Int: Block] = [:]
    private var hasCalls = false
    private var usage = TokenUsage()
    private var reason: FinishReason?
    private(set) var hasEnded = false

    init(_ limits: DialectLimits) {
        self.limits = limits
        framer = ServerSentEventFramer(limit: limits.eventBytes)
    }

    mutating func receive(_ bytes: [UInt8], _ emit: (StreamEvent) -> Void) {
        guard !hasEnded else { return }
        let frames: [[UInt8]]
        do { frames = try framer.feed(bytes) } catch { return fail("an event that is too large", emit) }
        for frame in frames where !hasEnded {
            guard let event = ServerSentEvent(block: frame) else {
                emit(.ping)
                continue
            }
            receive(event, emit)
        }
    }

    mutating func receiveEnd(_ emit: (StreamEvent) -> Void) {
        guard !hasEnded else { return }
        hasEnded = true
        emit(.error(ModelError(.truncated, "The upstream ended its stream before the answer was whole; try again.")))
    }

    private mutating func receive(_ event: ServerSentEvent, _ emit: (StreamEvent) -> Void) {
        let data = event.data.trimmingBlanks
        // Not Anthropic's, but proxies of OpenAI's kind add it.
        if data == "[DONE]" { return }
        guard let json = try? JSONParser.parse(Array(data.utf8), limits: .init(depth: limits.depth)), json.object != nil
        else { return fail("an event that is no JSON object", emit) }
        switch json["type"]?.string ?? event.event ?? "" {
        case "message_start": start(json["message"], emit)
        case "content_block_start": startBlock(json, emit)
        case "content_block_delta": receive(delta: json, emit)
        case "content_block_stop": stopBlock(index(json), emit)
        case "message_delta": receive(messageDelta: json, emit)
        case "message_stop": finish(emit)
        case "ping": emit(.ping)
        case "error":
            hasEnded = true
            emit(
                .error(
                    AnthropicAnswers.decode(error: json, status: nil)
                        ?? ModelError(.server, "The upstream failed: \(data.prefix(200))")))
        // New events are no fault; Anthropic announces that there will be some.
        default:
            if let error = AnthropicAnswers.decode(error: json, status: nil) {
                hasEnded = true
                emit(.error(error))
            }
        }
    }

    private func index(_ json: JSON) -> Int { json["index"]?.integer.map(Int.init) ?? 0 }

    private mutating func start(_ message: JSON?, _ emit: (StreamEvent) -> Void) {
        guard !hasStarted else { return }
        hasStarted = true
        emit(.start(StreamStart(id: message?["id"]?.string ?? "", model: message?["model"]?.string ?? "")))
        if let told = message?["usage"] {
            usage.take(greater: TokenUsage(anthropic: told))
            emit(.usage(usage))
        }
    }

    // MARK: blocks

    private mutating func startBlock(_ json: JSON, _ emit: (StreamEvent) -> Void) {
        let index = index(json)
        // A block that is open is not started again.
        guard blocks[index] == nil else { return }
        guard nextPart < limits.answerParts else { return fail("more than \(limits.answerParts) blocks", emit) }
        let content = json["content_block"]
        var block = Block(part: nextPart)
        switch content?["type"]?.string ?? "" {
        case "text":
            emit(.partStart(nextPart, .text))
            if let words = content?["text"]?.string, !words.isEmpty { emit(.partDelta(nextPart, .text(words))) }
        case "thinking":
            emit(.partStart(nextPart, .reasoning))
            if let words = content?["thinking"]?.string, !words.isEmpty {
                emit(.partDelta(nextPart, .reasoning(words)))
            }
            if let words = content?["signature"]?.string, !words.isEmpty {
                emit(.partDelta(nextPart, .signature(words)))
            }
        case "redacted_thinking": emit(.partStart(nextPart, .redactedReasoning(content?["data"]?.string ?? "")))
        case "tool_use":
            guard let id = content?["id"]?.string, let name = content?["name"]?.string else {
                return fail("a tool call without id or name", emit)
            }
            block.isTool = true
            hasCalls = true
            if let input = content?["input"]?.object, !input.isEmpty {
                block.input = ToolArguments.text(.object(input))
            }
            emit(.partStart(nextPart, .toolCall(id: id, name: name)))
        case "": return fail("a block without a type", emit)
        default:
            // A tool the provider runs, or something new: its start is kept, its deltas are the family's own.
            blocks[index] = Block(part: nil)
            if let content { emit(.partStart(nextPart, .other(DialectValue(.anthropic, content)))) }
            emit(.partStop(nextPart))
            nextPart += 1
            return
        }
        blocks[index] = block
        nextPart += 1
    }

    private mutating func receive(delta json: JSON, _ emit: (StreamEvent) -> Void) {
        let index = index(json)
        guard let block = blocks[index] else { return fail("a delta of a block that is not open", emit) }
        guard let part = block.part, let delta = json["delta"] else { return }
        switch delta["type"]?.string {
        case "text_delta": emit(.partDelta(part, .text(delta["text"]?.string ?? "")))
        case "thinking_delta": emit(.partDelta(part, .reasoning(delta["thinking"]?.string ?? "")))
        case "signature_delta": emit(.partDelta(part, .signature(delta["signature"]?.string ?? "")))
        case "input_json_delta":
            guard let fragment = delta["partial_json"]?.string, !fragment.isEmpty else { return }
            blocks[index]?.hasArguments = true
            emit(.partDelta(part, .arguments(fragment)))
        default: break
        }
    }

    private mutating func stopBlock(_ index: Int, _ emit: (StreamEvent) -> Void) {
        // One that is stopped already is not stopped again.
        guard let block = blocks.removeValue(forKey: index), let part = block.part else { return }
        if block.isTool, !block.hasArguments { emit(.partDelta(part, .arguments(block.input ?? "{}"))) }
        emit(.partStop(part))
    }

    // MARK: the end

    private mutating func receive(messageDelta json: JSON, _ emit: (StreamEvent) -> Void) {
        let delta = json["delta"]
        if let word = delta?["stop_reason"]?.string {
            reason = FinishReason(anthropic: word, sequence: delta?["stop_sequence"]?.string)
        }
        if let told = json["usage"] {
            // Counts are cumulative; some servers repeat those of the start as 0.
            usage.take(greater: TokenUsage(anthropic: told))
            emit(.usage(usage))
        }
    }

    private mutating func finish(_ emit: (StreamEvent) -> Void) {
        guard let reason else { return receiveEnd(emit) }
        hasEnded = true
        for index in blocks.keys.sorted() { stopBlock(index, emit) }
        emit(.finish(reason.given(toolCalls: hasCalls)))
    }

    private mutating func fail(_ what: String, _ emit: (StreamEvent) -> Void) {
        hasEnded = true
        emit(.error(ModelError(.malformed, "The upstream sent \(what); try again.")))
    }
}
