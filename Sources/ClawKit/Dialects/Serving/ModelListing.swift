import ClawBase
import ClawDocuments
import HTTPTypes

/// The models there are, as the dialects list them.
public struct ModelListing: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        public var name: String
        /// Seconds since 1970.
        public var created: Int
        public var owner: String

        public init(name: String, created: Int = 0, owner: String = "clawkit") {
            (self.name, self.created, self.owner) = (name, created, owner)
        }

        /// `GET /v1/models/{name}` in OpenAI's form.
        public var encodedOpenAI: DialectReply { DialectReply(body: openAI.bytes()) }

        fileprivate var openAI: JSON {
            ["id": .string(name), "object": "model", "created": .integer(Int64(created)), "owned_by": .string(owner)]
        }

        fileprivate var date: JSON { .string(Timestamp(seconds: Int64(created)).rfc3339()) }
    }

    public var models: [Entry]

    public init(_ models: [Entry]) { self.models = models }

    /// `GET /v1/models` in OpenAI's form.
    public var encodedOpenAI: DialectReply {
        DialectReply(body: JSON.object(["object": "list", "data": .array(models.map(\.openAI))]).bytes())
    }

    /// `GET /v1/models` in Anthropic's form, all on one page.
    public var encodedAnthropic: DialectReply {
        let data = models.map { model -> JSON in
            ["type": "model", "id": .string(model.name), "display_name": .string(model.name), "created_at": model.date]
        }
        func name(_ model: Entry?) -> JSON { model.map { .string($0.name) } ?? .null }
        return DialectReply(
            body: JSON.object([
                "data": .array(data), "has_more": false, "first_id": name(models.first), "last_id": name(models.last),
            ]).bytes())
    }

    /// `GET /api/tags` in Ollama's form.
    public var encodedOllama: DialectReply {
        let list = models.map { model -> JSON in
            [
                "name": .string(model.name), "model": .string(model.name), "modified_at": model.date, "size": 0,
                "digest": .string(String(Token.hash(model.name).prefix(64))),
                "details": [
                    "parent_model": "", "format": "", "family": "", "families": [], "parameter_size": "",
                    "quantization_level": "",
                ],
            ]
        }
        return DialectReply(body: JSON.object(["models": .array(list)]).bytes())
    }
}

extension UpstreamTarget {
    /// Where the upstream lists its models; nil where it does not.
    public var listing: UpstreamCall? {
        let path: String? =
            switch dialect {
            case .openAI, .gemini: "/models"
            case .anthropic: "/v1/models"
            case .ollama: "/api/tags"
            case .azureOpenAI: "/openai/models?api-version=\(Percent.encode(apiVersion ?? "2024-10-21"))"
            case .bedrock: nil
            }
        return path.map { UpstreamCall(method: .get, path: $0, headers: headers(accepting: false)) }
    }
}

extension UpstreamDialect {
    /// The names in an upstream's list of models; nil for what is none.
    public func decodeListing(_ body: [UInt8]) -> [String]? {
        guard let json = try? JSONParser.parse(body) else { return nil }
        let list = json["data"]?.array ?? json["models"]?.array
        return list?.compactMap { entry in
            let name = entry["id"]?.string ?? entry["name"]?.string
            return self == .gemini ? name.map { $0.hasPrefix("models/") ? String($0.dropFirst(7)) : $0 } : name
        }
    }
}
