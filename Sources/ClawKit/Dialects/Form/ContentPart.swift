/// One piece of a message.
public struct ContentPart: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        case text(String)
        case image(Media)
        case document(Media)
        case audio(Media)
        case toolCall(ToolCall)
        case toolResult(ToolResult)
        case reasoning(Reasoning)
        /// The model declined, in its own words.
        case refusal(String)
        /// What only one family understands (server tools, citations' sources); goes back to that family alone.
        case other(DialectValue)
    }

    public var content: Content
    /// Up to here the prompt may be cached (Anthropic's `cache_control`, Bedrock's `cachePoint`).
    public var cacheMark: CacheMark?

    public init(_ content: Content, cacheMark: CacheMark? = nil) {
        (self.content, self.cacheMark) = (content, cacheMark)
    }

    public static func text(_ text: String) -> ContentPart { ContentPart(.text(text)) }
    public static func image(_ media: Media) -> ContentPart { ContentPart(.image(media)) }
    public static func document(_ media: Media) -> ContentPart { ContentPart(.document(media)) }
    public static func audio(_ media: Media) -> ContentPart { ContentPart(.audio(media)) }
    public static func toolCall(_ call: ToolCall) -> ContentPart { ContentPart(.toolCall(call)) }
    public static func toolResult(_ result: ToolResult) -> ContentPart { ContentPart(.toolResult(result)) }
    public static func reasoning(_ reasoning: Reasoning) -> ContentPart { ContentPart(.reasoning(reasoning)) }
    public static func refusal(_ text: String) -> ContentPart { ContentPart(.refusal(text)) }

    /// The text, where this is text.
    public var text: String? { if case .text(let text) = content { text } else { nil } }
    public var toolCall: ToolCall? { if case .toolCall(let call) = content { call } else { nil } }
    public var toolResult: ToolResult? { if case .toolResult(let result) = content { result } else { nil } }
    public var reasoning: Reasoning? { if case .reasoning(let reasoning) = content { reasoning } else { nil } }
}

extension [ContentPart] {
    /// All text, in order, with nothing between.
    public var joinedText: String { lazy.compactMap(\.text).joined() }
    public var toolCalls: [ToolCall] { compactMap(\.toolCall) }
}

/// An image, a document or a sound.
public struct Media: Sendable, Hashable {
    public enum Source: Sendable, Hashable {
        case url(String)
        /// Base64 (RFC 4648, section 4), as the client wrote it.
        case base64(String)
        /// A file uploaded before; the id means something to one provider only.
        case file(String)
        /// A document that is plain text.
        case text(String)
    }

    public var source: Source
    /// `image/png`; nil where the dialect does not say it.
    public var mediaType: String?
    /// OpenAI's `detail` of images.
    public var detail: String?
    /// A document's file name or title.
    public var name: String?

    public init(_ source: Source, mediaType: String? = nil, detail: String? = nil, name: String? = nil) {
        (self.source, self.mediaType, self.detail, self.name) = (source, mediaType, detail, name)
    }

    /// Reads a `data:` URL (RFC 2397) with base64; any other URL stays one.
    public init(url: String, detail: String? = nil) {
        guard url.hasPrefix("data:"), let comma = url.firstIndex(of: ",") else {
            self.init(.url(url), detail: detail)
            return
        }
        let parameters = url[url.index(url.startIndex, offsetBy: 5)..<comma].split(separator: ";")
        guard parameters.last == "base64" else {
            self.init(.url(url), detail: detail)
            return
        }
        self.init(
            .base64(String(url[url.index(after: comma)...])),
            mediaType: parameters.count > 1 ? String(parameters[0]) : nil, detail: detail)
    }

    /// The source as a URL, base64 as a `data:` URL; nil for text and files.
    public func url(defaultType: String) -> String? {
        switch source {
        case .url(let url): url
        case .base64(let data): "data:\(mediaType ?? defaultType);base64,\(data)"
        case .file, .text: nil
        }
    }
}

/// What the model thought, and the proof of it that its provider wants back unchanged.
public struct Reasoning: Sendable, Hashable {
    public var text: String
    /// Anthropic's `signature`, Gemini's `thoughtSignature`.
    public var signature: String?
    /// Thoughts only the provider can read (Anthropic's `redacted_thinking.data`, OpenAI's `encrypted_content`).
    public var redacted: String?
    /// OpenAI's id of a reasoning item.
    public var id: String?

    public init(_ text: String, signature: String? = nil, redacted: String? = nil, id: String? = nil) {
        (self.text, self.signature, self.redacted, self.id) = (text, signature, redacted, id)
    }
}

/// A point up to which a prompt may be cached.
public struct CacheMark: Sendable, Hashable {
    /// How long: `5m`, `1h`; nil for the provider's default.
    public var timeToLive: String?
    public init(timeToLive: String? = nil) { self.timeToLive = timeToLive }
}
