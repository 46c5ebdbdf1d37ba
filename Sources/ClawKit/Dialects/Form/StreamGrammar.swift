/// Makes a well-formed stream of any events: one start, each part begun once and ended once, one ending.
///
/// What would break that (a second start, a second stop, a delta of a part that has ended) is left out, and what is
/// missing (the start, a stop before the finish) is put in. Encoders work on what comes out of here, so that no
/// client ever sees a block stopped twice and runs its tool twice.
public struct StreamGrammar: Sendable {
    private enum PartState: Sendable {
        case open(PartStart)
        case closed
    }

    private var parts: [Int: PartState] = [:]
    public private(set) var hasStarted = false
    /// Whether the answer has its ending, good or bad; nothing follows.
    public private(set) var hasEnded = false

    public init() {}

    /// The events that may follow what there was, in place of `event`.
    public mutating func admit(_ event: StreamEvent, _ emit: (StreamEvent) -> Void) {
        guard !hasEnded else { return }
        switch event {
        case .start(let start):
            guard !hasStarted else { return }
            hasStarted = true
            emit(.start(start))
        case .partStart(let index, let part):
            guard parts[index] == nil else { return }
            begin(emit)
            parts[index] = .open(part)
            emit(event)
        case .partDelta(let index, let delta):
            switch parts[index] {
            case .open(let part): if delta.belongs(to: part) { emit(event) }
            case .closed: break
            case nil:
                guard let start = delta.impliedStart else { return }
                admit(.partStart(index, start), emit)
                emit(event)
            }
        case .partStop(let index):
            guard case .open = parts[index] else { return }
            parts[index] = .closed
            emit(event)
        case .usage:
            begin(emit)
            emit(event)
        case .ping: emit(event)
        case .finish:
            begin(emit)
            for index in parts.keys.sorted() { admit(.partStop(index), emit) }
            hasEnded = true
            emit(event)
        case .error:
            hasEnded = true
            emit(event)
        }
    }

    private mutating func begin(_ emit: (StreamEvent) -> Void) {
        guard !hasStarted else { return }
        hasStarted = true
        emit(.start(StreamStart()))
    }
}

/// Puts a streamed answer together.
public struct AnswerCollector: Sendable {
    private var grammar = StreamGrammar()
    private var order: [Int] = []
    private var parts: [Int: ContentPart] = [:]
    private var answer = ModelAnswer()
    private var hasFinished = false
    /// Why there will be no answer.
    public private(set) var error: ModelError?

    public init() {}

    public mutating func add(_ event: StreamEvent) {
        var admitted: [StreamEvent] = []
        grammar.admit(event) { admitted.append($0) }
        for event in admitted { take(event) }
    }

    /// The whole answer; nil until it has finished.
    public var finished: ModelAnswer? { hasFinished ? soFar : nil }

    /// What there is of the answer.
    public var soFar: ModelAnswer {
        var answer = answer
        answer.parts = order.compactMap { parts[$0] }
        return answer
    }

    private mutating func take(_ event: StreamEvent) {
        switch event {
        case .start(let start):
            (answer.id, answer.model, answer.created) = (start.id, start.model, start.created)
        case .partStart(let index, let start):
            order.append(index)
            parts[index] = ContentPart(start)
        case .partDelta(let index, let delta): parts[index]?.add(delta)
        case .usage(let usage): answer.usage = usage
        case .finish(let reason):
            hasFinished = true
            answer.finish = reason
        case .error(let error): self.error = error
        case .partStop, .ping: break
        }
    }
}

extension ContentPart {
    /// A part with nothing in it yet.
    init(_ start: PartStart) {
        switch start {
        case .text: self.init(.text(""))
        case .reasoning: self.init(.reasoning(Reasoning("")))
        case .redactedReasoning(let data): self.init(.reasoning(Reasoning("", redacted: data)))
        case .toolCall(let id, let name): self.init(.toolCall(ToolCall(id: id, name: name, arguments: "")))
        case .refusal: self.init(.refusal(""))
        case .other(let value): self.init(Content.other(value))
        }
    }

    /// Adds what a stream adds.
    mutating func add(_ delta: PartDelta) {
        // What is there is given up before it grows, so that it grows in place.
        let old = content
        content = .text("")
        switch (delta, consume old) {
        case (.text(let more), .text(var text)):
            text += more
            content = .text(text)
        case (.refusal(let more), .refusal(var text)):
            text += more
            content = .refusal(text)
        case (.reasoning(let more), .reasoning(var reasoning)):
            reasoning.text += more
            content = .reasoning(reasoning)
        case (.signature(let more), .reasoning(var reasoning)):
            reasoning.signature = (reasoning.signature ?? "") + more
            content = .reasoning(reasoning)
        case (.arguments(let more), .toolCall(var call)):
            call.arguments += more
            content = .toolCall(call)
        case (.signature(let more), .toolCall(var call)):
            call.signature = (call.signature ?? "") + more
            content = .toolCall(call)
        case (_, let other): content = other
        }
    }
}

extension ModelAnswer {
    /// The answer as a stream would have brought it, each part in one piece.
    public var events: [StreamEvent] {
        var events: [StreamEvent] = [.start(StreamStart(id: id, model: model, created: created))]
        for (index, part) in parts.enumerated() {
            events += part.events(index)
            events.append(.partStop(index))
        }
        return events + [.usage(usage), .finish(finish)]
    }
}

extension ContentPart {
    fileprivate func events(_ index: Int) -> [StreamEvent] {
        switch content {
        case .text(let text): [.partStart(index, .text), .partDelta(index, .text(text))]
        case .refusal(let text): [.partStart(index, .refusal), .partDelta(index, .refusal(text))]
        case .reasoning(let reasoning):
            if let data = reasoning.redacted {
                [.partStart(index, .redactedReasoning(data))]
            } else {
                [.partStart(index, .reasoning), .partDelta(index, .reasoning(reasoning.text))]
                    + (reasoning.signature.map { [.partDelta(index, .signature($0))] } ?? [])
            }
        case .toolCall(let call):
            [.partStart(index, .toolCall(id: call.id, name: call.name)), .partDelta(index, .arguments(call.arguments))]
                + (call.signature.map { [.partDelta(index, .signature($0))] } ?? [])
        case .other(let value): [.partStart(index, .other(value))]
        // No answer holds these; a dialect that learns to will say how it streams them.
        case .image, .document, .audio, .toolResult: []
        }
    }
}
