/// Which media a dialect can carry. Options may be left out and said; what a user shows a model may not.
struct ContentSupport: OptionSet {
    let rawValue: Int
    static let imageURL = ContentSupport(rawValue: 1)
    static let imageData = ContentSupport(rawValue: 2)
    static let audio = ContentSupport(rawValue: 4)
    static let documentURL = ContentSupport(rawValue: 8)
    static let documentData = ContentSupport(rawValue: 16)
    static let file = ContentSupport(rawValue: 32)
}

extension ModelRequest {
    /// - Throws: ``ModelError`` of the class `unsupported` that names the place, where a medium cannot be carried.
    func require(_ support: ContentSupport, in dialect: String) throws(ModelError) {
        for (index, message) in messages.enumerated() {
            for part in message.parts { try Self.require(support, part, index, dialect) }
        }
    }

    private static func require(
        _ support: ContentSupport, _ part: ContentPart, _ message: Int, _ dialect: String
    ) throws(ModelError) {
        func refuse(_ what: String, _ mend: String) -> ModelError {
            ModelError(
                .unsupported,
                "Message \(message) holds \(what), which this model's upstream (\(dialect)) cannot take; \(mend).",
                param: "messages[\(message)]", code: "unsupported_value")
        }
        switch part.content {
        case .image(let media): try requireMedia(media, "an image", support, .imageURL, .imageData, refuse)
        case .document(let media):
            if case .text = media.source { return }
            try requireMedia(media, "a document", support, .documentURL, .documentData, refuse)
        case .audio where !support.contains(.audio): throw refuse("sound", "leave it out, or ask another model")
        case .toolResult(let result): for part in result.parts { try require(support, part, message, dialect) }
        default: break
        }
    }

    private static func requireMedia(
        _ media: Media, _ what: String, _ support: ContentSupport, _ url: ContentSupport, _ data: ContentSupport,
        _ refuse: (String, String) -> ModelError
    ) throws(ModelError) {
        switch media.source {
        case .url where !support.contains(url):
            throw refuse("\(what) by URL", support.contains(data) ? "send a data: URL or base64" : "leave it out")
        case .base64 where !support.contains(data): throw refuse(what, "leave it out, or ask another model")
        case .file where !support.contains(.file): throw refuse("\(what) by file id", "send its bytes as base64")
        default: break
        }
    }
}
