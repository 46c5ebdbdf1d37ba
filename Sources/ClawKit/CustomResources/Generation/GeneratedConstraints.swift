import ClawDocuments

/// What a schema says beyond its Swift type, as constraints in Swift.
struct GeneratedConstraints {
    var list: [String] = []

    init(_ schema: JSON, _ type: GeneratedType) {
        let known: Set<String> = [
            "description", "default", "required", "properties", "items", "additionalProperties", "minimum", "maximum",
            "exclusiveMinimum", "exclusiveMaximum", "x-kubernetes-list-map-keys",
        ]
        pair(schema, "minLength", "maxLength", "length")
        pair(schema, "minItems", "maxItems", "count")
        pair(schema, "minProperties", "maxProperties", "count")
        bounds(schema)
        for (name, value) in (schema.object ?? [:]).sorted(by: { $0.name < $1.name })
        where !known.contains(name) && !Self.paired.contains(name) && type.schema.json[name] != value {
            one(name, value, schema)
        }
        if let element = type.element, !element.list.isEmpty {
            list.append(".each(\(element.list.joined(separator: ", ")))")
        }
    }

    mutating func add(_ name: String, _ value: JSON) {
        list.append(".keyword(\(SwiftText.literal(name)), json: \(SwiftText.literal("\(value)")))")
    }

    private static let paired: Set<String> = [
        "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties",
    ]

    private mutating func one(_ name: String, _ value: JSON, _ schema: JSON) {
        switch (name, value) {
        case ("pattern", .string(let text)): list.append(".pattern(\(SwiftText.literal(text)))")
        case ("format", .string(let text)): list.append(".format(\(SwiftText.literal(text)))")
        case ("nullable", true): list.append(".nullable")
        case ("x-kubernetes-list-type", "set"): list.append(".set")
        case ("x-kubernetes-list-type", "atomic"), ("x-kubernetes-map-type", "atomic"): list.append(".atomic")
        case ("x-kubernetes-list-type", "map"):
            let keys = (schema["x-kubernetes-list-map-keys"]?.array ?? []).compactMap(\.string).map(SwiftText.literal)
            list.append(".map(keys: \(keys.joined(separator: ", ")))")
        case ("x-kubernetes-preserve-unknown-fields", true): list.append(".keepsUnknownFields")
        case ("x-kubernetes-validations", .array(let rules)): list += rules.map { ".rule(\(Self.rule($0)))" }
        default: add(name, value)
        }
    }

    private mutating func pair(_ schema: JSON, _ least: String, _ most: String, _ name: String) {
        let (lower, upper) = (schema[least]?.integer, schema[most]?.integer)
        switch (lower, upper) {
        case (let lower?, let upper?) where lower <= upper: list.append(".\(name)(\(lower)...\(upper))")
        case (let lower?, nil): list.append(".\(name)(\(lower)...)")
        case (nil, let upper?): list.append(".\(name)(...\(Self.shown(upper)))")
        case (nil, nil): break
        default:
            // Nothing is allowed; said as it stands.
            for key in [least, most] { if let value = schema[key] { add(key, value) } }
        }
    }

    private static func shown(_ bound: Int64) -> String { bound < 0 ? "(\(bound))" : "\(bound)" }

    private mutating func bounds(_ schema: JSON) {
        let (lower, upper) = (schema["minimum"], schema["maximum"])
        let isPlain =
            schema["type"] == "integer" && schema["exclusiveMinimum"] == nil && schema["exclusiveMaximum"] == nil
            && (lower.map(Self.isWhole) ?? true) && (upper.map(Self.isWhole) ?? true)
        switch (lower?.integer, upper?.integer) {
        case (let lower?, let upper?) where isPlain && lower <= upper:
            list.append(".range(\(lower)...\(Self.shown(upper)))")
        case (let lower?, nil) where isPlain: list.append(".range(\(Self.shown(lower))...)")
        case (nil, let upper?) where isPlain: list.append(".range(...\(Self.shown(upper)))")
        default:
            for name in ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"] {
                if let value = schema[name] { add(name, value) }
            }
        }
    }

    private static func isWhole(_ value: JSON) -> Bool { if case .integer = value { true } else { false } }

    /// A rule as Swift.
    static func rule(_ rule: JSON) -> String {
        var arguments = [SwiftText.literal(rule["rule"]?.string ?? "")]
        if let message = rule["message"]?.string { arguments.append(SwiftText.literal(message)) }
        if let expression = rule["messageExpression"]?.string {
            arguments.append("messageExpression: \(SwiftText.literal(expression))")
        }
        let reasons: [SchemaRule.Reason] = [.invalid, .forbidden, .required, .duplicate]
        if let reason = reasons.first(where: { .string($0.rawValue) == rule["reason"] }) {
            arguments.append("reason: .\(reason)")
        }
        if let path = rule["fieldPath"]?.string { arguments.append("fieldPath: \(SwiftText.literal(path))") }
        if rule["optionalOldSelf"]?.bool == true { arguments.append("takesAbsentOldSelf: true") }
        return "SchemaRule(\(arguments.joined(separator: ", ")))"
    }
}
