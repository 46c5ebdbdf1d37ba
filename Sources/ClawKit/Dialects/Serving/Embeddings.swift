import ClawBase
import ClawDocuments
public import HTTPTypes

/// A request for embeddings, as OpenAI's `POST /v1/embeddings` has it.
public struct EmbeddingRequest: Sendable, Hashable {
    public var model: String
    public var inputs: [String]
    public var dimensions: Int?
    /// Whether vectors are wanted as base64 of 32-bit floats, which OpenAI's SDK asks for unless told otherwise.
    public var wantsBase64: Bool

    public init(model: String, inputs: [String], dimensions: Int? = nil, wantsBase64: Bool = false) {
        (self.model, self.inputs, self.dimensions, self.wantsBase64) = (model, inputs, dimensions, wantsBase64)
    }

    /// - Throws: ``ModelError`` that names the member and what it should be.
    public init(_ bytes: [UInt8], limits: DialectLimits = DialectLimits()) throws(ModelError) {
        let body = Place(.object(try ClientRequest.parse(bytes, limits)))
        let model = try body["model"].name("the name of a model")
        var inputs: [String] = []
        if let one = body["input"].json?.string {
            inputs = [one]
        } else {
            for place in try body["input"].elements("a string or a list of strings", most: limits.inputs) {
                guard let text = place.json?.string else {
                    throw place.unsupported("this model's upstream takes text; send strings in place of tokens.")
                }
                inputs.append(text)
            }
        }
        guard !inputs.isEmpty else { throw body["input"].wrong("a string or a list of strings") }
        self.init(
            model: model, inputs: inputs, dimensions: try body["dimensions"].optionalCount(least: 1),
            wantsBase64: try body["encoding_format"].optionalString() == "base64")
    }
}

/// Vectors, one for each input, in order.
public struct EmbeddingAnswer: Sendable, Hashable {
    public var model: String
    public var vectors: [[Float]]
    public var usage: TokenUsage

    public init(model: String = "", vectors: [[Float]], usage: TokenUsage = TokenUsage()) {
        (self.model, self.vectors, self.usage) = (model, vectors, usage)
    }

    /// The answer in OpenAI's form.
    public func encodedOpenAI(model: String, base64: Bool) -> DialectReply {
        var text = JSONText(capacity: vectors.reduce(256) { $0 + $1.count * 12 })
        text.beginObject()
        text.put("object", "list")
        text.beginArray("data")
        for (index, vector) in vectors.enumerated() {
            text.beginObject()
            text.put("object", "embedding")
            text.put("index", index)
            if base64 {
                text.put(
                    "embedding",
                    Base64.encode(
                        vector.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }))
            } else {
                text.beginArray("embedding")
                for value in vector { text.raw(value.isFinite ? value.description : "0") }
                text.endArray()
            }
            text.endObject()
        }
        text.endArray()
        text.put("model", model)
        text.beginObject("usage")
        text.put("prompt_tokens", usage.totalInput)
        text.put("total_tokens", usage.totalInput)
        text.endObject()
        text.endObject()
        return DialectReply(body: text.bytes)
    }
}

extension UpstreamTarget {
    /// The client's own bytes with the model's name set, where the upstream speaks OpenAI's dialect; nil elsewhere.
    public func passingEmbeddings(_ bytes: [UInt8]) -> UpstreamCall? {
        guard dialect == .openAI || dialect == .azureOpenAI else { return nil }
        return UpstreamCall(
            path: dialect == .azureOpenAI ? azurePath("/embeddings") : "/embeddings",
            headers: headers(accepting: false),
            body: JSONEdit.setting([("model", JSON.string(model).bytes())], in: bytes))
    }

    /// - Throws: ``ModelError`` of the class `unsupported` for dialects without embeddings.
    public func call(_ request: EmbeddingRequest) throws(ModelError) -> UpstreamCall {
        var text = JSONText(capacity: 1024)
        text.beginObject()
        let path: String
        switch dialect {
        case .openAI, .azureOpenAI:
            text.put("model", model)
            text.put("input", .array(request.inputs.map(JSON.string)))
            text.put("dimensions", request.dimensions)
            text.put("encoding_format", "float")
            path = dialect == .azureOpenAI ? azurePath("/embeddings") : "/embeddings"
        case .ollama:
            text.put("model", model)
            text.put("input", .array(request.inputs.map(JSON.string)))
            text.put("dimensions", request.dimensions)
            path = "/api/embed"
        case .gemini:
            text.beginArray("requests")
            for input in request.inputs {
                text.beginObject()
                text.put("model", model.contains("/") ? model : "models/\(model)")
                text.put("content", ["parts": [["text": .string(input)]]] as JSON)
                text.put("outputDimensionality", request.dimensions)
                text.endObject()
            }
            text.endArray()
            path = geminiPath("batchEmbedContents")
        case .anthropic, .bedrock:
            throw ModelError(
                .unsupported, "The upstream of '\(request.model)' makes no embeddings; ask another model.",
                param: "model")
        }
        text.endObject()
        return UpstreamCall(path: path, headers: headers(accepting: false), body: text.bytes)
    }
}

extension UpstreamDialect {
    /// Reads an answer to a request for embeddings.
    /// - Parameter count: how many inputs there were; an answer with fewer or more vectors is none.
    public func decodeEmbeddings(
        status: Int = 200, headers: HTTPFields = [:], body: [UInt8], count: Int, limits: DialectLimits = DialectLimits()
    ) throws(ModelError) -> EmbeddingAnswer {
        guard (200..<300).contains(status) else { throw decodeError(status: status, headers: headers, body: body) }
        guard let json = try? JSONParser.parse(body, limits: .init(depth: limits.depth, bytes: limits.answerBytes)),
            json.object != nil
        else { throw ModelError(.malformed, "The upstream's answer is no JSON object.") }
        if let error = OpenAIErrors.decode(json, status: nil, headers: headers) { throw error }
        let lists: [JSON?]
        var usage = TokenUsage()
        switch self {
        case .ollama:
            lists = json["embeddings"]?.array ?? []
            usage.input = TokenUsage.count(json["prompt_eval_count"]) ?? 0
        case .gemini: lists = (json["embeddings"]?.array ?? []).map { $0["values"] }
        case .openAI, .azureOpenAI, .anthropic, .bedrock:
            let data = (json["data"]?.array ?? []).sorted { ($0["index"]?.integer ?? 0) < ($1["index"]?.integer ?? 0) }
            lists = data.map { $0["embedding"] }
            usage = TokenUsage(openAI: json["usage"]) ?? usage
        }
        let vectors = lists.compactMap { $0?.array?.compactMap { $0.number.map(Float.init) } }
        guard vectors.count == count else {
            throw ModelError(.malformed, "The upstream answered with \(vectors.count) vectors for \(count) inputs.")
        }
        return EmbeddingAnswer(model: json["model"]?.string ?? "", vectors: vectors, usage: usage)
    }
}
