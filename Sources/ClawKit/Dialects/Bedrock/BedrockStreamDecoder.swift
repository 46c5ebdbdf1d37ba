import ClawDocuments

/// Reads Bedrock's `converse-stream`. Whole with `messageStop`; usage follows it in `metadata`.
struct BedrockStreamDecoder: Sendable {
    private let limits: DialectLimits
    private var framer: EventStreamFramer
    private var nextPart = 0
    /// The part of each open block, and its kind.
    private var blocks: [Int: (part: Int, kind: PartStart, hasWords: Bool)] = [:]
    private var hasCalls = false
    private var usage: TokenUsage?
    private var reason: FinishReason?
    private(set) var hasEnded = false

    init(_ limits: DialectLimits) {
        self.limits = limits
        framer = EventStreamFramer(limit: limits.eventBytes)
    }

    mutating func receive(_ bytes: [UInt8], _ emit: (StreamEvent) -> Void) {
        guard !hasEnded else { return }
        let messages: [EventStreamMessage]
        do { messages = try framer.feed(bytes) } catch {
            hasEnded = true
            return emit(.error(error))
        }
        for message in messages where !hasEnded { receive(message, emit) }
    }

    mutating func receiveEnd(_ emit: (StreamEvent) -> Void) {
        guard !hasEnded else { return }
        hasEnded = true
        guard let reason else {
            return emit(
                .error(ModelError(.truncated, "The upstream ended its stream before the answer was whole; try again.")))
        }
        for index in blocks.keys.sorted() { stopBlock(index, emit) }
        if let usage { emit(.usage(usage)) }
        emit(.finish(reason.given(toolCalls: hasCalls)))
    }

    private mutating func receive(_ message: EventStreamMessage, _ emit: (StreamEvent) -> Void) {
        let json = try? JSONParser.parse(message.payload, limits: .init(depth: limits.depth))
        let type = message.headers[":message-type"] ?? "event"
        guard type == "event" else {
            let code = message.headers[":exception-type"] ?? message.headers[":error-code"]
            let words =
                json?["message"]?.string ?? message.headers[":error-message"] ?? "The upstream failed without a word."
            hasEnded = true
            return emit(
                .error(
                    ModelError(ErrorWords.kind(code: code, type: nil, message: words, status: nil), words, code: code)))
        }
        guard let json else { return fail("an event that is no JSON", emit) }
        let index = json["contentBlockIndex"]?.integer.map(Int.init) ?? 0
        switch message.headers[":event-type"] {
        case "messageStart": emit(.start(StreamStart()))
        case "contentBlockStart":
            guard let call = json["start"]?["toolUse"] else { return }
            guard let id = call["toolUseId"]?.string, let name = call["name"]?.string else {
                return fail("a tool call without id or name", emit)
            }
            hasCalls = true
            startBlock(index, .toolCall(id: id, name: name), emit)
        case "contentBlockDelta": receive(json["delta"], index, emit)
        case "contentBlockStop": stopBlock(index, emit)
        case "messageStop":
            let word = json["stopReason"]?.string ?? ""
            if let error = BedrockAnswers.failure(word) {
                hasEnded = true
                return emit(.error(error))
            }
            if !word.isEmpty { reason = FinishReason(bedrock: word) }
        case "metadata":
            usage = TokenUsage(bedrock: json["usage"])
            if reason != nil { receiveEnd(emit) }
        default: break
        }
    }

    private mutating func receive(_ delta: JSON?, _ index: Int, _ emit: (StreamEvent) -> Void) {
        if let words = delta?["text"]?.string { add(.text(words), index, .text, emit) }
        if let fragment = delta?["toolUse"]?["input"]?.string, !fragment.isEmpty {
            guard let block = blocks[index], case .toolCall = block.kind else {
                return fail("arguments of a tool call that has not begun", emit)
            }
            add(.arguments(fragment), index, block.kind, emit)
        }
        guard let reasoning = delta?["reasoningContent"] else { return }
        if let words = reasoning["text"]?.string { add(.reasoning(words), index, .reasoning, emit) }
        if let signature = reasoning["signature"]?.string { add(.signature(signature), index, .reasoning, emit) }
        if let data = reasoning["redactedContent"]?.string { startBlock(index, .redactedReasoning(data), emit) }
    }

    /// Texts and thoughts begin with their first words: only tools have a start of their own.
    private mutating func add(_ delta: PartDelta, _ index: Int, _ kind: PartStart, _ emit: (StreamEvent) -> Void) {
        if blocks[index] == nil { startBlock(index, kind, emit) }
        guard let block = blocks[index], block.kind == kind, !hasEnded else { return }
        blocks[index]?.hasWords = true
        emit(.partDelta(block.part, delta))
    }

    private mutating func startBlock(_ index: Int, _ kind: PartStart, _ emit: (StreamEvent) -> Void) {
        guard blocks[index] == nil, !hasEnded else { return }
        guard nextPart < limits.answerParts else { return fail("more than \(limits.answerParts) blocks", emit) }
        blocks[index] = (nextPart, kind, false)
        emit(.partStart(nextPart, kind))
        nextPart += 1
    }

    private mutating func stopBlock(_ index: Int, _ emit: (StreamEvent) -> Void) {
        guard let block = blocks.removeValue(forKey: index) else { return }
        if case .toolCall = block.kind, !block.hasWords { emit(.partDelta(block.part, .arguments("{}"))) }
        emit(.partStop(block.part))
    }

    private mutating func fail(_ what: String, _ emit: (StreamEvent) -> Void) {
        hasEnded = true
        emit(.error(ModelError(.malformed, "The upstream sent \(what); try again.")))
    }
}
