import ClawDocuments

/// Content blocks of Anthropic's Messages API.
enum AnthropicContent {
    // MARK: reading

    /// A text, or a list of blocks.
    static func parts(_ place: Place, _ limits: DialectLimits) throws(ModelError) -> [ContentPart] {
        if let text = place.json?.string { return [.text(text)] }
        var parts: [ContentPart] = []
        for block in try place.elements("a string or a list of blocks", most: limits.parts) {
            var part = ContentPart(try content(block, limits))
            part.cacheMark = OpenAIContent.cacheMark(block.json)
            parts.append(part)
        }
        return parts
    }

    private static func content(_ place: Place, _ limits: DialectLimits) throws(ModelError) -> ContentPart.Content {
        let object = try place.object("a block such as {\"type\":\"text\",\"text\":\"…\"}")
        switch try place["type"].name("the block's type, such as \"text\"") {
        case "text": return .text(try place["text"].string())
        case "image": return .image(try media(place["source"]))
        case "document":
            // A document made of blocks has no place in the form.
            if place["source"]["type"].json?.string == "content" {
                return .other(DialectValue(.anthropic, .object(object)))
            }
            var document = try media(place["source"])
            document.name = try place["title"].optionalString()
            return .document(document)
        case "tool_use":
            return .toolCall(
                ToolCall(
                    id: try place["id"].name("the call's id"), name: try place["name"].name("the tool's name"),
                    arguments: ToolArguments.text(.object(try place["input"].object("the call's arguments")))))
        case "tool_result":
            let content = place["content"]
            return .toolResult(
                ToolResult(
                    callID: try place["tool_use_id"].name("the id of the call that this answers"),
                    parts: content.isMissing ? [] : try parts(content, limits),
                    isError: try place["is_error"].optionalBool() ?? false))
        case "thinking":
            return .reasoning(
                Reasoning(try place["thinking"].string(), signature: try place["signature"].optionalString()))
        case "redacted_thinking": return .reasoning(Reasoning("", redacted: try place["data"].string()))
        default: return .other(DialectValue(.anthropic, .object(object)))
        }
    }

    private static func media(_ source: Place) throws(ModelError) -> Media {
        let type = try source["type"].name("base64, url or file")
        let mediaType = try source["media_type"].optionalString()
        switch type {
        case "base64": return Media(.base64(try source["data"].name("the data in base64")), mediaType: mediaType)
        case "url": return Media(.url(try source["url"].name("a URL")))
        case "file": return Media(.file(try source["file_id"].name("a file's id")))
        case "text": return Media(.text(try source["data"].string()), mediaType: mediaType)
        default: throw source["type"].unknown(type, "base64, url, file or text")
        }
    }

    // MARK: writing

    /// Writes a block; says so where Anthropic has none for it.
    static func write(_ part: ContentPart, to text: inout JSONText, dropped: inout [String]) {
        switch part.content {
        case .text(let words), .refusal(let words):
            // Empty ones are refused.
            guard !words.isEmpty else { return }
            begin("text", &text)
            text.put("text", words)
        case .image(let media):
            begin("image", &text)
            write(source: media, defaultType: "image/png", to: &text)
        case .document(let media):
            begin("document", &text)
            write(source: media, defaultType: "application/pdf", to: &text)
            text.put("title", media.name)
        case .audio: return dropped.append("audio")
        case .toolCall(let call):
            begin("tool_use", &text)
            text.put("id", identifier(call.id))
            text.put("name", call.name)
            text.put("input", raw: ToolArguments.objectText(call.arguments))
        case .toolResult(let result):
            begin("tool_result", &text)
            text.put("tool_use_id", identifier(result.callID))
            write(content: result.parts, to: &text, dropped: &dropped)
            if result.isError { text.put("is_error", true) }
        case .reasoning(let reasoning): return write(reasoning, to: &text, dropped: &dropped)
        case .other(let value) where value.family == .anthropic: return text.value(value.json)
        case .other(let value): return dropped.append("\(value.family) part '\(value.json["type"]?.string ?? "")'")
        }
        OpenAIContent.writeMark(part.cacheMark, to: &text)
        text.endObject()
    }

    /// Thoughts go back only with the proof that they are the provider's own.
    private static func write(_ reasoning: Reasoning, to text: inout JSONText, dropped: inout [String]) {
        if let data = reasoning.redacted {
            begin("redacted_thinking", &text)
            text.put("data", data)
        } else if let signature = reasoning.signature, !signature.isEmpty {
            begin("thinking", &text)
            text.put("thinking", reasoning.text)
            text.put("signature", signature)
        } else {
            return dropped.append("reasoning without signature")
        }
        text.endObject()
    }

    private static func write(content parts: [ContentPart], to text: inout JSONText, dropped: inout [String]) {
        if parts.count == 1, let words = parts[0].text, parts[0].cacheMark == nil {
            text.put("content", words)
            return
        }
        guard !parts.isEmpty else { return }
        text.beginArray("content")
        for part in parts { write(part, to: &text, dropped: &dropped) }
        text.endArray()
    }

    private static func begin(_ type: String, _ text: inout JSONText) {
        text.beginObject()
        text.put("type", type)
    }

    private static func write(source media: Media, defaultType: String, to text: inout JSONText) {
        text.beginObject("source")
        switch media.source {
        case .url(let url):
            text.put("type", "url")
            text.put("url", url)
        case .base64(let data):
            text.put("type", "base64")
            text.put("media_type", media.mediaType ?? defaultType)
            text.put("data", data)
        case .file(let id):
            text.put("type", "file")
            text.put("file_id", id)
        case .text(let words):
            text.put("type", "text")
            text.put("media_type", "text/plain")
            text.put("data", words)
        }
        text.endObject()
    }

    /// Anthropic takes letters, digits, `_` and `-` in ids; other providers write others.
    static func identifier(_ id: String) -> String {
        func isTaken(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        if id.utf8.allSatisfy(isTaken) { return id }
        return String(decoding: id.utf8.map { isTaken($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    }
}
