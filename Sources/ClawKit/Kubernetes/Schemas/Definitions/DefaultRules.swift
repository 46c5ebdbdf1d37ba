import ClawDocuments

/// Whether the defaults of a schema are values that the schema allows, without fields it does not know.
package enum DefaultRules {
    package static func check(_ schema: Field) -> [FieldError] {
        var errors: [FieldError] = []
        walk(schema, isRoot: true, &errors)
        return errors
    }

    private static func walk(_ schema: Field, isRoot: Bool, _ errors: inout [FieldError]) {
        guard let json = schema.value, json.object != nil else { return }
        if let value = json["default"] {
            let path = "\(FieldPath.member(schema.path, "default"))"
            let structural = StructuralSchema(json)
            var pruned = value
            if structural.pruneDefault(&pruned) {
                errors.append(
                    .invalid(path, value, "must not have unknown fields"))
            }
            errors += ValueCheck.errors(value, structural, at: path)
            errors += structural.repetitions(in: value, at: .member(schema.path, "default"))
            if let rules = ValidationRules.compile(part: json), errors.isEmpty {
                errors += RuleCheck.errors(value, rules, at: .member(schema.path, "default"))
            }
        }
        walk(schema["items"], isRoot: false, &errors)
        walk(schema["additionalProperties"], isRoot: false, &errors)
        for (_, property) in schema["properties"].entries { walk(property, isRoot: false, &errors) }
    }
}
