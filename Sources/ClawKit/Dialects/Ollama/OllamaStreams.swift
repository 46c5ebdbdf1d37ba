import ClawDocuments

/// Writes Ollama's lines. A tool call goes out whole, since its arguments are an object.
struct OllamaStreamEncoder: Sendable {
    private let context: ReplyContext
    private let form: OllamaAnswers.Form
    private var grammar = StreamGrammar()
    /// Calls that have not gone out, in the order in which they began; a line says one whole, in that order.
    private var calls: [(part: Int, call: ToolCall, isWhole: Bool)] = []
    private var callCount = 0
    private var usage = TokenUsage()

    init(_ context: ReplyContext, _ form: OllamaAnswers.Form) { (self.context, self.form) = (context, form) }

    var hasEnded: Bool { grammar.hasEnded }

    mutating func encode(_ event: StreamEvent, to out: inout [UInt8]) {
        var grammar = grammar
        grammar.admit(event) { write($0, to: &out) }
        self.grammar = grammar
    }

    private mutating func write(_ event: StreamEvent, to out: inout [UInt8]) {
        switch event {
        // Lines have no comments, and nothing announces an answer.
        case .start, .ping: break
        case .usage(let usage): self.usage = usage
        case .partStart(let part, .toolCall(let id, let name)):
            calls.append((part, ToolCall(id: id, name: name, arguments: ""), false))
        case .partStart: break
        case .partDelta(let part, .arguments(let fragment)):
            if let index = calls.firstIndex(where: { $0.part == part }) { calls[index].call.arguments += fragment }
        case .partDelta(_, .text(let words)), .partDelta(_, .refusal(let words)): line(words, to: &out)
        case .partDelta(_, .reasoning(let words)): line("", thoughts: words, to: &out)
        case .partDelta(_, .signature): break
        case .partStop(let part):
            guard let index = calls.firstIndex(where: { $0.part == part }) else { return }
            calls[index].isWhole = true
            while let first = calls.first, first.isWhole {
                calls.removeFirst()
                if form == .chat { line("", call: first.call, to: &out) }
            }
        case .finish(let reason):
            var text = OllamaAnswers.begin(context)
            OllamaAnswers.write("", thoughts: "", [], form, to: &text)
            OllamaAnswers.writeEnding(reason, usage, to: &text)
            end(text, to: &out)
        case .error(let error):
            out += OllamaAnswers.encode(error)
            out.append(UInt8(ascii: "\n"))
        }
    }

    private mutating func line(_ words: String, thoughts: String = "", call: ToolCall? = nil, to out: inout [UInt8]) {
        var text = OllamaAnswers.begin(context)
        if let call {
            text.beginObject("message")
            text.put("role", "assistant")
            text.put("content", "")
            text.beginArray("tool_calls")
            OllamaAnswers.write(call, callCount, to: &text)
            text.endArray()
            text.endObject()
            callCount += 1
        } else {
            OllamaAnswers.write(words, thoughts: thoughts, [], form, to: &text)
        }
        text.put("done", false)
        end(text, to: &out)
    }

    private func end(_ text: consuming JSONText, to out: inout [UInt8]) {
        text.endObject()
        out += text.bytes
        out.append(UInt8(ascii: "\n"))
    }
}

/// Reads Ollama's lines. Whole with `"done":true`; an error is a line with a member of that name.
struct OllamaStreamDecoder: Sendable {
    private let limits: DialectLimits
    private var framer: LineFramer
    private var hasStarted = false
    private var stamp: String?
    private var nextPart = 0
    private var callCount = 0
    private var open: (part: Int, kind: PartStart)?
    private(set) var hasEnded = false

    init(_ limits: DialectLimits) {
        self.limits = limits
        framer = LineFramer(limit: limits.eventBytes)
    }

    mutating func receive(_ bytes: [UInt8], _ emit: (StreamEvent) -> Void) {
        guard !hasEnded else { return }
        let lines: [[UInt8]]
        do { lines = try framer.feed(bytes) } catch { return fail("a line that is too long", emit) }
        for line in lines where !hasEnded { receive(line: line, emit) }
    }

    mutating func receiveEnd(_ emit: (StreamEvent) -> Void) {
        if !hasEnded, let rest = framer.takeRest(), (try? JSONParser.parse(rest)) != nil { receive(line: rest, emit) }
        guard !hasEnded else { return }
        hasEnded = true
        emit(.error(ModelError(.truncated, "The upstream ended its stream before the answer was whole; try again.")))
    }

    private mutating func receive(line: [UInt8], _ emit: (StreamEvent) -> Void) {
        guard let json = try? JSONParser.parse(line, limits: .init(depth: limits.depth)), json.object != nil else {
            return fail("a line that is no JSON object", emit)
        }
        if let error = json["error"], !error.isNull {
            hasEnded = true
            return emit(
                .error(OllamaAnswers.decode(error: json, status: nil) ?? ModelError(.server, "The upstream failed.")))
        }
        if !hasStarted {
            hasStarted = true
            stamp = json["created_at"]?.string
            emit(.start(StreamStart(model: json["model"]?.string ?? "")))
        }
        // `/api/generate` has the members of a message at the top.
        let message = json["message"] ?? json
        add(message["thinking"]?.string, .reasoning, emit)
        add(message["content"]?.string ?? json["response"]?.string, .text, emit)
        for call in message["tool_calls"]?.array ?? [] where !hasEnded { receive(call: call, emit) }
        guard json["done"]?.bool == true, !hasEnded else { return }
        hasEnded = true
        close(emit)
        emit(.usage(TokenUsage(ollama: json)))
        emit(.finish(FinishReason(ollama: json["done_reason"]?.string).given(toolCalls: callCount > 0)))
    }

    private mutating func add(_ words: String?, _ kind: PartStart, _ emit: (StreamEvent) -> Void) {
        guard let words, !words.isEmpty, !hasEnded else { return }
        if open?.kind != kind {
            close(emit)
            guard let part = newPart(emit) else { return }
            open = (part, kind)
            emit(.partStart(part, kind))
        }
        guard let open else { return }
        emit(.partDelta(open.part, kind == .text ? .text(words) : .reasoning(words)))
    }

    private mutating func receive(call json: JSON, _ emit: (StreamEvent) -> Void) {
        guard let call = OllamaAnswers.call(json, ordinal: callCount, stamp: stamp) else {
            return fail("a tool call without a name", emit)
        }
        close(emit)
        guard let part = newPart(emit) else { return }
        callCount += 1
        emit(.partStart(part, .toolCall(id: call.id, name: call.name)))
        emit(.partDelta(part, .arguments(call.arguments)))
        emit(.partStop(part))
    }

    private mutating func newPart(_ emit: (StreamEvent) -> Void) -> Int? {
        guard nextPart < limits.answerParts else {
            fail("more than \(limits.answerParts) parts", emit)
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

    private mutating func fail(_ what: String, _ emit: (StreamEvent) -> Void) {
        hasEnded = true
        emit(.error(ModelError(.malformed, "The upstream sent \(what); try again.")))
    }
}
