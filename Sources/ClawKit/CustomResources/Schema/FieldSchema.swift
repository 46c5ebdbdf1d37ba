public import ClawDocuments

/// What one field may hold, as a structural OpenAPI v3 schema.
/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema>
public struct FieldSchema: Sendable, Hashable {
    /// The schema as a definition writes it.
    public var json: JSONObject

    public init(_ json: JSONObject) { self.json = json }

    public static let string = FieldSchema(["type": "string"])
    public static let bool = FieldSchema(["type": "boolean"])
    public static let int64 = FieldSchema(["type": "integer", "format": "int64"])
    public static let int32 = FieldSchema(["type": "integer", "format": "int32"])
    public static let double = FieldSchema(["type": "number", "format": "double"])
    public static let time = FieldSchema(["type": "string", "format": "date-time"])
    /// Anything at all, kept as it is.
    public static let anything = FieldSchema(["x-kubernetes-preserve-unknown-fields": true])
    public static let intOrString = FieldSchema([
        "anyOf": [["type": "integer"], ["type": "string"]], "x-kubernetes-int-or-string": true,
    ])
    /// An amount, as `500m` or `2Gi`.
    public static let quantity = FieldSchema([
        "anyOf": [["type": "integer"], ["type": "string"]], "x-kubernetes-int-or-string": true,
        "pattern":
            #"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$"#,
    ])

    /// One of these texts.
    public static func oneOf(_ words: [String]) -> FieldSchema {
        FieldSchema(["type": "string", "enum": .array(words.map(JSON.string))])
    }

    /// One of these texts; what they mean is told as in Kubernetes' own schemas.
    /// - Parameter meanings: of each word; nil: it is only listed.
    static func oneOf(_ words: [String], described meanings: [String?]) -> FieldSchema {
        var schema = oneOf(words)
        guard meanings.contains(where: { $0 != nil }) else { return schema }
        let lines = zip(words, meanings).map { word, meaning in
            " - `\"\(word)\"`\(meaning.map { " \($0.split(whereSeparator: \.isNewline).joined(separator: " "))" } ?? "")"
        }
        schema.json["description"] = .string((["Possible enum values:"] + lines).joined(separator: "\n"))
        return schema
    }

    public static func list(of element: FieldSchema) -> FieldSchema {
        FieldSchema(["type": "array", "items": .object(element.json)])
    }

    public static func map(to value: FieldSchema) -> FieldSchema {
        FieldSchema(["type": "object", "additionalProperties": .object(value.json)])
    }

    /// An object with these fields.
    public static func object(
        _ properties: [Property], rules: [SchemaRule] = [], description: String = ""
    ) -> FieldSchema {
        var json = JSONObject()
        if !description.isEmpty { json["description"] = .string(description) }
        json["type"] = "object"
        json["properties"] = .object(JSONObject(properties.map { ($0.name, .object($0.schema.json)) }))
        json.set("required", properties.filter(\.isRequired).map(\.name))
        let all = rules + properties.compactMap(\.rule)
        if !all.isEmpty { json["x-kubernetes-validations"] = .array(all.map(\.json)) }
        return FieldSchema(json)
    }
}
