import ClawBase
import ClawDocuments

/// Reads a stream of `chat.completion.chunk` events.
///
/// Whole with a `finish_reason`, whether or not `[DONE]` follows; `[DONE]` alone proves nothing.
struct OpenAIStreamDecoder: Sendable {
    private struct Call {
        var part: Int?
        var id = ""
        var name = ""
        /// Arguments that came before the name.
        var held = ""
        var text = JSONCompleteness()
        var isClosed = false
    }

    private let limits: DialectLimits
    private var framer: ServerSentEventFramer
    private var hasStarted = false
    private var answerID = ""
    private var nextPart = 0
    /// The text, refusal or thoughts that go on.
    private var open: (part: Int, kind: PartStart)?
    private var calls: [Call] = []
    /// From the upstream's index of a call to its place in ``calls``.
    private var callOf: [Int: Int] = [:]
    private var lastCall: Int?
    private var reason: FinishReason?
    private var usage: TokenUsage?
    private(set) var hasEnded = false

    init(_ limits: DialectLimits) {
        self.limits = limits
        framer = ServerSentEventFramer(limit: limits.eventBytes)
    }

    mutating func receive(_ bytes: [UInt8], _ emit: (StreamEvent) -> Void) {
        guard !hasEnded else { return }
        let blocks: [[UInt8]]
        do { blocks = try framer.feed(bytes) } catch { return fail(.malformed, "an event that is too large", emit) }
        for block in blocks where !hasEnded {
            guard let event = ServerSentEvent(block: block) else {
                emit(.ping)
                continue
            }
            receive(event, emit)
        }
    }

    mutating func receiveEnd(_ emit: (StreamEvent) -> Void) {
        guard !hasEnded else { return }
        guard let reason else {
            hasEnded = true
            return emit(
                .error(ModelError(.truncated, "The upstream ended its stream before the answer was whole; try again.")))
        }
        hasEnded = true
        closeAll(emit)
        if let usage { emit(.usage(usage)) }
        emit(.finish(reason.given(toolCalls: calls.contains { $0.part != nil })))
    }

    private mutating func receive(_ event: ServerSentEvent, _ emit: (StreamEvent) -> Void) {
        let data = event.data.trimmingBlanks
        if data == "[DONE]" { return receiveEnd(emit) }
        guard let json = try? JSONParser.parse(Array(data.utf8), limits: .init(depth: limits.depth)), json.object != nil
        else { return fail(.malformed, "an event that is no JSON object", emit) }
        if event.event == "error" || json["error"].map({ !$0.isNull }) ?? false || json["object"]?.string == "error" {
            hasEnded = true
            let error =
                OpenAIErrors.decode(json, status: nil)
                ?? ModelError(.server, "The upstream failed: \(data.prefix(200))")
            return emit(.error(error))
        }
        if !hasStarted {
            hasStarted = true
            answerID = json["id"]?.string ?? ""
            emit(
                .start(
                    StreamStart(
                        id: answerID, model: json["model"]?.string ?? "",
                        created: json["created"]?.integer.map(Int.init))))
        }
        if let usage = TokenUsage(openAI: json["usage"]) { self.usage = usage }
        for choice in json["choices"]?.array ?? [] where (choice["index"]?.integer ?? 0) == 0 && !hasEnded {
            receive(choice, emit)
        }
    }

    private mutating func receive(_ choice: JSON, _ emit: (StreamEvent) -> Void) {
        // The text of legacy completions stands where chats have a delta.
        if let words = choice["text"]?.string { add(.text(words), words, to: .text, emit) }
        if let delta = choice["delta"] {
            receiveReasoning(delta, emit)
            if let words = delta["content"]?.string { add(.text(words), words, to: .text, emit) }
            for part in delta["content"]?.array ?? [] {
                if let words = part["text"]?.string { add(.text(words), words, to: .text, emit) }
            }
            if let words = delta["refusal"]?.string { add(.refusal(words), words, to: .refusal, emit) }
            for (position, call) in (delta["tool_calls"]?.array ?? []).enumerated() where !hasEnded {
                receive(call: call, position, emit)
            }
            if let legacy = delta["function_call"], legacy.object != nil {
                receive(call: ["index": 0, "function": legacy], 0, emit)
            }
        }
        if let word = choice["finish_reason"]?.string, !word.isEmpty { reason = FinishReason(openAI: word) }
    }

    private mutating func receiveReasoning(_ delta: JSON, _ emit: (StreamEvent) -> Void) {
        let words = OpenAIContent.reasoningText(delta)
        if let words { add(.reasoning(words), words, to: .reasoning, emit) }
        for block in delta["thinking_blocks"]?.array ?? [] {
            if let data = block["data"]?.string {
                closeOpen(emit)
                guard let part = newPart(emit) else { return }
                emit(.partStart(part, .redactedReasoning(data)))
                emit(.partStop(part))
                continue
            }
            // Servers that send blocks mostly send the same text beside them, too.
            if words == nil, let thought = block["thinking"]?.string {
                add(.reasoning(thought), thought, to: .reasoning, emit)
            }
            if let signature = block["signature"]?.string, !signature.isEmpty {
                add(.signature(signature), signature, to: .reasoning, emit)
                // A signature ends its block; another may follow.
                closeOpen(emit)
            }
        }
    }

