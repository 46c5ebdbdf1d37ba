import ClawDocuments
import ClawExpressions

/// Whether a schema is structural: every value has a type, said once, and conditions only narrow it.
/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema>
package struct StructuralRules {
    private enum Level { case root, item, field }

    private var errors = FieldErrors()

    package static func check(_ schema: Field) -> [FieldError] {
        var rules = StructuralRules()
        rules.invariants(schema, .root)
        rules.completeness(schema)
        return rules.errors.list
    }

    private mutating func invariants(_ schema: Field, _ level: Level) {
        guard schema.value?.object != nil else { return }
        let type = schema["type"]
        let (items, others) = (schema["items"], schema["additionalProperties"])
        if type.string == "array", !items.isSet { errors.required(items, "must be specified") }
        invariants(items, .item)
        for (_, property) in schema["properties"].entries { invariants(property, .field) }
        let isEmbedded = schema["x-kubernetes-embedded-resource"].isTrue
        if others.isSet {
            if level == .root { errors.forbidden(others, "must not be used at the root") }
            if isEmbedded { errors.forbidden(others, "must not be used if x-kubernetes-embedded-resource is set") }
            invariants(others, .field)
        }
        let isIntOrString = schema["x-kubernetes-int-or-string"].isTrue
        let preserve = schema["x-kubernetes-preserve-unknown-fields"]
        if isIntOrString, preserve.isTrue {
            errors.invalid(preserve, "must be false if x-kubernetes-int-or-string is true")
        }
        if isIntOrString, isEmbedded {
            errors.invalid(
                schema["x-kubernetes-embedded-resource"], "must be false if x-kubernetes-int-or-string is true")
        }
        values(schema, skipsIntOrString: true)
        if isEmbedded, type.string != "object" {
            let why = "must be object if x-kubernetes-embedded-resource is true"
            if type.isEmpty { errors.required(type, why) } else { errors.invalid(type, why) }
        } else if type.isEmpty, !isIntOrString, !preserve.isTrue {
            let place =
                level == .root
                ? "at the root" : level == .item ? "for specified array items" : "for specified object fields"
            errors.required(type, "must not be empty \(place)")
        }
        if level == .root, !type.isEmpty, type.string != "object" { errors.invalid(type, "must be object at the root") }
        metadata(schema, level, isResource: level == .root || isEmbedded)
        if isEmbedded, !preserve.isTrue, schema["properties"].isEmpty {
            errors.required(
                schema["properties"],
                "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"
            )
        }
    }

    private func property(_ schema: Field, _ name: String) -> Field {
        Field(.key(.member(schema.path, "properties"), name), schema["properties"][name].value)
    }

    private mutating func metadata(_ schema: Field, _ level: Level, isResource: Bool) {
        guard isResource else { return }
        for name in ["kind", "apiVersion"] {
            let field = property(schema, name)
            if field.isSet, field["type"].string != "string" {
                errors.invalid(field["type"], "must be string", showing: .string(field["type"].string))
            }
        }
        let metadata = property(schema, "metadata")
        guard metadata.isSet else { return }
        if metadata["type"].string != "object" {
            errors.invalid(metadata["type"], "must be object", showing: .string(metadata["type"].string))
        }
        guard level == .root else { return }
        let names = Set(metadata["properties"].entries.map(\.name))
        let further = Set(metadata.value?.object?.names ?? []).subtracting([
            "type", "properties", "description", "default",
        ])
        if !names.isSubset(of: ["name", "generateName"]) || !further.isEmpty {
            errors.forbidden(
                metadata,
                "must not specify anything other than name and generateName, but metadata is implicitly specified")
        }
    }

    // MARK: conditions

    private static let intOrString: JSON = [["type": "integer"], ["type": "string"]]

    /// `allOf`, `anyOf`, `oneOf`, `not`, and the pattern.
    private mutating func values(_ schema: Field, skipsIntOrString: Bool) {
        for name in ["anyOf", "allOf", "oneOf"] {
            let list = schema[name]
            if name == "anyOf", skipsIntOrString, list.value == Self.intOrString { continue }
            for (index, part) in list.items.enumerated() {
                narrowing(part, skipsIntOrString: name == "allOf" && index == 0 && skipsIntOrString)
            }
        }
        narrowing(schema["not"], skipsIntOrString: false)
        let pattern = schema["pattern"]
        guard !pattern.isEmpty else { return }
        do {
            _ = try Pattern(pattern.string)
        } catch {
            errors.invalid(pattern, "must be a valid regular expression, but isn't: \(error)")
        }
    }

    private static let mustBeEmpty: [(name: String, word: String)] = [
        ("type", "empty"), ("additionalProperties", "undefined"), ("default", "undefined"), ("title", "empty"),
        ("description", "empty"), ("nullable", "false"), ("x-kubernetes-preserve-unknown-fields", "false"),
        ("x-kubernetes-embedded-resource", "false"), ("x-kubernetes-int-or-string", "false"),
        ("x-kubernetes-list-map-keys", "empty"), ("x-kubernetes-list-type", "undefined"),
        ("x-kubernetes-map-type", "undefined"),
    ]

    /// A condition may narrow values, not shape them.
    private mutating func narrowing(_ schema: Field, skipsIntOrString: Bool) {
        guard schema.value?.object != nil else { return }
        values(schema, skipsIntOrString: skipsIntOrString)
        narrowing(schema["items"], skipsIntOrString: false)
        for (_, property) in schema["properties"].entries { narrowing(property, skipsIntOrString: false) }
        for (name, word) in Self.mustBeEmpty where schema[name].isSet && !(word == "false" && !schema[name].isTrue) {
            if word == "empty", schema[name].isEmpty { continue }
            errors.forbidden(schema[name], "must be \(word) to be structural")
        }
    }

    // MARK: completeness

    /// What conditions look at must be there in the schema itself.
    private mutating func completeness(_ schema: Field) {
        guard schema.value?.object != nil else { return }
        for name in ["anyOf", "allOf", "oneOf"] {
            for part in schema[name].items { covers(schema, part, schema.path) }
        }
        covers(schema, schema["not"], schema.path)
        completeness(schema["items"])
        completeness(schema["additionalProperties"])
        for (_, property) in schema["properties"].entries { completeness(property) }
    }

    /// - Parameter path: where the schema itself would have it.
    private mutating func covers(_ schema: Field, _ condition: Field, _ path: FieldPath) {
        guard condition.value?.object != nil else { return }
        for name in ["anyOf", "allOf", "oneOf"] {
            for part in condition[name].items { covers(schema, part, path) }
        }
        covers(schema, condition["not"], path)
        if condition["items"].isSet {
            let items = schema["items"].reported(at: .member(path, "items"))
            if items.isSet {
                covers(items, condition["items"], items.path)
            } else {
                errors.required(items, "because it is defined in \(condition["items"].path)")
            }
        }
        for (name, property) in condition["properties"].entries {
            let own = Field(.key(.member(path, "properties"), name), schema["properties"][name].value)
            if own.isSet {
                covers(own, property, own.path)
            } else if !(schema["additionalProperties"].value?.object != nil) {
                errors.required(own, "because it is defined in \(property.path)")
            }
        }
    }
}
