public import ClawDocuments

/// A function the model may call.
public struct ToolDefinition: Sendable, Hashable {
    public var name: String
    public var description: String?
    /// JSON Schema of the arguments; an object.
    public var inputSchema: JSON
    /// Whether arguments must match the schema exactly; nil leaves it to the upstream.
    public var isStrict: Bool?
    public var cacheMark: CacheMark?
    /// A tool the provider runs itself, as its dialect wrote it; goes to upstreams of that family alone.
    public var builtIn: DialectValue?

    public init(
        name: String, description: String? = nil, inputSchema: JSON = ["type": "object", "properties": [:]],
        isStrict: Bool? = nil, cacheMark: CacheMark? = nil
    ) {
        (self.name, self.description, self.inputSchema) = (name, description, inputSchema)
        (self.isStrict, self.cacheMark) = (isStrict, cacheMark)
    }

    public init(builtIn: DialectValue) {
        self.init(name: builtIn.json["name"]?.string ?? builtIn.json["type"]?.string ?? "")
        self.builtIn = builtIn
    }
}

/// A value only one family of dialects understands, kept as it came.
public struct DialectValue: Sendable, Hashable {
    public var family: DialectFamily
    public var json: JSON

    public init(_ family: DialectFamily, _ json: JSON) { (self.family, self.json) = (family, json) }
}

/// Which tools the model may, must or must not call.
public enum ToolChoice: Sendable, Hashable {
    case auto
    case none
    /// At least one, whichever.
    case required
    case tool(String)
}

/// A call of a tool, as the model made it.
public struct ToolCall: Sendable, Hashable {
    public var id: String
    public var name: String
    /// The arguments as the model wrote them: JSON text, but nobody promises that it is well-formed.
    public var arguments: String
    /// What some upstreams want back with the call (Gemini's `thoughtSignature`).
    public var signature: String?

    public init(id: String, name: String, arguments: String, signature: String? = nil) {
        (self.id, self.name, self.arguments, self.signature) = (id, name, arguments, signature)
    }
}

/// What a tool answered.
public struct ToolResult: Sendable, Hashable {
    public var callID: String
    /// The tool's name, where the dialect says it.
    public var name: String?
    /// Text, images, documents.
    public var parts: [ContentPart]
    public var isError: Bool

    public init(callID: String, name: String? = nil, parts: [ContentPart], isError: Bool = false) {
        (self.callID, self.name, self.parts, self.isError) = (callID, name, parts, isError)
    }
}
