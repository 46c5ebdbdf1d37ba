import ClawDocuments
import ClawExpressions

/// What makes the schema of a custom resource valid: structural, without what Kubernetes does not support, with defaults
/// that fit and rules that compile and cannot cost too much.
package struct SchemaRules {
    private var errors = FieldErrors()

    package static func check(_ schema: Field, hasStatus: Bool, isUnchanged: Bool, _ errors: inout FieldErrors) {
        var rules = SchemaRules()
        rules.checkRoot(schema, hasStatus: hasStatus)
        // With keywords that no structural schema can have, it is not even looked at as one.
        let isReadable = !hasUnsupported(schema)
        let structural = isReadable ? StructuralRules.check(schema) : []
        rules.errors.append(structural)
        if isReadable, structural.isEmpty { rules.errors.append(DefaultRules.check(schema)) }
        let isStructural = isReadable && rules.errors.list.isEmpty
        rules.check(schema, Place())
        errors.append(rules.errors.list)
        guard isStructural, let value = schema.value else { return }
        var costs = ExpressionRules(isUnchanged: isUnchanged, wrong: rules.errors.list.map(\.field))
        costs.check(value, at: schema.path)
        errors.append(costs.errors.list)
    }

    private static let rootFields: Set<String> = [
        "description", "type", "format", "title", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
        "maxLength",
        "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "multipleOf", "required", "items", "properties",
        "externalDocs", "example", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations",
    ]
    private static let rootFieldNames =
        "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems "
        + "MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]"

    private mutating func checkRoot(_ schema: Field, hasStatus: Bool) {
        if schema["nullable"].isTrue { errors.forbidden(schema["nullable"], "nullable cannot be true at the root") }
        guard hasStatus, let object = schema.value?.object else { return }
        if !schema["type"].isEmpty, schema["type"].string != "object" {
            errors.invalid(
                schema["type"],
                "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled")
        } else if object.contains(where: { !Self.rootFields.contains($0.name) && !$0.value.isNull }) {
            errors.invalid(
                schema,
                "only \(Self.rootFieldNames) fields are allowed at the root of the schema if the status subresource is enabled"
            )
        }
    }

    /// What holds at a place of the schema because of what is around it.
    private struct Place {
        package var isRoot = true
        package var isInMetadata = false
        package var noDefaults: String?
    }

    private static let types = ["array", "boolean", "integer", "number", "object", "string"]
    private static let unsupported = [
        "id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref",
    ]

    private static func hasUnsupported(_ schema: Field) -> Bool {
        guard schema.value?.object != nil else { return false }
        if unsupported.contains(where: { schema[$0].isSet }) { return true }
        if case .array? = schema["items"].value { return true }
        return schema["properties"].entries.contains { hasUnsupported($0.field) } || hasUnsupported(schema["items"])
            || hasUnsupported(schema["additionalProperties"])
    }

    private mutating func check(_ schema: Field, _ place: Place) {
        guard schema.value?.object != nil else { return }
        let type = schema["type"]
        if !type.isEmpty, !Self.types.contains(type.string) { errors.unsupported(type, Self.types) }
        if schema["default"].isSet, let reason = place.noDefaults {
            errors.forbidden(schema["default"], "must not be set \(reason)")
        }
        for name in Self.unsupported where schema[name].isSet {
            errors.forbidden(schema[name], "\(name) is not supported")
        }
        if type.string == "null" {
            errors.forbidden(type, "type cannot be set to null, use nullable as an alternative")
        }
        if case .array? = schema["items"].value {
            errors.forbidden(schema["items"], "items must be a schema object and not an array")
        }
        if place.isInMetadata, schema["x-kubernetes-embedded-resource"].isTrue {
            errors.forbidden(schema["x-kubernetes-embedded-resource"], "must not be used inside of resource meta")
        }
        if schema["uniqueItems"].isTrue {
            errors.forbidden(
                schema["uniqueItems"],
                "uniqueItems cannot be set to true since the runtime complexity becomes quadratic")
        }
        if schema["x-kubernetes-preserve-unknown-fields"].value?.bool == false {
            errors.invalid(schema["x-kubernetes-preserve-unknown-fields"], "must be true or undefined")
        }
        lists(schema)
        rules(schema)
        children(schema, place)
    }

    private mutating func children(_ schema: Field, _ place: Place) {
        var inner = place
        inner.isRoot = false
        let others = schema["additionalProperties"]
        if others.isSet {
            if !schema["properties"].isEmpty, others.value?.bool != true {
                errors.forbidden(others, "additionalProperties and properties are mutual exclusive")
            }
            var values = inner
            if place.isInMetadata { values.noDefaults = "inside additionalProperties applying to object metadata" }
            check(others, values)
        }
        let isResource = place.isRoot || schema["x-kubernetes-embedded-resource"].isTrue
        for (name, property) in schema["properties"].entries {
            var part = inner
            if isResource, ["metadata", "kind", "apiVersion"].contains(name) {
                part.isInMetadata = true
                if place.isRoot { part.noDefaults = "in top-level \(name)" }
            }
            check(property, part)
        }
        check(schema["items"], inner)
        check(schema["not"], inner)
        for name in ["allOf", "anyOf", "oneOf"] {
            for part in schema[name].items { check(part, inner) }
        }
    }

    private mutating func lists(_ schema: Field) {
        let (type, mapType, listType) = (
            schema["type"], schema["x-kubernetes-map-type"], schema["x-kubernetes-list-type"]
        )
        let keys = schema["x-kubernetes-list-map-keys"]
        let items = schema["items"]
        if mapType.isSet {
            typed(type, "object", "x-kubernetes-map-type")
            errors.oneOf(mapType, ["atomic", "granular"])
        }
        if listType.isSet {
            typed(type, "array", "x-kubernetes-list-type")
            errors.oneOf(listType, ["atomic", "set", "map"])
            if listType.string == "set", type.string == "array" { setItems(items) }
        }
        if !keys.isEmpty, listType.string != "map" {
            let why = "must be map if x-kubernetes-list-map-keys is non-empty"
            if listType.isSet { errors.invalid(listType, why) } else { errors.required(listType, why) }
        }
        guard listType.isSet, ["set", "map"].contains(listType.string) else { return }
        if items["nullable"].isTrue {
            errors.forbidden(items["nullable"], "cannot be nullable when x-kubernetes-list-type is \(listType.string)")
        }
        if listType.string == "map" { mapItems(items, keys) }
    }

    private mutating func typed(_ type: Field, _ wanted: String, _ keyword: String) {
        if type.string == wanted { return }
        let why = "must be \(wanted) if \(keyword) is specified"
        if type.isEmpty { errors.required(type, why) } else { errors.invalid(type, why) }
    }

    private mutating func setItems(_ items: Field) {
        let why = "must be atomic as item of a list with x-kubernetes-list-type=set"
        switch items["type"].string {
        case "array":
            let type = items["x-kubernetes-list-type"]
            if type.isSet, type.string != "atomic" { errors.invalid(type, why) }
        case "object":
            let type = items["x-kubernetes-map-type"]
            if type.string != "atomic" {
                errors.invalid(type, why, showing: items["x-kubernetes-list-type"].value ?? .null)
            }
        default: break
        }
    }

    private mutating func mapItems(_ items: Field, _ keys: Field) {
        if keys.isEmpty { errors.required(keys, "must not be empty if x-kubernetes-list-type is map") }
        if !items.isSet { return errors.required(items, "must have a schema if x-kubernetes-list-type is map") }
        guard items["type"].string == "object" else {
            return errors.invalid(
                items["type"], "must be object if parent array's x-kubernetes-list-type is map",
                showing: .string(items["type"].string))
        }
        let required = items["required"].strings
        var seen: Set<String> = []
        for name in keys.strings {
            let property = Field(.key(.member(items.path, "properties"), name), items["properties"][name].value)
            if !property.isSet {
                errors.invalid(keys, "entries must all be names of item properties")
            } else if ["array", "object"].contains(property["type"].string) {
                errors.invalid(
                    property["type"], "must be a scalar type if parent array's x-kubernetes-list-type is map",
                    showing: .string(items["type"].string))
            }
            if !seen.insert(name).inserted { errors.invalid(keys, "must not contain duplicate entries") }
            guard property.isSet else { continue }
            if !required.contains(name), !property["default"].isSet {
                errors.required(
                    property["default"],
                    "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"
                )
            }
            if property["nullable"].isTrue {
                errors.forbidden(
                    property["nullable"], "this property is in x-kubernetes-list-map-keys, so it cannot be nullable")
            }
        }
    }

    private static let reasons = [
        "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired",
    ]

    /// The form of rules; what they say is looked at once the rest of the schema is right.
    private mutating func rules(_ schema: Field) {
        for rule in schema["x-kubernetes-validations"].items {
            let (text, message) = (rule["rule"].string.trimmed, rule["message"].string.trimmed)
            if text.isEmpty {
                errors.required(rule["rule"], "rule is not specified")
            } else if !rule["message"].isEmpty, message.isEmpty {
                errors.invalid(rule["message"], "must be non-empty if specified")
            } else if message.contains(where: \.isNewline) {
                errors.invalid(rule["message"], "must not contain line breaks")
            } else if text.contains(where: \.isNewline), message.isEmpty {
                errors.required(rule["message"], "message must be specified if rule contains line breaks")
            }
            let expression = rule["messageExpression"]
            if !expression.isEmpty, expression.string.trimmed.isEmpty {
                errors.required(expression, "messageExpression must be non-empty if specified")
            }
            if rule["reason"].isSet { errors.oneOf(rule["reason"], Self.reasons) }
            let path = rule["fieldPath"]
            guard !path.isEmpty else { continue }
            if path.string.trimmed.isEmpty { errors.invalid(path, "must be non-empty if specified") }
            if path.string.contains(where: \.isNewline) { errors.invalid(path, "must not contain line breaks") }
            if SchemaPath.resolve(path.string, in: schema.value ?? .null).problem != nil {
                errors.invalid(path, "must be a valid path")
            }
        }
    }
}
