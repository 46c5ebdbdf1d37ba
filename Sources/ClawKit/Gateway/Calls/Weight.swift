import ClawDialects
import ClawDocuments

/// What holding something takes, in bytes, roughly and never too little by much.
extension AnswerStep {
    var weight: Int {
        switch content {
        case .bytes(let bytes): bytes.count + 64
        case .events(let events): events.reduce(64) { $0 + $1.weight }
        }
    }
}

extension StreamEvent {
    fileprivate var weight: Int {
        switch self {
        case .partDelta(_, let delta):
            switch delta {
            case .text(let text), .reasoning(let text), .signature(let text), .arguments(let text), .refusal(let text):
                256 + text.utf8.count
            }
        case .partStart(_, .redactedReasoning(let text)): 256 + text.utf8.count
        case .partStart(_, .other(let value)): 256 + value.json.bytes().count
        default: 256
        }
    }
}

extension WholeAnswer {
    var weight: Int {
        switch content {
        case .bytes(let bytes): bytes.count + 256
        case .answer(let answer): answer.parts.reduce(1024) { $0 + $1.weight }
        }
    }
}

extension ContentPart {
    fileprivate var weight: Int {
        switch content {
        case .text(let text), .refusal(let text): 256 + text.utf8.count
        case .toolCall(let call): 512 + call.arguments.utf8.count
        case .reasoning(let reasoning):
            [reasoning.text, reasoning.signature ?? "", reasoning.redacted ?? ""].reduce(512) { $0 + $1.utf8.count }
        case .image(let media), .document(let media), .audio(let media): 512 + media.weight
        case .toolResult(let result): result.parts.reduce(512) { $0 + $1.weight }
        case .other(let value): 256 + value.json.bytes().count
        }
    }
}

extension Media {
    fileprivate var weight: Int {
        switch source {
        case .url(let text), .base64(let text), .file(let text), .text(let text): text.utf8.count
        }
    }
}

extension EmbeddingAnswer {
    var weight: Int { vectors.reduce(256) { $0 + $1.count * 4 + 64 } }
}
