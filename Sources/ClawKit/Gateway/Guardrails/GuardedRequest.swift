public import ClawDocuments
public import ClawLedger

/// A client's request, whatever its dialect, as a guardrail sees it.
public struct GuardedRequest: Sendable {
    /// The name asked for.
    public let model: String
    /// Whose key was shown.
    public let subject: UsageSubject
    /// Of the body as the client sent it, in bytes.
    public let size: Int
    public private(set) var document: JSONObject
    private(set) var isChanged = false

    public init(model: String, subject: UsageSubject, size: Int, document: JSONObject) {
        (self.model, self.subject, self.size, self.document) = (model, subject, size, document)
    }

    /// The names of the tools that the model may call.
    public var tools: [String] {
        (document["tools"]?.array ?? []).compactMap { $0["function"]?["name"]?.string ?? $0["name"]?.string ?? $0["type"]?.string }
            + (document["functions"]?.array ?? []).compactMap { $0["name"]?.string }
    }

    /// Every text that the model would read: what was said, instructions, calls of tools and their results.
    public var texts: [String] {
        var texts: [String] = []
        for name in Self.spoken {
            if let value = document[name] { Self.visit(value, depth: 0) { texts.append($0) } }
        }
        return texts
    }

    /// Changes every text that the model would read.
    public mutating func rewriteTexts(_ change: (String) -> String) {
        for name in Self.spoken {
            guard let value = document[name] else { continue }
            var hasChanged = false
            let new = Self.rewritten(value, depth: 0) { text in
                let new = change(text)
                if new != text { hasChanged = true }
                return new
            }
            guard hasChanged else { continue }
            document[name] = new
            isChanged = true
        }
    }

    private static let spoken = ["messages", "system", "prompt", "input", "instructions", "suffix"]
    /// What tells parts of a request from each other, and media.
    private static let unspoken: Set<String> = [
        "role", "type", "id", "name", "tool_call_id", "tool_use_id", "call_id", "data", "url", "image_url", "images",
        "media_type", "file_id", "detail", "signature", "encrypted_content", "status", "format",
    ]
    private static let deepest = 64

    private static func visit(_ value: JSON, depth: Int, _ body: (String) -> Void) {
        guard depth < deepest else { return }
        switch value {
        case .string(let text): body(text)
        case .array(let elements): for element in elements { visit(element, depth: depth + 1, body) }
        case .object(let object):
            for member in object where !unspoken.contains(member.name) { visit(member.value, depth: depth + 1, body) }
        default: break
        }
    }

    private static func rewritten(_ value: JSON, depth: Int, _ change: (String) -> String) -> JSON {
        guard depth < deepest else { return value }
        switch value {
        case .string(let text): return .string(change(text))
        case .array(let elements): return .array(elements.map { rewritten($0, depth: depth + 1, change) })
        case .object(let object):
            return .object(
                JSONObject(
                    object.map { member in
                        let isKept = unspoken.contains(member.name)
                        return (member.name, isKept ? member.value : rewritten(member.value, depth: depth + 1, change))
                    }))
        default: return value
        }
    }
}
