public import ClawDocuments

/// A request for a chat completion, checked as far as the gateway must understand it. Everything else in it is the
/// upstream's business and passes unchanged.
public struct ChatRequest: Sendable {
    /// The alias asked for.
    public let model: String
    public let isStreaming: Bool
    /// Whether the stream shall end with a chunk that says what it cost (`stream_options.include_usage`).
    public let wantsUsage: Bool
    public let document: JSONObject
    private let bytes: [UInt8]

    /// Reads a request's body.
    /// - Throws: ``OpenAIError`` that names the member and what it should be.
    public init(_ bytes: [UInt8]) throws(OpenAIError) {
        let json: JSON
        do { json = try JSONParser.parse(bytes) } catch {
            throw OpenAIError("The body is \(error.description). Send a JSON object.", code: "invalid_json")
        }
        guard case .object(let document) = json else {
            throw OpenAIError("The body is a JSON \(json.typeName); send an object with 'model' and 'messages'.")
        }
        guard let model = document["model"]?.string, !model.isEmpty else {
            throw Self.wrong("model", document["model"], "the name of a model")
        }
        guard case .array(let messages)? = document["messages"], !messages.isEmpty else {
            throw Self.wrong("messages", document["messages"], "a list with at least one message")
        }
        for (index, message) in messages.enumerated() {
            guard case .object(let message) = message else {
                throw Self.wrong("messages[\(index)]", message, "an object with 'role' and 'content'")
            }
            guard message["role"]?.string != nil else {
                throw Self.wrong("messages[\(index)].role", message["role"], "a string such as \"user\"")
            }
        }
        if let stream = document["stream"], !stream.isNull, stream.bool == nil {
            throw Self.wrong("stream", stream, "true or false")
        }
        self.model = model
        self.document = document
        self.bytes = bytes
        isStreaming = document["stream"]?.bool ?? false
        wantsUsage = document["stream_options"]?["include_usage"]?.bool ?? false
    }

    /// The client's own bytes, with only the model's name replaced: numbers, escapes, unknown members and the order
    /// of members stay as they were written.
    public func bytes(naming model: String) -> [UInt8] {
        if model == self.model { return bytes }
        return JSONMember.replacing("model", with: .string(model), in: bytes)
    }

    private static func wrong(_ place: String, _ found: JSON?, _ expected: String) -> OpenAIError {
        let what = found.map { $0.string == "" || $0.array?.isEmpty == true ? "is empty" : "is of type \($0.typeName)" }
        return OpenAIError(
            "'\(place)' \(what ?? "is missing"); it must be \(expected).", param: place,
            code: found == nil ? "missing_required_parameter" : "invalid_type")
    }
}
