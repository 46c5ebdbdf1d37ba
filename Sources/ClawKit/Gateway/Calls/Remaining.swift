import ClawDialects
import Synchronization

/// Steps that are handed out one by one.
final class Remaining: Sendable {
    private let steps: Mutex<ArraySlice<AnswerStep>>
    init(_ steps: [AnswerStep]) { self.steps = Mutex(steps[...]) }
    func next() -> AnswerStep? { steps.withLock { $0.popFirst() } }
}

extension ContentPart {
    /// The part as a stream would bring it; nil where it has no place in an answer.
    var streamed: (start: PartStart, deltas: [PartDelta])? {
        switch content {
        case .text(let text): (.text, [.text(text)])
        case .refusal(let text): (.refusal, [.refusal(text)])
        case .toolCall(let call): (.toolCall(id: call.id, name: call.name), [.arguments(call.arguments)])
        case .reasoning(let reasoning):
            if let redacted = reasoning.redacted, reasoning.text.isEmpty {
                (.redactedReasoning(redacted), [])
            } else {
                (.reasoning, [.reasoning(reasoning.text)] + (reasoning.signature.map { [.signature($0)] } ?? []))
            }
        case .other(let value): (.other(value), [])
        case .image, .document, .audio, .toolResult: nil
        }
    }
}
