import ClawDocuments

/// The content of messages in OpenAI's chat form.
enum OpenAIContent {
    // MARK: reading

    /// A text, or a list of parts.
    static func parts(_ place: Place, _ limits: DialectLimits) throws(ModelError) -> [ContentPart] {
        if let text = place.json?.string { return [.text(text)] }
        var parts: [ContentPart] = []
        for part in try place.elements("a string or a list of parts", most: limits.parts) {
            var read = ContentPart(try content(part))
            read.cacheMark = cacheMark(part.json)
            parts.append(read)
        }
        return parts
    }

    private static func content(_ place: Place) throws(ModelError) -> ContentPart.Content {
        if let text = place.json?.string { return .text(text) }
        let object = try place.object("a part such as {\"type\":\"text\",\"text\":\"…\"}")
        switch try place["type"].name("the part's type, such as \"text\"") {
        case "text": return .text(try place["text"].string())
        case "refusal": return .refusal(try place["refusal"].string())
        case "image_url":
            let image = place["image_url"]
            if let url = image.json?.string { return .image(Media(url: url)) }
            return .image(
                Media(
                    url: try image["url"].name("the image's URL, or a data: URL"),
                    detail: try image["detail"].optionalString()))
        case "input_audio":
            let audio = place["input_audio"]
            let format = try audio["format"].name("wav or mp3")
            return .audio(
                Media(.base64(try audio["data"].name("the sound in base64")), mediaType: mediaType(ofAudio: format)))
        case "file":
            let file = place["file"]
            let name = try file["filename"].optionalString()
            if let id = try file["file_id"].optionalString() { return .document(Media(.file(id), name: name)) }
            var media = Media(url: try file["file_data"].name("the file as a data: URL, or give 'file_id'"))
            media.name = name
            return .document(media)
        default: return .other(DialectValue(.openAI, .object(object)))
        }
    }

    /// `cache_control`, which OpenAI does not know but LiteLLM and OpenRouter take in this form.
    static func cacheMark(_ json: JSON?) -> CacheMark? {
        guard let mark = json?["cache_control"], mark.object != nil else { return nil }
        return CacheMark(timeToLive: mark["ttl"]?.string)
    }

    /// What a message or a delta tells of thoughts: LiteLLM's `thinking_blocks`, which keep signatures, or the plain
    /// `reasoning_content` (DeepSeek, vLLM) or `reasoning` (OpenRouter, Ollama, newer vLLM).
    static func reasoning(of message: JSON?) -> [ContentPart] {
        if let blocks = message?["thinking_blocks"]?.array, !blocks.isEmpty {
            return blocks.map { block in
                if let data = block["data"]?.string { return .reasoning(Reasoning("", redacted: data)) }
                return .reasoning(
                    Reasoning(block["thinking"]?.string ?? "", signature: block["signature"]?.string))
            }
        }
        guard let text = reasoningText(message), !text.isEmpty else { return [] }
        return [.reasoning(Reasoning(text))]
    }

    static func reasoningText(_ message: JSON?) -> String? {
        message?["reasoning_content"]?.string ?? message?["reasoning"]?.string
    }

    /// Gemini's proof of a call, as Google's OpenAI-compatible API carries it.
    static func signature(ofCall json: JSON?) -> String? {
        json?["extra_content"]?["google"]?["thought_signature"]?.string
    }

    // MARK: writing

    /// Writes parts as a `content` value: a text where text is all there is, else a list.
    static func write(_ parts: [ContentPart], to text: inout JSONText, dropped: inout [String]) {
        if parts.count == 1, let only = parts[0].text, parts[0].cacheMark == nil {
            text.value(only)
            return
        }
        text.beginArray()
        for part in parts { write(part, to: &text, dropped: &dropped) }
        text.endArray()
    }

    private static func write(_ part: ContentPart, to text: inout JSONText, dropped: inout [String]) {
        switch part.content {
        case .text(let words):
            begin("text", &text)
            text.put("text", words)
        case .refusal(let words):
            begin("refusal", &text)
            text.put("refusal", words)
        case .image(let media):
            guard let url = media.url(defaultType: "image/png") else { return dropped.append("image by file id") }
            begin("image_url", &text)
            text.beginObject("image_url")
            text.put("url", url)
            text.put("detail", media.detail)
            text.endObject()
        case .audio(let media):
            guard case .base64(let data) = media.source else { return dropped.append("audio by URL") }
            begin("input_audio", &text)
            text.beginObject("input_audio")
            text.put("data", data)
            text.put("format", audioFormat(of: media.mediaType))
            text.endObject()
        case .document(let media): return write(document: media, to: &text)
        case .other(let value) where value.family == .openAI: return text.value(value.json)
        case .other(let value): return dropped.append("\(value.family) part '\(value.json["type"]?.string ?? "")'")
        // Those are members of the message, not parts of its content.
        case .toolCall, .toolResult, .reasoning: return
        }
        writeMark(part.cacheMark, to: &text)
        text.endObject()
    }

    private static func begin(_ type: String, _ text: inout JSONText) {
        text.beginObject()
        text.put("type", type)
    }

    private static func write(document media: Media, to text: inout JSONText) {
        if case .text(let words) = media.source {
            begin("text", &text)
            text.put("text", words)
            return text.endObject()
        }
        begin("file", &text)
        text.beginObject("file")
        if case .file(let id) = media.source {
            text.put("file_id", id)
        } else {
            text.put("filename", media.name ?? "document")
            text.put("file_data", media.url(defaultType: "application/pdf"))
        }
        text.endObject()
        text.endObject()
    }

    static func writeMark(_ mark: CacheMark?, to text: inout JSONText) {
        guard let mark else { return }
        text.beginObject("cache_control")
        text.put("type", "ephemeral")
        text.put("ttl", mark.timeToLive)
        text.endObject()
    }

    // MARK: media types

    static func mediaType(ofAudio format: String) -> String {
        switch format {
        case "mp3": "audio/mpeg"
        default: "audio/\(format)"
        }
    }

    static func audioFormat(of mediaType: String?) -> String {
        switch mediaType {
        case "audio/mpeg", "audio/mp3": "mp3"
        case let type?: String(type.split(separator: "/").last ?? "wav")
        case nil: "wav"
        }
    }
}
