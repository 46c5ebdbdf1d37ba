import ClawDialects

/// One rule's look at one answer: whole, or as its events come. Of each text of a stream the last ``window`` characters
/// are kept back, and what is found only in part; so what the rule looks for is seen whole before any of it goes out,
/// where it is no longer than that.
struct AnswerFilter: Sendable {
    /// A text that is not to be let through yet.
    private struct Held: Sendable {
        var kind: TextKind
        var text = ""
        /// How long it was when the rule last looked at it, in bytes.
        var seen = 0
        /// Whether something in the part has been replaced: a proof of what was said would be wrong.
        var isChanged = false

        /// What is kept back for long grows by an eighth before the rule looks at all of it again: otherwise each piece
        /// would cost as much as everything before it.
        var isWorthALook: Bool {
            let length = text.utf8.count
            return length <= 2048 || length >= seen + seen / 8 || length > AnswerFilter.mostHeld
        }
    }

    private let rule: any Guardrail
    private let window: Int
    private let context: GuardContext
    private var size = 0
    private var held: [Int: Held] = [:]

    /// In bytes: what goes on for longer without an end cannot be judged, and is refused.
    fileprivate static let mostHeld = 64 << 10
    /// In bytes: what goes on for longer without a gap is cut anywhere.
    private static let longestWord = 1024

    init(_ rule: any Guardrail, window: Int, _ context: GuardContext) {
        (self.rule, self.window, self.context) = (rule, min(max(0, window), 16 << 10), context)
    }

    /// The rule's.
    var name: String { rule.name }

    // MARK: whole answers

    func inspect(_ answer: inout ModelAnswer) throws(GuardrailRefusal) {
        let places = answer.parts.indices.filter { answer.parts[$0].guarded != nil }
        let texts = places.compactMap { answer.parts[$0].guarded }
        var guarded = GuardedAnswer(
            context, texts.reduce(0) { $0 + $1.utf8.count }, answer.parts.toolCalls.map(\.name),
            texts.map { GuardedAnswer.Piece(text: $0, isWhole: true) })
        try rule.inspect(&guarded)
        for (place, piece) in zip(places, guarded.pieces) where piece.isChanged { answer.parts[place].guarded = piece.text }
    }

    // MARK: streams

    mutating func pass(_ events: [StreamEvent]) throws(GuardrailRefusal) -> [StreamEvent] {
        var passed: [StreamEvent] = []
        for event in events {
            switch event {
            case .partStart(let part, let start):
                if case .toolCall(_, let name) = start {
                    var guarded = GuardedAnswer(context, size, [name], [])
                    try rule.inspect(&guarded)
                }
                passed.append(.partStart(part, start))
            case .partDelta(let part, let delta): try take(delta, of: part, &passed)
            case .partStop(let part):
                try release(part, isWhole: true, &passed)
                held[part] = nil
                passed.append(event)
            case .finish:
                for part in held.keys.sorted() { try release(part, isWhole: true, &passed) }
                passed.append(event)
            case .start, .usage, .ping, .error: passed.append(event)
            }
        }
        return passed
    }

    private mutating func take(_ delta: PartDelta, of part: Int, _ passed: inout [StreamEvent]) throws(GuardrailRefusal) {
        guard let (kind, text) = delta.guarded else {
            try release(part, isWhole: true, &passed)
            if held[part]?.isChanged != true { passed.append(.partDelta(part, delta)) }
            return
        }
        if let before = held[part], before.kind != kind { try release(part, isWhole: true, &passed) }
        size += text.utf8.count
        held[part, default: Held(kind: kind)].text += text
        held[part]?.kind = kind
        if window > 0, let waiting = held[part], !waiting.isWorthALook { return }
        try release(part, isWhole: window == 0, &passed)
    }

    /// Lets through what may go: everything, where nothing follows that could belong to it.
    private mutating func release(
        _ part: Int, isWhole: Bool, _ passed: inout [StreamEvent]
    ) throws(GuardrailRefusal) {
        guard let waiting = held[part], !waiting.text.isEmpty else { return }
        var guarded = GuardedAnswer(context, size, [], [GuardedAnswer.Piece(text: waiting.text, isWhole: isWhole)])
        try rule.inspect(&guarded)
        let piece = guarded.pieces[0]
        var (text, rest, isChanged) = (piece.text, "", piece.isChanged)
        if !isWhole {
            let cut = cut(piece)
            guard cut > text.startIndex || text.utf8.count <= Self.mostHeld else {
                throw GuardrailRefusal("The rule '\(rule.name)' cannot judge what has no end; ask for something shorter.")
            }
            let edits = piece.edits.filter { $0.range.upperBound <= cut }
            (text, rest) = (text.applying(edits, upTo: cut), String(text[cut...]))
            isChanged = !edits.isEmpty
        }
        held[part]?.text = rest
        held[part]?.seen = rest.utf8.count
        if isChanged { held[part]?.isChanged = true }
        if !text.isEmpty { passed.append(.partDelta(part, waiting.kind.delta(text))) }
    }

    /// Up to where a piece may go out: not so far that something that is looked for could have begun before; between
    /// words, so that what follows begins as it began in the whole; and before what is being found.
    private func cut(_ piece: GuardedAnswer.Piece) -> String.Index {
        let text = piece.text
        guard let limit = text.index(text.endIndex, offsetBy: -window, limitedBy: text.startIndex) else {
            return text.startIndex
        }
        let gap = text[..<limit].lastIndex { !$0.isLetter && !$0.isNumber && $0 != "_" }
        let isOneWord = gap == nil && text.utf8.distance(from: text.startIndex, to: limit) <= Self.longestWord
        var cut = gap.map { text.index(after: $0) } ?? (isOneWord ? text.startIndex : limit)
        if let open = piece.open { cut = min(cut, open) }
        for edit in piece.edits where edit.range.lowerBound < cut && cut < edit.range.upperBound {
            cut = edit.range.lowerBound
        }
        return cut
    }
}

/// What kind of text a delta is of.
private enum TextKind: Sendable {
    case text, reasoning, arguments, refusal

    func delta(_ text: String) -> PartDelta {
        switch self {
        case .text: .text(text)
        case .reasoning: .reasoning(text)
        case .arguments: .arguments(text)
        case .refusal: .refusal(text)
        }
    }
}

extension PartDelta {
    /// nil: nothing that a guardrail could read.
    fileprivate var guarded: (kind: TextKind, text: String)? {
        switch self {
        case .text(let text): (.text, text)
        case .reasoning(let text): (.reasoning, text)
        case .arguments(let text): (.arguments, text)
        case .refusal(let text): (.refusal, text)
        case .signature: nil
        }
    }
}

extension ContentPart {
    /// What a guardrail reads of it; nil: nothing.
    fileprivate var guarded: String? {
        get {
            switch content {
            case .text(let text), .refusal(let text): text
            case .reasoning(let reasoning): reasoning.text
            case .toolCall(let call): call.arguments
            case .image, .document, .audio, .toolResult, .other: nil
            }
        }
        set {
            guard let text = newValue else { return }
            switch content {
            case .text: content = .text(text)
            case .refusal: content = .refusal(text)
            case .reasoning(var reasoning):
                // The proof of what was thought is wrong now.
                (reasoning.text, reasoning.signature) = (text, nil)
                content = .reasoning(reasoning)
            case .toolCall(var call):
                call.arguments = text
                content = .toolCall(call)
            case .image, .document, .audio, .toolResult, .other: break
            }
        }
    }
}
