import ClawBase
public import ClawDocuments

/// Answers of Google's `generateContent`, whole and streamed: both are the same object.
enum GeminiAnswers {
    static func decode(_ document: JSON) throws(ModelError) -> ModelAnswer {
        var decoder = GeminiEvents(DialectLimits())
        var collector = AnswerCollector()
        decoder.receive(document) { collector.add($0) }
        decoder.end { collector.add($0) }
        if let error = collector.error { throw error }
        guard let answer = collector.finished else {
            throw ModelError(.truncated, "The upstream's answer is not whole.")
        }
        return answer
    }
}

/// From `GenerateContentResponse` objects to events.
struct GeminiEvents: Sendable {
    private let limits: DialectLimits
    private var hasStarted = false
    private var answerID = ""
    private var nextPart = 0
    private var callCount = 0
    private var open: (part: Int, kind: PartStart)?
    private var usage: TokenUsage?
    private var reason: FinishReason?
    private(set) var hasEnded = false

    init(_ limits: DialectLimits) { self.limits = limits }

    mutating func receive(_ json: JSON, _ emit: (StreamEvent) -> Void) {
        guard !hasEnded else { return }
        if let error = OpenAIErrors.decode(json, status: nil) { return fail(error, emit) }
        if !hasStarted {
            hasStarted = true
            answerID = json["responseId"]?.string ?? ""
            emit(.start(StreamStart(id: answerID, model: json["modelVersion"]?.string ?? "")))
        }
        if let told = json["usageMetadata"] { usage = TokenUsage(gemini: told) }
        if let reason = json["promptFeedback"]?["blockReason"]?.string {
            return fail(
                ModelError(
                    .contentPolicy, "The upstream withheld its answer: the prompt was blocked (\(reason)).",
                    code: reason),
                emit)
        }
        for candidate in json["candidates"]?.array ?? [] where (candidate["index"]?.integer ?? 0) == 0 {
            for part in candidate["content"]?["parts"]?.array ?? [] where !hasEnded { receive(part: part, emit) }
            guard let word = candidate["finishReason"]?.string, !hasEnded else { continue }
            if word == "MALFORMED_FUNCTION_CALL" || word == "UNEXPECTED_TOOL_CALL" {
                return fail(
                    ModelError(.malformed, "The model made a tool call that is none (\(word)); try again.", code: word),
                    emit)
            }
            reason = FinishReason(gemini: word)
        }
    }

    /// The end of the upstream's bytes: a `finishReason` is the proof that the answer is whole.
    mutating func end(_ emit: (StreamEvent) -> Void) {
        guard !hasEnded else { return }
        guard let reason else {
            return fail(
                ModelError(.truncated, "The upstream ended its stream before the answer was whole; try again."), emit)
        }
        hasEnded = true
        close(emit)
        if let usage { emit(.usage(usage)) }
        emit(.finish(reason.given(toolCalls: callCount > 0)))
    }

    private mutating func receive(part json: JSON, _ emit: (StreamEvent) -> Void) {
        if let words = json["text"]?.string {
            add(words, json["thought"]?.bool == true ? .reasoning : .text, emit)
        } else if let call = json["functionCall"] {
            guard let name = call["name"]?.string else {
                return fail(ModelError(.malformed, "The upstream sent a tool call without a name; try again."), emit)
            }
            close(emit)
            guard let part = newPart(emit) else { return }
            let id = OpenAIAnswers.callID(call["id"]?.string, ordinal: callCount, answer: answerID)
            callCount += 1
            emit(.partStart(part, .toolCall(id: id, name: name)))
            emit(.partDelta(part, .arguments(ToolArguments.text(call["args"]))))
            if let signature = json["thoughtSignature"]?.string { emit(.partDelta(part, .signature(signature))) }
            emit(.partStop(part))
        } else if json["thoughtSignature"] == nil || json.object?.count ?? 0 > 1 {
            close(emit)
            guard let part = newPart(emit) else { return }
            emit(.partStart(part, .other(DialectValue(.gemini, json))))
            emit(.partStop(part))
        }
    }

    private mutating func add(_ words: String, _ kind: PartStart, _ emit: (StreamEvent) -> Void) {
        guard !words.isEmpty else { return }
        if open?.kind != kind {
            close(emit)
            guard let part = newPart(emit) else { return }
            open = (part, kind)
            emit(.partStart(part, kind))
        }
        guard let open else { return }
        emit(.partDelta(open.part, kind == .text ? .text(words) : .reasoning(words)))
    }

    private mutating func newPart(_ emit: (StreamEvent) -> Void) -> Int? {
        guard nextPart < limits.answerParts else {
            fail(ModelError(.malformed, "The upstream sent more than \(limits.answerParts) parts."), emit)
            return nil
        }
        defer { nextPart += 1 }
        return nextPart
    }

    private mutating func close(_ emit: (StreamEvent) -> Void) {
        guard let part = open?.part else { return }
        open = nil
        emit(.partStop(part))
    }

    mutating func fail(_ error: ModelError, _ emit: (StreamEvent) -> Void) {
        hasEnded = true
        emit(.error(error))
    }
}

/// Reads `streamGenerateContent?alt=sse`.
struct GeminiStreamDecoder: Sendable {
    private let limits: DialectLimits
    private var framer: ServerSentEventFramer
    private var events: GeminiEvents

    init(_ limits: DialectLimits) {
        self.limits = limits
        framer = ServerSentEventFramer(limit: limits.eventBytes)
        events = GeminiEvents(limits)
    }

    mutating func receive(_ bytes: [UInt8], _ emit: (StreamEvent) -> Void) {
        guard !events.hasEnded else { return }
        let blocks: [[UInt8]]
        do { blocks = try framer.feed(bytes) } catch {
            return events.fail(ModelError(.malformed, "The upstream sent an event that is too large; try again."), emit)
        }
        for block in blocks where !events.hasEnded {
            guard let event = ServerSentEvent(block: block) else {
                emit(.ping)
                continue
            }
            guard let json = try? JSONParser.parse(Array(event.data.utf8), limits: .init(depth: limits.depth)) else {
                return events.fail(
                    ModelError(.malformed, "The upstream sent an event that is no JSON; try again."), emit)
            }
            events.receive(json, emit)
        }
    }

    mutating func receiveEnd(_ emit: (StreamEvent) -> Void) { events.end(emit) }
}

extension FinishReason {
    /// Gemini's `finishReason`.
    init(gemini word: String) {
        self =
            switch word {
            case "STOP": .stop
            case "MAX_TOKENS": .length
            case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "LANGUAGE",
                "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION":
                .contentFilter
            default: .other(word)
            }
    }
}

extension TokenUsage {
    /// Gemini's `usageMetadata`: the prompt includes what the cache gave, the candidates leave out thoughts.
    public init(gemini json: JSON?) {
        self.init()
        let prompt = (Self.count(json?["promptTokenCount"]) ?? 0) + (Self.count(json?["toolUsePromptTokenCount"]) ?? 0)
        cacheRead = min(prompt, Self.count(json?["cachedContentTokenCount"]) ?? 0)
        input = prompt - cacheRead
        reasoning = Self.count(json?["thoughtsTokenCount"]) ?? 0
        output = (Self.count(json?["candidatesTokenCount"]) ?? 0) + reasoning
        for detail in json?["promptTokensDetails"]?.array ?? [] where detail["modality"]?.string == "AUDIO" {
            audioInput = Self.count(detail["tokenCount"]) ?? 0
        }
    }
}