    // MARK: parts

    private mutating func newPart(_ emit: (StreamEvent) -> Void) -> Int? {
        guard nextPart < limits.answerParts else {
            fail(.malformed, "more than \(limits.answerParts) parts", emit)
            return nil
        }
        defer { nextPart += 1 }
        return nextPart
    }

    private mutating func add(_ delta: PartDelta, _ words: String, to kind: PartStart, _ emit: (StreamEvent) -> Void) {
        guard !words.isEmpty, !hasEnded else { return }
        if open?.kind != kind {
            closeOpen(emit)
            closeWholeCalls(emit)
            guard let part = newPart(emit) else { return }
            open = (part, kind)
            emit(.partStart(part, kind))
        }
        if let open { emit(.partDelta(open.part, delta)) }
    }

    private mutating func closeOpen(_ emit: (StreamEvent) -> Void) {
        guard let part = open?.part else { return }
        open = nil
        emit(.partStop(part))
    }

    private mutating func closeAll(_ emit: (StreamEvent) -> Void) {
        closeOpen(emit)
        for index in calls.indices { close(index, emit) }
    }

    // MARK: tool calls

    /// Upstreams never say that a call's arguments have ended. One that is whole has when something else begins.
    private mutating func closeWholeCalls(_ emit: (StreamEvent) -> Void) {
        for index in calls.indices where calls[index].text.isWhole { close(index, emit) }
    }

    private mutating func close(_ index: Int, _ emit: (StreamEvent) -> Void) {
        guard let part = calls[index].part, !calls[index].isClosed else { return }
        calls[index].isClosed = true
        emit(.partStop(part))
    }

    private mutating func receive(call json: JSON, _ position: Int, _ emit: (StreamEvent) -> Void) {
        let function = json["function"]
        let (id, name) = (json["id"]?.string ?? "", function?["name"]?.string ?? "")
        let index = find(json["index"]?.integer.map(Int.init), id, name, position, emit)
        if calls[index].id.isEmpty { calls[index].id = id }
        if calls[index].part == nil { calls[index].name += name }
        let fragment = OpenAIAnswers.arguments(function?["arguments"])
        if calls[index].part == nil {
            calls[index].held += fragment
            guard !calls[index].name.isEmpty else { return }
            begin(index, emit)
        } else if !fragment.isEmpty {
            add(arguments: fragment, to: index, emit)
        }
        if let signature = OpenAIContent.signature(ofCall: json), let part = calls[index].part, !calls[index].isClosed {
            emit(.partDelta(part, .signature(signature)))
        }
    }

    /// Which call a fragment belongs to: by its index; by its id where servers leave the index out; a second id under
    /// the same index is a second call, which some servers send.
    private mutating func find(
        _ index: Int?, _ id: String, _ name: String, _ position: Int, _ emit: (StreamEvent) -> Void
    ) -> Int {
        if let index, let known = callOf[index] {
            guard !id.isEmpty, !name.isEmpty, !calls[known].id.isEmpty, calls[known].id != id else { return known }
        } else if index == nil, id.isEmpty, name.isEmpty, let lastCall {
            return lastCall
        } else if index == nil, !id.isEmpty, let known = calls.firstIndex(where: { $0.id == id }) {
            return known
        }
        calls.append(Call())
        let new = calls.count - 1
        if let index { callOf[index] = new }
        lastCall = new
        return new
    }

    private mutating func begin(_ index: Int, _ emit: (StreamEvent) -> Void) {
        closeOpen(emit)
        closeWholeCalls(emit)
        guard let part = newPart(emit) else { return }
        calls[index].part = part
        let id = OpenAIAnswers.callID(calls[index].id, ordinal: index, answer: answerID)
        emit(.partStart(part, .toolCall(id: id, name: calls[index].name)))
        let held = calls[index].held
        calls[index].held = ""
        if !held.isEmpty { add(arguments: held, to: index, emit) }
    }

    private mutating func add(arguments fragment: String, to index: Int, _ emit: (StreamEvent) -> Void) {
        guard let part = calls[index].part else { return }
        guard !calls[index].isClosed else {
            if !fragment.trimmingBlanks.isEmpty {
                fail(.malformed, "more arguments of a tool call that was whole", emit)
            }
            return
        }
        calls[index].text.feed(fragment)
        emit(.partDelta(part, .arguments(fragment)))
    }

    private mutating func fail(_ kind: ModelError.Kind, _ what: String, _ emit: (StreamEvent) -> Void) {
        hasEnded = true
        emit(.error(ModelError(kind, "The upstream sent \(what); try again.")))
    }
}

extension String {
    /// Without blanks and line breaks at either end.
    var trimmingBlanks: String {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = utf8.first, let last = utf8.last, isBlank(first) || isBlank(last) else { return self }
        let bytes = Array(utf8)
        guard let start = bytes.firstIndex(where: { !isBlank($0) }), let end = bytes.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(decoding: bytes[start...end], as: UTF8.self)
    }
}
